"""Connections that break around a change: whether it took effect is never guessed."""

from collections.abc import Iterator

import pytest

from lupweb.errors import DirectoryUnavailable, EntryNotFound, OutcomeUnknown
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory
from lupweb.ldap.writing import Wish
from tests.ldap.company import PASSWORD, READER_DN
from tests.ldap.writing.people import Writable, in_slapd
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd

OURS = [Wish("displayName", (b"Before",), (b"Ours",))]


@pytest.fixture(params=["slapd", "slapd-values"])
def writable(request: pytest.FixtureRequest, slapd: RunningSlapd) -> Iterator[Writable]:
    with in_slapd(request.param, slapd) as person:
        yield person


@pytest.fixture
def proxy(slapd: RunningSlapd) -> Iterator[Proxy]:
    with running_proxy(slapd.uri) as proxy:
        yield proxy


def through(proxy: Proxy, writable: Writable) -> Directory:
    """Return a connection through the proxy, of the same kind as the others."""
    kind = type(writable.connect())
    assert issubclass(kind, LdapDirectory)
    directory = kind(Server((proxy.uri,), Tls.NONE, network_timeout_s=2, timeout_s=1))
    directory.bind(READER_DN, PASSWORD)
    directory.traits()
    return directory


def held(writable: Writable) -> list[bytes]:
    with writable.signed_in() as directory:
        return writable.entry(directory, "displayName").values("displayName")


@pytest.mark.parametrize("fate", ["reset", "end", "silence"])
def test_x16_an_answer_that_is_lost_is_an_open_outcome_and_nothing_is_sent_again(
    writable: Writable, proxy: Proxy, slapd: RunningSlapd, fate: str
) -> None:
    with through(proxy, writable) as directory:
        entry = writable.entry(directory, "displayName")
        logged = len(slapd.log())
        if fate == "silence":
            proxy.hang_at_message(1)
        else:
            proxy.cut_at_message(1, rst=fate == "reset")

        with pytest.raises(OutcomeUnknown):
            directory.compare_and_set(entry, OURS)

        assert held(writable) == [b"Ours"]
        assert slapd.log()[logged:].count(" MOD dn=") == 1
        with pytest.raises(DirectoryUnavailable):  # nobody goes on over what is left of it
            directory.compare_and_set(entry, OURS)


def test_a_connection_lost_behind_the_change_is_an_open_outcome_as_well(
    writable: Writable, proxy: Proxy
) -> None:
    with through(proxy, writable) as directory:
        entry = writable.entry(directory, "displayName")
        proxy.cut_after_bytes(3)  # in the middle of the answer

        with pytest.raises(OutcomeUnknown):
            directory.compare_and_set(entry, OURS)


def test_x13_a_request_that_never_left_changed_nothing(writable: Writable, proxy: Proxy) -> None:
    directory = through(proxy, writable)
    entry = writable.entry(directory, "displayName")
    directory.close()

    with pytest.raises(DirectoryUnavailable):
        directory.compare_and_set(entry, OURS)
    assert held(writable) == [b"Before"]


def test_x13_an_entry_that_is_gone_is_not_made_again(writable: Writable) -> None:
    with writable.signed_in() as directory:
        entry = writable.entry(directory, "displayName")
        elsewhere = type(entry)(f"cn=nobody,{entry.dn}", entry.attributes)

        with pytest.raises(EntryNotFound):
            directory.compare_and_set(elsewhere, OURS)
    assert held(writable) == [b"Before"]
