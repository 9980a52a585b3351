"""The proxy that breaks connections, before a real server."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from lupweb.errors import DirectoryError, DirectoryUnavailable
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN, SUFFIX, as_ldif
from tests.servers.faultproxy import Bind, Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd

EVERYBODY = "(objectClass=person)"


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd"), as_ldif(), suffix=SUFFIX) as server:
        yield server


@pytest.fixture
def proxy(slapd: RunningSlapd) -> Iterator[Proxy]:
    with running_proxy(slapd.uri) as running:
        yield running


def a_server(proxy: Proxy) -> Server:
    return Server((proxy.uri,), Tls.NONE, network_timeout_s=1, timeout_s=1, page_timeout_s=1)


def everybody(proxy: Proxy) -> int:
    """Read all people through the proxy; return how many there were."""
    with LdapDirectory(a_server(proxy)) as directory:
        directory.bind(READER_DN, PASSWORD)
        return sum(map(len, directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=10)))


def test_everything_passes_and_sign_ins_in_clear_are_seen(proxy: Proxy) -> None:
    assert everybody(proxy) == 31

    assert proxy.binds == [Bind(READER_DN, PASSWORD.encode())]
    assert proxy.connections == 1
    assert len(proxy.ends) > 31
    assert proxy.ends == sorted(proxy.ends)


@pytest.mark.parametrize(
    "breaks",
    [
        lambda proxy: proxy.cut_at_message(12),
        lambda proxy: proxy.cut_at_message(12, rst=False),
        lambda proxy: proxy.cut_after_bytes(700),
        lambda proxy: proxy.cut_after_bytes(700, rst=False),
        lambda proxy: proxy.cut_after_bytes(0),
    ],
    ids=["message RST", "message FIN", "bytes RST", "bytes FIN", "at once"],
)
def test_a_cut_is_met_once(proxy: Proxy, breaks: Callable[[Proxy], None]) -> None:
    breaks(proxy)

    with pytest.raises(DirectoryUnavailable, match="not reachable"):
        everybody(proxy)
    assert everybody(proxy) == 31


@pytest.mark.parametrize(
    "breaks",
    [
        lambda proxy: proxy.hang(),
        lambda proxy: proxy.hang_at_message(12),
        lambda proxy: proxy.hang_after_bytes(700),
    ],
    ids=["now", "message", "bytes"],
)
def test_a_hanging_connection_is_silent_until_it_heals(
    proxy: Proxy, breaks: Callable[[Proxy], None]
) -> None:
    breaks(proxy)

    with pytest.raises(DirectoryUnavailable, match="no answer in time"):
        everybody(proxy)
    with pytest.raises(DirectoryUnavailable):
        everybody(proxy)
    proxy.heal()
    assert everybody(proxy) == 31


def test_an_open_connection_that_hung_goes_on(proxy: Proxy) -> None:
    with LdapDirectory(Server((proxy.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        proxy.hang()
        proxy.heal()
        assert directory.read(PEOPLE, ["ou"]).first("ou") == b"people"


def test_a_lost_answer_is_the_only_one_missing(proxy: Proxy) -> None:
    with LdapDirectory(a_server(proxy)) as directory:
        directory.bind(READER_DN, PASSWORD)
        proxy.drop_answer(1)  # the entry; the end of the search passes
        with pytest.raises(DirectoryError, match="may not see"):
            directory.read(PEOPLE, ["ou"])
        assert directory.read(PEOPLE, ["ou"]).first("ou") == b"people"


def test_a_proxy_that_refuses_is_not_there_until_it_heals(proxy: Proxy) -> None:
    with LdapDirectory(a_server(proxy)) as directory:
        directory.bind(READER_DN, PASSWORD)
        address = proxy.uri
        proxy.refuse()
        with pytest.raises(DirectoryUnavailable):
            directory.read(PEOPLE, ["ou"])
    with pytest.raises(DirectoryUnavailable):
        everybody(proxy)

    proxy.heal()

    assert proxy.uri == address
    assert everybody(proxy) == 31


def test_a_delay_is_felt_once_per_question_and_a_rate_per_byte(proxy: Proxy) -> None:
    with LdapDirectory(Server((proxy.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        proxy.delay(50)
        slow = duration(lambda: directory.search(PEOPLE, EVERYBODY, ["uid"], limit=100))
        proxy.heal()
        before = proxy.ends[-1]
        proxy.rate(10_000)
        trickled = duration(lambda: directory.search(PEOPLE, EVERYBODY, ["cn"], limit=100))

    assert 0.1 <= slow < 1
    assert trickled >= (proxy.ends[-1] - before) / 10_000 * 0.9


def test_a_server_that_is_not_there_is_not_there_behind_the_proxy_either() -> None:
    with running_proxy("ldap://127.0.0.1:1") as proxy, pytest.raises(DirectoryUnavailable):
        everybody(proxy)


def duration(act: Callable[[], object]) -> float:
    start = monotonic()
    act()
    return monotonic() - start
