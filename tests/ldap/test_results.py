"""sync.md section 19, as far as reading and signing in need it: one row, one case."""

import ldap
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import (
    ChangedMeanwhile,
    CredentialsRefused,
    DirectoryError,
    DirectoryReadOnly,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    LimitExceeded,
    WriteRefused,
)
from lupweb.ldap.results import (
    MEANINGS,
    REFUSED_SIGN_INS,
    as_lupweb_error,
    as_refused_sign_in,
    as_write_error,
    cleaned_foreign_text,
    in_our_words,
    server_text,
)

TABLE = [
    (ldap.SERVER_DOWN, DirectoryUnavailable, "not reachable"),
    (ldap.CONNECT_ERROR, DirectoryUnavailable, "not reachable"),
    (ldap.TIMEOUT, DirectoryUnavailable, "no answer in time"),
    (ldap.BUSY, DirectoryUnavailable, "trying again later"),
    (ldap.UNAVAILABLE, DirectoryUnavailable, "trying again later"),
    (ldap.OTHER, DirectoryUnavailable, "trying again later"),
    (ldap.OPERATIONS_ERROR, DirectoryUnavailable, "bind DN"),
    (ldap.TIMELIMIT_EXCEEDED, DirectoryUnavailable, "time limit"),
    (ldap.SIZELIMIT_EXCEEDED, LimitExceeded, r"size\.prtotal"),
    (ldap.ADMINLIMIT_EXCEEDED, LimitExceeded, r"size\.unchecked"),
    (ldap.INVALID_CREDENTIALS, CredentialsRefused, "password"),
    (ldap.INAPPROPRIATE_AUTH, CredentialsRefused, "password"),
    (ldap.AUTH_METHOD_NOT_SUPPORTED, DirectoryRefused, "simple bind"),
    (ldap.STRONG_AUTH_REQUIRED, DirectoryRefused, "Set TLS"),
    (ldap.CONFIDENTIALITY_REQUIRED, DirectoryRefused, "Set TLS"),
    (ldap.NO_SUCH_OBJECT, EntryNotFound, "base DN"),
    (ldap.INSUFFICIENT_ACCESS, DirectoryRefused, "right to read"),
    (ldap.UNWILLING_TO_PERFORM, DirectoryRefused, "not willing"),
    (ldap.INVALID_DN_SYNTAX, DirectoryRefused, "DN"),
    (ldap.UNAVAILABLE_CRITICAL_EXTENSION, DirectoryRefused, "pages"),
    (ldap.PROTOCOL_ERROR, DirectoryRefused, "LDAP 3"),
    (ldap.REFERRAL, DirectoryRefused, "not followed"),
    (ldap.PARTIAL_RESULTS, DirectoryRefused, "not followed"),
    (ldap.FILTER_ERROR, DirectoryRefused, "filter"),
    (ldap.DECODING_ERROR, DirectoryRefused, "cannot be read"),
    (ldap.LOOP_DETECT, DirectoryError, "not expected"),
]


@pytest.mark.parametrize(("raised", "kind", "said"), TABLE, ids=str)
def test_a_result_code_has_its_meaning(
    raised: type[ldap.LDAPError], kind: type[DirectoryError], said: str
) -> None:
    error = as_lupweb_error(raised(), "Reading the people")

    assert type(error) is kind
    with pytest.raises(kind, match=f"^Reading the people failed.*{said}"):
        raise error


def test_every_row_of_the_table_has_its_case() -> None:
    assert set(MEANINGS) == {raised for raised, _kind, _said in TABLE} - {ldap.LOOP_DETECT}


@pytest.mark.parametrize("raised", REFUSED_SIGN_INS)
def test_a_refused_sign_in_has_many_codes_and_one_meaning(raised: type[ldap.LDAPError]) -> None:
    assert type(as_refused_sign_in(raised(), "Signing in")) is CredentialsRefused


@pytest.mark.parametrize("arguments", [(), ("text",), ({},), ({"info": None},), (1, 2)])
def test_errors_without_arguments_are_read_too(arguments: tuple[object, ...]) -> None:
    assert "no answer in time" in str(as_lupweb_error(ldap.TIMEOUT(*arguments), "Reading"))


def test_the_servers_own_words_are_told() -> None:
    error = ldap.INVALID_CREDENTIALS({"result": 49, "info": "AcceptSecurityContext, data 533"})

    assert str(as_refused_sign_in(error, "Signing in")).endswith(
        "The server says: AcceptSecurityContext, data 533"
    )


def test_what_libldap_says_is_not_the_server() -> None:
    error = ldap.SERVER_DOWN({"result": -1, "desc": "Can't contact LDAP server", "info": "x"})

    assert server_text(error) == ""


@pytest.mark.parametrize(
    "text",
    [
        "userPassword: hunter2",
        "unicodePwd=hunter2",
        "credentials : hunter2",
        'bad PASSWORD="hunter2"',
        "you sent hunter2 as pass word",
    ],
)
def test_b88_passwords_are_masked(text: str) -> None:
    said = cleaned_foreign_text(text, secrets=("hunter2",))

    assert "hunter2" not in said
    assert "***" in said


def test_b88_the_mask_does_not_need_to_know_the_password() -> None:
    assert cleaned_foreign_text("userPassword: a b c") == "userPassword: ***"


@given(text=st.text(max_size=400))
def test_b88_foreign_text_is_one_short_line(text: str) -> None:
    said = cleaned_foreign_text(text)

    assert len(said) <= 200
    assert len(said.splitlines()) <= 1
    said.encode()


def test_a_book_from_the_server_is_cut() -> None:
    assert cleaned_foreign_text("a " * 300).endswith("…")
    assert cleaned_foreign_text("x" * 2_000_000) == ""


def test_a_dn_that_is_no_text_is_an_answer_that_cannot_be_read() -> None:
    with pytest.raises(DirectoryRefused, match="cannot be read"), in_our_words("Reading"):
        b"\xff".decode()


CHANGES = [
    (1, DirectoryUnavailable, "trying again later"),
    (3, DirectoryUnavailable, "trying again later"),
    (8, DirectoryRefused, "Set TLS"),
    (10, DirectoryReadOnly, "not followed"),
    (11, WriteRefused, "limit"),
    (16, WriteRefused, "does not hold"),
    (17, WriteRefused, "does not know"),
    (18, WriteRefused, "cannot compare"),
    (19, WriteRefused, "does not accept"),
    (20, WriteRefused, "only one value"),
    (21, WriteRefused, "does not accept"),
    (32, EntryNotFound, "no such entry"),
    (50, WriteRefused, "right to write"),
    (51, DirectoryUnavailable, "trying again later"),
    (53, DirectoryReadOnly, "no changes at the moment"),
    (64, WriteRefused, "part of the entry's name"),
    (65, WriteRefused, "does not know"),
    (67, WriteRefused, "part of the entry's name"),
    (69, WriteRefused, "part of the entry's name"),
    (71, WriteRefused, "not expected"),
    (122, ChangedMeanwhile, "Nothing was overwritten"),
]
RAISED = {
    kind.errnum: kind
    for kind in vars(ldap).values()
    if isinstance(kind, type) and kind.__base__ is ldap.LDAPError and hasattr(kind, "errnum")
}


@pytest.mark.parametrize(("code", "kind", "said"), CHANGES)
def test_the_answer_to_a_change_has_its_meaning(
    code: int, kind: type[DirectoryError], said: str
) -> None:
    words = {"result": code, "info": "no\nuserPassword: secret"}

    error = as_write_error(RAISED[code](words), "Changing cn=x")

    assert type(error) is kind
    assert said in str(error)
    assert "secret" not in str(error)
    if isinstance(error, WriteRefused):
        assert (error.code, error.reply) == (code, "no userPassword: ***")
