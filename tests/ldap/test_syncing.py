"""Answers to what has changed since a cookie, byte by byte, and from a real server (RFC 4533)."""

from collections.abc import Iterator
from functools import partial
from time import monotonic
from uuid import UUID

import ldap
import pytest
from ldap.controls import PyAsn1Error

from lupweb.errors import DirectoryRefused, DirectoryUnavailable
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.paging import Question
from lupweb.ldap.session import Directory
from lupweb.ldap.syncing import LONGEST_COOKIE, Answered, SyncAnswer
from tests.ldap.company import LIMITED_DN, PASSWORD, PEOPLE, READER_DN, SUFFIX, as_ldif
from tests.ldap.hostile import done, entry, hostile_server
from tests.servers import ber
from tests.servers.slapd import RunningSlapd, running_slapd

STATE, DONE = "1.3.6.1.4.1.4203.1.9.1.2", "1.3.6.1.4.1.4203.1.9.1.3"
INFO = "1.3.6.1.4.1.4203.1.9.1.4"
ADA, BEN = UUID(int=7), UUID(int=8)
DN = "uid=ada,dc=x"
NEW_COOKIE = ber.element(0x80, b"new")
TRUE = ber.element(0x01, b"\xff")
CONFIG = f"""\
limits dn.exact="{LIMITED_DN}" size.soft=1 size.hard=1
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay syncprov
syncprov-sessionlog 100
"""


def state(number: int, unique_id: bytes = ADA.bytes) -> list[tuple[str, bool, bytes]]:
    """Return the control of an entry: 0 present, 1 added, 2 modified, 3 deleted."""
    kind = ber.element(0x0A, bytes([number]))
    return [(STATE, False, ber.element(0x30, kind, ber.text(unique_id)))]


def ids(tag: int, *parts: bytes) -> bytes:
    """Return a message between the entries that names both; `parts` stand before them."""
    both = ber.element(0x31, ber.text(ADA.bytes), ber.text(BEN.bytes))
    return ber.element(tag, *parts, both)


def ended(*parts: bytes) -> list[tuple[str, bool, bytes]]:
    return [(DONE, False, ber.element(0x30, *parts))]


def answered(*messages: tuple[int, tuple[object, ...]]) -> SyncAnswer:
    answer = SyncAnswer()
    for kind, row in messages:
        answer.take(kind, row)
    return answer


def found(number: int) -> tuple[int, tuple[object, ...]]:
    return ldap.RES_SEARCH_ENTRY, (DN, {"uid": [b"ada"]}, state(number))


def between(value: bytes, name: str = INFO) -> tuple[int, tuple[object, ...]]:
    return ldap.RES_INTERMEDIATE, (name, value, [])


def test_what_was_written_and_removed_is_told_apart() -> None:
    answer = answered(
        between(ids(0xA3, TRUE)), found(1), (ldap.RES_SEARCH_REFERENCE, (None, ["ldap://x"], []))
    )
    answer.end(ended(ber.text(b"rid=000,csn=\xff"), TRUE))

    assert (answer.kind, answer.removed) == (Answered.CHANGES, {str(BEN)})
    assert [each.dn for each in answer.entries] == [DN]
    assert (answer.cookie, answer.references) == (b"rid=000,csn=\xff", 1)


def test_an_entry_may_be_sent_only_to_say_that_it_is_gone() -> None:
    answer = answered(found(3), between(NEW_COOKIE), between(b"x", name="1.2.3"))
    answer.end(ended(TRUE))

    assert (answer.kind, answer.entries, answer.removed) == (Answered.CHANGES, [], {str(ADA)})
    assert answer.cookie == b""  # the one before stays


@pytest.mark.parametrize(
    "message",
    [
        found(0),
        (ldap.RES_SEARCH_ENTRY, (DN, {}, [])),
        between(ids(0xA3)),
        between(ber.element(0xA2, ber.text(b"cookie"))),
    ],
    ids=["an entry is present", "an entry without a word", "ids of who is present", "the end"],
)
def test_who_is_there_is_no_list_of_changes(message: tuple[int, tuple[object, ...]]) -> None:
    assert answered(message).kind is Answered.PRESENT


@pytest.mark.parametrize("controls", [[], ended(), ended(ber.text(b"cookie"))])
def test_an_end_that_does_not_speak_of_removals_is_no_list_of_changes(
    controls: list[tuple[str, bool, bytes]],
) -> None:
    answer = SyncAnswer()
    answer.end(controls)

    assert (answer.kind, answer.cookie) == (Answered.PRESENT, b"")


def test_a_cookie_that_is_too_long_is_not_kept() -> None:
    answer = SyncAnswer()
    answer.end(ended(ber.text(b"x" * (LONGEST_COOKIE + 1)), TRUE))

    assert answer.cookie == b""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A server that logs what is removed."""
    folder = tmp_path_factory.mktemp("syncprov")
    with running_slapd(
        folder,
        as_ldif(),
        suffix=SUFFIX,
        extra_config="moduleload syncprov",
        database_config=CONFIG,
    ) as running:
        yield running


def signed_in(uri: str, dn: str = READER_DN) -> LdapDirectory:
    directory = LdapDirectory(Server((uri,), Tls.NONE, timeout_s=1, page_timeout_s=1))
    directory.bind(dn, PASSWORD)
    return directory


def asked(directory: Directory, cookie: bytes, most: int = 100) -> SyncAnswer:
    question = Question(PEOPLE, "(objectClass=person)", ["entryUUID", "uid"])
    return directory.changed_since(cookie, question, most=most)


def test_a_server_without_the_overlay_gives_no_cookie(slapd: RunningSlapd) -> None:
    with signed_in(slapd.uri) as directory:
        assert not directory.traits().says_what_changed
        assert directory.sync_cookie(PEOPLE) == b""
        with pytest.raises(DirectoryRefused):
            asked(directory, b"rid=000")


def test_the_connection_serves_other_questions_after_an_answer_that_was_broken_off(
    server: RunningSlapd,
) -> None:
    with signed_in(server.uri) as directory:
        cookie = directory.sync_cookie(PEOPLE)
        assert asked(directory, cookie).kind is Answered.CHANGES
        assert asked(directory, b"garbage", most=2).kind is Answered.TOO_MUCH
        assert directory.sync_cookie(PEOPLE) == cookie
        assert len(directory.search(PEOPLE, "(uid=*)", ["uid"], limit=3)) == 3


def test_a_limit_and_a_cookie_from_the_future_are_told_apart(server: RunningSlapd) -> None:
    future = b"rid=000,csn=20990101000000.000000Z#000000#000#000000"
    with signed_in(server.uri, LIMITED_DN) as directory:
        assert asked(directory, b"garbage").kind is Answered.LIMITED
        assert asked(directory, future).kind is Answered.STALE


def test_a_server_that_falls_silent_is_not_waited_for() -> None:
    began = monotonic()
    with (
        hostile_server(lambda _message, _search: []) as uri,
        LdapDirectory(Server((uri,), Tls.NONE, timeout_s=0.6, page_timeout_s=0.6)) as directory,
        pytest.raises(DirectoryUnavailable),
    ):
        asked(directory, b"cookie")

    assert monotonic() - began < 3


@pytest.mark.parametrize("value", [b"", b"\x30\x80", ber.element(0x30, b"\x0a\x01\x09"), b"\xff"])
def test_a_control_that_cannot_be_read_ends_in_our_words(value: bytes) -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        control = ber.element(0x30, ber.text(STATE.encode()), ber.text(value))
        whole = entry(message, b"uid=a,dc=x", uid=b"a")
        inside = whole[2:] + ber.element(0xA0, control)
        return [ber.head(0x30, len(inside)) + inside, done(message)]

    with (
        hostile_server(answer) as uri,
        LdapDirectory(Server((uri,), Tls.NONE)) as directory,
        pytest.raises(DirectoryRefused),
    ):
        asked(directory, b"cookie")


TOO_LARGE_A_LENGTH = bytes.fromhex("a10b0406636f6f6b69650188ff9cec0b3030575333d8")
NO_TUPLE = bytes.fromhex("308004017801 01ff0c013371ccff0925c9ed4d6ed7ebd07b")


@pytest.mark.parametrize(
    "value", [b"", TOO_LARGE_A_LENGTH, NO_TUPLE, b"\xa3\x80" * 5000, b"\0" * 9]
)
def test_nonsense_is_one_kind_of_error(value: bytes) -> None:
    for nonsense in (
        partial(answered, between(value)),
        partial(SyncAnswer().end, [(DONE, False, value)]),
    ):
        with pytest.raises(PyAsn1Error):
            nonsense()


def test_more_ids_than_were_asked_for_are_not_even_read() -> None:
    many = ber.text(ADA.bytes) * 1_000_000
    message = ber.element(0xA3, TRUE, ber.head(0x31, len(many)), many)
    answer = SyncAnswer(most=100)
    began = monotonic()
    answer.take(ldap.RES_INTERMEDIATE, (INFO, message, []))

    assert (answer.kind, answer.removed) == (Answered.TOO_MUCH, set())
    assert monotonic() - began < 1


def test_messages_without_end_are_broken_off() -> None:
    def answer(message: int, _search: int) -> Iterator[bytes]:
        said = ber.element(0x79, ber.element(0x80, INFO.encode()), ber.element(0x81, NEW_COOKIE))
        while True:
            yield ber.message(message, said)

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        assert asked(directory, b"cookie").kind is Answered.TOO_MUCH
