"""Searches in pages against servers that a good one never resembles."""

import pytest

from lupweb.errors import (
    DirectoryError,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    LimitExceeded,
)
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from tests.ldap.hostile import Answer, cookie, done, entry, hostile_server, reference

BASE = "dc=example,dc=com"
EVERYBODY = "(objectClass=*)"


def people(message: int, count: int, start: int = 0) -> list[bytes]:
    """Return `count` entries, numbered from `start`."""
    return [
        entry(message, f"uid=u{number},{BASE}".encode(), uid=f"u{number}".encode())
        for number in range(start, start + count)
    ]


def ask(answer: Answer, *, offers_paging: bool = True) -> list[int]:
    """Return the sizes of the pages that come of a server with these answers; three are asked."""
    with hostile_server(answer, offers_paging=offers_paging) as uri:
        server = Server((uri,), Tls.NONE, timeout_s=1, page_timeout_s=1)
        with LdapDirectory(server) as directory:
            pages = directory.pages(BASE, EVERYBODY, ["uid"], page_size=3, max_pages=5)
            return [len(page) for page in pages]


def test_b20_references_are_dropped_and_counted() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        links = [reference(message, b"ldap://10.0.0.1/dc=other")] * 2
        return [*links, *people(message, 2), done(message, control=cookie(b""))]

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        pages = list(directory.pages(BASE, EVERYBODY, ["uid"]))

        assert [len(page) for page in pages] == [2]
        assert directory.references == 2


def test_without_the_control_the_answer_comes_whole_and_is_cut_into_pages() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        return [*people(message, 7), done(message)]

    assert ask(answer, offers_paging=False) == [3, 3, 1]


def test_an_empty_page_with_a_cookie_is_not_the_end() -> None:
    def answer(message: int, search: int) -> list[bytes]:
        if search == 2:
            return [done(message, control=cookie(b"next"))]
        more = b"next" if search == 1 else b""
        return [*people(message, 1), done(message, control=cookie(more))]

    assert ask(answer) == [1, 1]


@pytest.mark.parametrize("control", [b"", b"x", b"\x30\x05\x02\x01\x00", b"\x30\x84\xff", None])
def test_a_full_page_without_a_readable_cookie_is_not_complete(control: bytes | None) -> None:
    """An empty control value ends a process that lets libldap read it (python-ldap 3.4.8)."""

    def answer(message: int, _search: int) -> list[bytes]:
        return [*people(message, 3), done(message, control=control)]

    with pytest.raises(DirectoryRefused, match="paging"):
        ask(answer)


def test_a_page_that_is_not_full_may_be_the_last_without_a_control() -> None:
    assert ask(lambda message, _search: [*people(message, 2), done(message)]) == [2]


def test_an_empty_control_value_does_no_harm_in_any_other_answer() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        return [*people(message, 1), done(message, control=b"")]

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        assert directory.read(BASE, ["uid"]).first("uid") == b"u0"
        assert len(directory.search(BASE, EVERYBODY, ["uid"], limit=5)) == 1


def test_b87_a_cookie_that_never_empties_is_broken_off() -> None:
    def answer(message: int, search: int) -> list[bytes]:
        return [*people(message, 1, start=search), done(message, control=cookie(b"again"))]

    with pytest.raises(DirectoryRefused, match="without end"):
        ask(answer)


def test_b87_a_page_without_end_is_broken_off() -> None:
    with pytest.raises(DirectoryRefused, match="without end"):
        ask(lambda message, _search: [*people(message, 100), done(message, control=cookie(b""))])


def test_more_entries_than_were_asked_for_come_in_pages_of_the_size_asked() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        return [*people(message, 8), done(message, control=cookie(b""))]

    assert ask(answer) == [3, 3, 2]


@pytest.mark.parametrize("code", [2, 12, 53], ids=["OpenLDAP", "AD", "replayed"])
def test_x07_a_lost_cookie_means_begin_again(code: int) -> None:
    def answer(message: int, search: int) -> list[bytes]:
        if search == 1:
            return [*people(message, 3), done(message, control=cookie(b"next"))]
        return [done(message, code=code, text=b"paged results cookie is invalid")]

    with pytest.raises(DirectoryUnavailable, match="begin again"):
        ask(answer)


@pytest.mark.parametrize(
    ("code", "error"),
    [(2, DirectoryRefused), (12, DirectoryRefused), (4, LimitExceeded), (11, LimitExceeded)],
)
def test_the_same_codes_on_the_first_page_are_something_else(
    code: int, error: type[DirectoryError]
) -> None:
    with pytest.raises(error):
        ask(lambda message, _search: [*people(message, 2), done(message, code=code)])


def test_a_silent_server_is_not_waited_for_without_end() -> None:
    with pytest.raises(DirectoryUnavailable, match="no answer in time"):
        ask(lambda message, _search: people(message, 2))


@pytest.mark.parametrize(
    "nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\xff\xff\xff\xff", b"\0" * 50]
)
def test_what_is_no_ldap_is_an_error(nonsense: bytes) -> None:
    with pytest.raises(DirectoryError):
        ask(lambda _message, _search: [nonsense])


def test_a_dn_that_is_no_text_is_an_error() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        return [entry(message, b"uid=\xff", uid=b"1"), done(message, control=cookie(b""))]

    with pytest.raises(DirectoryRefused, match="cannot be read"):
        ask(answer)


def test_a_server_that_ignores_our_limit_is_not_read_to_its_end() -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        return [*people(message, 50), done(message)]

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        assert len(directory.search(BASE, EVERYBODY, ["uid"], limit=2)) == 2


def test_an_answer_without_an_entry_is_an_entry_that_is_not_shown() -> None:
    with (
        hostile_server(lambda message, _search: [done(message)]) as uri,
        LdapDirectory(Server((uri,), Tls.NONE)) as directory,
        pytest.raises(EntryNotFound),
    ):
        directory.read(BASE, ["uid"])
