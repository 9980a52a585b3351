"""Servers that hang, crawl, or send without end: every call ends (X02, B86, B87)."""

import socket
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic

import pytest

from lupweb.errors import DirectoryUnavailable, LimitExceeded
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory
from lupweb.ldap.watch import MOST_BYTES, Watch
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN
from tests.ldap.hostile import cookie, done, endless_entry, entry, hostile_server
from tests.servers.faultproxy import running_proxy
from tests.servers.slapd import RunningSlapd, wait_until

EVERYBODY = "(objectClass=person)"
MIB = 1024 * 1024


def patient_with_pages(uri: str, *, page_timeout_s: float = 30) -> Server:
    """Return a server that may be silent for a second, but slow for long."""
    return Server((uri,), Tls.NONE, timeout_s=1, page_timeout_s=page_timeout_s)


def one_page(message: int, _search: int) -> list[bytes]:
    return [entry(message, b"uid=u1,dc=x", uid=b"u1"), done(message, control=cookie(b""))]


def test_x02_a_server_that_hangs_in_the_middle_of_a_page_is_noticed_soon(
    slapd: RunningSlapd,
) -> None:
    with running_proxy(slapd.uri) as proxy, LdapDirectory(patient_with_pages(proxy.uri)) as ours:
        ours.bind(READER_DN, PASSWORD)
        ours.traits()
        proxy.hang_at_message(10)
        began = monotonic()
        with pytest.raises(DirectoryUnavailable, match="no answer in time"):
            list(ours.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5))

    assert monotonic() - began < 3


def test_x03_a_slow_page_is_waited_for_while_the_server_answers_otherwise() -> None:
    began = monotonic()
    with (
        hostile_server(one_page, late=3) as uri,
        LdapDirectory(patient_with_pages(uri)) as directory,
    ):
        pages = list(directory.pages("dc=x", EVERYBODY, ["uid"]))

    assert [len(page) for page in pages] == [1]
    assert monotonic() - began > 1


def test_a_page_that_never_comes_is_not_waited_for_without_end() -> None:
    with (
        hostile_server(one_page, late=1000) as uri,
        LdapDirectory(patient_with_pages(uri, page_timeout_s=2)) as directory,
        pytest.raises(DirectoryUnavailable, match="no answer in time"),
    ):
        list(directory.pages("dc=x", EVERYBODY, ["uid"]))


def test_x03_a_crawling_server_is_read_to_its_end(slapd: RunningSlapd) -> None:
    with running_proxy(slapd.uri) as proxy, LdapDirectory(patient_with_pages(proxy.uri)) as ours:
        ours.bind(READER_DN, PASSWORD)
        ours.traits()
        proxy.rate(5_000)
        began = monotonic()
        pages = list(ours.pages(PEOPLE, EVERYBODY, ["*"], page_size=10))

    assert sum(map(len, pages)) == 31
    assert monotonic() - began > 1


def test_b86_an_entry_of_a_gigabyte_ends_the_connection_and_not_the_process() -> None:
    sent = 0

    def answer(message: int, _search: int) -> Iterator[bytes]:
        nonlocal sent
        for part in endless_entry(message, 1024 * MIB):
            sent += len(part)
            yield part

    with (
        hostile_server(answer) as uri,
        LdapDirectory(Server((uri,), Tls.NONE)) as directory,
        pytest.raises(LimitExceeded, match="64 MiB"),
    ):
        list(directory.pages("dc=x", EVERYBODY, ["jpegPhoto"]))

    assert sent < 1024 * MIB / 2


def test_b86_a_value_of_20_mib_arrives_whole() -> None:
    """Who asked for it says whether it is too large: a picture ends at 10 MiB."""

    def answer(message: int, _search: int) -> Iterator[bytes]:
        yield from endless_entry(message, 20 * MIB)
        yield done(message)

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        found = directory.read("dc=x", ["jpegPhoto"]).first("jpegPhoto")

    assert found is not None
    assert len(found) == 20 * MIB < MOST_BYTES


@pytest.mark.parametrize(
    "ask",
    [
        lambda directory: directory.read("dc=x", ["cn"]),
        lambda directory: directory.search("dc=x", EVERYBODY, ["cn"], limit=1),
        lambda directory: list(directory.pages("dc=x", EVERYBODY, ["cn"])),
    ],
    ids=["read", "search", "pages"],
)
def test_b86_an_answer_that_drips_in_is_ended_in_time(ask: Callable[[Directory], object]) -> None:
    is_over = Event()

    def answer(message: int, _search: int) -> Iterator[bytes]:
        for byte in entry(message, b"dc=x", cn=b"x" * 100):
            yield bytes([byte])
            is_over.wait(0.3)  # less than the time-out of one byte

    with (
        hostile_server(answer) as uri,
        LdapDirectory(patient_with_pages(uri, page_timeout_s=2)) as directory,
    ):
        began = monotonic()
        with pytest.raises(DirectoryUnavailable, match="no answer in time"):
            ask(directory)
        is_over.set()

    assert monotonic() - began < 5


def test_x03_a_large_entry_may_come_slowly() -> None:
    def answer(message: int, _search: int) -> Iterator[bytes]:
        yield from endless_entry(message, MIB)
        yield done(message)

    with (
        hostile_server(answer) as uri,
        running_proxy(uri) as proxy,
        LdapDirectory(patient_with_pages(proxy.uri)) as directory,
    ):
        directory.traits()
        proxy.rate(MIB // 2)
        pages = list(directory.pages("dc=x", EVERYBODY, ["jpegPhoto"]))

    assert len(pages[0][0].values("jpegPhoto")[0]) == MIB


def test_the_watch_hangs_up_on_too_many_bytes_and_only_while_somebody_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _address = listener.accept()
        with ours, theirs:
            watch = Watch(ours.fileno(), most_bytes=100)
            with watch.over():
                theirs.sendall(b"x" * 60)
            with watch.over():
                theirs.sendall(b"x" * 60)
            assert not watch.has_hung_up
            with watch.over():
                theirs.sendall(b"x" * 101)
                wait_until(lambda: watch.has_hung_up)
            watch.close()
