"""Long lists are read in a process of their own, which ends with the list or with us."""

import io
import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from lupweb.errors import DirectoryError, DirectoryRefused, DirectoryUnavailable, LimitExceeded
from lupweb.ldap import walk
from lupweb.ldap.apart import IS_POSSIBLE, MOST_AHEAD, Pages, _received, apart
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import Question, Row
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN
from tests.ldap.hostile import cookie, done, entry, hostile_server, reference
from tests.servers.slapd import RunningSlapd, wait_until

EVERYBODY = "(objectClass=person)"
ALL_LOGINS = Question(PEOPLE, EVERYBODY, ["uid"])
pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="lists are read apart on Linux only")


@pytest.fixture(autouse=True)
def _everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "WORTH_A_PROCESS", 1)


def nothing() -> None:
    """Prepare nothing."""


def numbered(count: int) -> Pages:
    for number in range(count):
        yield [(f"uid=u{number}", {"uid": [b"u"]})]
    return count


def dns(page: Sequence[Entry]) -> list[str]:
    """Return what is made of a page."""
    return [each.dn for each in page]


def children() -> set[int]:
    """Return the processes that this one has started and not yet buried."""
    return {int(pid) for pid in Path("/proc/thread-self/children").read_text().split()}


def taken(pages: Generator[list[Row], None, int]) -> tuple[int, int]:
    """Return how many pages came, and the number behind them."""
    count = 0
    while True:
        try:
            next(pages)
        except StopIteration as end:
            return count, int(end.value)
        count += 1


def test_pages_come_in_their_order_and_the_number_last() -> None:
    before = children()
    with apart(numbered(3), nothing) as pages:
        assert [page[0][0] for page in pages] == ["uid=u0", "uid=u1", "uid=u2"]
    with apart(numbered(5), nothing) as pages:
        assert taken(pages) == (5, 5)

    assert children() == before


@pytest.mark.parametrize("kind", [DirectoryUnavailable, DirectoryRefused, LimitExceeded])
def test_what_ends_the_list_in_the_child_ends_it_here(kind: type[Exception]) -> None:
    def broken() -> Pages:
        yield [("uid=u0", {})]
        raise kind("said there")

    with apart(broken(), nothing) as pages, pytest.raises(kind, match="said there"):
        taken(pages)


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "by a fault"])
def test_a_child_that_dies_breaks_the_list_off(*, is_killed: bool) -> None:
    def dying() -> Pages:
        yield [("uid=u0", {})]
        if is_killed:
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError

    with apart(dying(), nothing) as pages, pytest.raises(DirectoryUnavailable, match="has died"):
        taken(pages)


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\1\0half a page", b"\0\0\0\1?"])
def test_half_a_message_is_no_message(sent: bytes) -> None:
    with pytest.raises(DirectoryUnavailable, match="has died"):
        next(_received(io.BytesIO(sent)))


def test_a_list_that_nobody_wants_any_more_leaves_no_process() -> None:
    before = children()
    with apart(numbered(1_000_000), nothing) as pages:
        next(pages)
        assert len(children() - before) == 1

    assert children() == before


def test_the_child_goes_on_while_its_parent_is_busy_but_never_far_ahead() -> None:
    made = mmap.mmap(-1, 1)

    def pages() -> Pages:
        for number in range(1, 31):
            made[0] = number
            yield "x" * (MOST_AHEAD // 4)
        return 30

    with apart(pages(), nothing) as received:
        wait_until(lambda: made[0] > 4)
        assert made[0] < 10
        assert taken(received) == (30, 30)


def test_the_child_dies_with_its_parent_even_while_it_waits() -> None:
    script = (
        "import os, sys, time\n"
        "from lupweb.ldap.apart import apart\n"
        "def waiting():\n"
        "    yield [('uid=u0', {'pid': [str(os.getpid()).encode()]})]\n"
        "    time.sleep(1000)\n"
        "with apart(waiting(), lambda: None) as pages:\n"
        "    print(next(pages)[0][1]['pid'][0].decode(), flush=True)\n"
        "    time.sleep(1000)\n"
    )
    with subprocess.Popen(  # noqa: S603 (our own words)
        [sys.executable, "-c", script], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    wait_until(lambda: not _runs(child))


def test_a_long_list_takes_its_connection_with_it(slapd: RunningSlapd) -> None:
    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        alone = {each.dn for page in directory.pages(PEOPLE, EVERYBODY, ["uid"]) for each in page}
        pages = directory.made_of_pages(ALL_LOGINS, dns, page_size=5)
        assert {dn for page in pages for dn in page} == alone
        with pytest.raises(DirectoryUnavailable, match="new connection"):
            directory.search(PEOPLE, EVERYBODY, ["uid"], limit=1)


def test_a_first_page_is_worked_on_in_parts_and_handed_over_whole(
    slapd: RunningSlapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "PART", 2)
    parts: list[int] = []

    def counted(entries: Sequence[Entry]) -> list[str]:
        parts.append(len(entries))
        return dns(entries)

    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        pages = directory.made_of_pages(ALL_LOGINS, counted, page_size=5)
        assert len(next(iter(pages))) == 5

    assert parts == [2, 2, 1]  # the rest is made elsewhere


@pytest.mark.parametrize("expected", [0, 1_000_000])
def test_there_is_time_for_something_else_while_the_first_page_is_made(
    slapd: RunningSlapd, expected: int
) -> None:
    happened: list[str] = []

    def made(entries: Sequence[Entry]) -> list[str]:
        happened.append("a page is made here")
        return dns(entries)

    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        alone = {each.dn for page in directory.pages(PEOPLE, EVERYBODY, ["uid"]) for each in page}
        pages = directory.made_of_pages(
            ALL_LOGINS, made, expected=expected, meanwhile=lambda: happened.append("meanwhile")
        )
        assert {dn for page in pages for dn in page} == alone

    # where many are expected, not even the first page is made here
    assert (
        happened == ["meanwhile"]
        if expected
        else happened[:2] == ["meanwhile", "a page is made here"]
    )


def test_a_walk_apart_that_ends_in_an_error_says_so_from_the_first_page_on() -> None:
    def refuse(message: int, search: int) -> list[bytes]:
        return [done(message, code=53)]

    with hostile_server(refuse) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        pages = directory.made_of_pages(
            Question("dc=x", EVERYBODY, ["uid"]), dns, expected=1_000_000
        )
        with pytest.raises(DirectoryError, match="dc=x"):
            list(pages)


def test_bytes_are_counted_wherever_they_came_and_once_the_connection_is_closed(
    slapd: RunningSlapd,
) -> None:
    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        directory.bind(READER_DN, PASSWORD)
        before = directory.received_bytes
        found = list(directory.made_of_pages(ALL_LOGINS, dns, page_size=5))
        assert directory.received_bytes - before > len("".join(map(str, found)))

    assert directory.received_bytes - before > len("".join(map(str, found)))


def test_references_are_counted_wherever_they_came() -> None:
    def answer(message: int, search: int) -> list[bytes]:
        return [
            entry(message, f"uid=u{search},dc=x".encode(), uid=b"u"),
            reference(message, b"ldap://10.0.0.1/dc=other"),
            done(message, control=cookie(b"next" if search < 3 else b"")),
        ]

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        pages = list(
            directory.made_of_pages(Question("dc=x", EVERYBODY, ["uid"]), dns, page_size=1)
        )

        assert directory.references == len(pages) == 3


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
