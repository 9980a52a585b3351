"""The contract of Directory, on a fake and on real servers: slapd, Samba Active Directory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    LimitExceeded,
)
from lupweb.ldap.filters import all_of, any_of, equals, one_of, present
from lupweb.ldap.filters import given as given_filter
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory
from tests.ldap.company import NUMBER_OF_PEOPLE, ODD_NAMES, PASSWORD, PEOPLE, SUFFIX, person_dn
from tests.ldap.conftest import Company

WITHOUT_ACTIVE_DIRECTORY = pytest.mark.parametrize("company", ["fake", "slapd"], indirect=True)
EVERYBODY = "(objectClass=person)"
ALL_PEOPLE = NUMBER_OF_PEOPLE + len(ODD_NAMES)


def found(directory: Directory, search_filter: str) -> set[bytes]:
    """Return the uids of whom `search_filter` finds."""
    entries = directory.search(PEOPLE, search_filter, ["uid"], limit=100)
    return {value for entry in entries for value in entry.values("uid")}


def test_the_right_password_signs_in(company: Company) -> None:
    with company.connect() as directory:
        directory.bind(f"CN=person 3 , {PEOPLE}", PASSWORD)

        assert directory.read(person_dn(3), ["uid"]).first("uid") == b"u3"


@pytest.mark.parametrize("password", ["wrong", " ", PASSWORD + " ", PASSWORD.upper()])
def test_b02_another_password_is_refused(company: Company, password: str) -> None:
    with company.connect() as directory, pytest.raises(CredentialsRefused):
        directory.bind(person_dn(3), password)


@pytest.mark.parametrize(
    "password",
    ["", "\0", "good\0junk", PASSWORD + "\0", "x" * 1025, "ü" * 513, "\ud800"],
    ids=["empty", "nul", "nul inside", "nul behind", "long", "long in bytes", "half character"],
)
def test_b01_b02_a_password_that_must_not_be_sent_is_refused(
    company: Company, password: str
) -> None:
    with company.connect() as directory, pytest.raises(CredentialsRefused):
        directory.bind(person_dn(3), password)


@pytest.mark.parametrize("name", ["", " ", "uid=u3\0", "uid=nobody,dc=example,dc=com", "u3"])
def test_a_name_that_is_nobody_is_refused(company: Company, name: str) -> None:
    with company.connect() as directory, pytest.raises(CredentialsRefused):
        directory.bind(name, PASSWORD)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_after_a_refused_password_the_connection_has_ended(
    directory: Directory, password: str
) -> None:
    """Samba would go on with the rights of before (measured on 4.17)."""
    with pytest.raises(CredentialsRefused):
        directory.bind(person_dn(3), password)

    with pytest.raises(DirectoryUnavailable):
        directory.read(person_dn(3), ["uid"])


def test_without_signing_in_nobody_is_seen(company: Company) -> None:
    with company.connect() as directory, pytest.raises(company.not_seen):
        directory.search(PEOPLE, EVERYBODY, ["uid"], limit=5)


def test_an_entry_is_read_whatever_the_case_of_names(
    company: Company, directory: Directory
) -> None:
    unique_id = "objectguid" if company.is_active_directory else "entryuuid"
    entry = directory.read(person_dn(7).upper(), ["TelephoneNumber", "UID", unique_id])

    assert entry.first("telephonenumber") == b"+49 611 205-007"
    assert "uid" in entry
    assert len(unique_id_of(entry, unique_id)) == 36


def test_only_what_was_asked_for_is_answered(directory: Directory) -> None:
    entry = directory.read(person_dn(7), ["cn", "noSuchAttribute"])

    assert "cn" in entry
    assert "sn" not in entry
    assert "entryUUID" not in entry


def test_no_attributes_asked_none_answered(directory: Directory) -> None:
    entry = directory.read(person_dn(7), [])

    assert not entry.attributes


@WITHOUT_ACTIVE_DIRECTORY
def test_b72_an_attribute_is_answered_with_its_options(directory: Directory) -> None:
    entry = directory.read(person_dn(1), ["description"])

    assert entry.values("description") == []
    assert entry.first("Description;LANG-de") == "Übersetzt".encode()


def test_a_missing_entry_is_not_found(directory: Directory) -> None:
    with pytest.raises(EntryNotFound):
        directory.read(f"uid=nobody,{PEOPLE}", ["uid"])


def test_b81_a_base_that_is_not_there_is_an_error_and_not_an_empty_answer(
    directory: Directory,
) -> None:
    with pytest.raises(EntryNotFound):
        list(directory.pages(f"ou=peeple,{SUFFIX}", EVERYBODY, ["uid"]))


def test_b81_a_filter_that_cannot_be_read_is_refused(directory: Directory) -> None:
    with pytest.raises(DirectoryRefused):
        directory.search(PEOPLE, "(uid=u1", ["uid"], limit=5)


def test_a_search_gives_no_more_than_its_limit(directory: Directory) -> None:
    assert len(directory.search(PEOPLE, EVERYBODY, ["uid"], limit=2)) == 2


@WITHOUT_ACTIVE_DIRECTORY
def test_a_limit_of_the_server_below_ours_is_an_error(company: Company) -> None:
    with company.limited() as directory, pytest.raises(LimitExceeded, match=r"size\.prtotal"):
        directory.search(PEOPLE, EVERYBODY, ["uid"], limit=20)


def test_values_are_compared_by_matching_rule(company: Company, directory: Directory) -> None:
    assert found(directory, equals("uid", "U4")) == {b"u4"}
    assert found(directory, equals("cn", "  person   4 ")) == {b"u4"}
    if not company.is_active_directory:  # it compares telephone numbers letter by letter
        assert found(directory, equals("telephoneNumber", "+49611205004")) == {b"u4"}
    assert found(directory, equals("manager", person_dn(0))) >= {b"u1", b"u24"}


def test_b03_parentheses_and_stars_in_a_value_are_only_text(directory: Directory) -> None:
    for number, name in enumerate(ODD_NAMES):
        assert found(directory, equals("cn", name)) == {f"odd{number}".encode()}
    for attack in ("*", "u*", "a)(uid=*", "u1)(|(uid=*", "\\2a", "(", "\0"):
        assert found(directory, equals("uid", attack)) == set()


def test_filters_combine(directory: Directory) -> None:
    pair = one_of("uid", ["u1", "u2"])

    assert found(directory, pair) == {b"u1", b"u2"}
    assert found(directory, one_of("uid", [])) == set()
    assert found(directory, all_of(pair, equals("cn", "Person 2"))) == {b"u2"}
    assert found(directory, any_of(pair, equals("uid", "u3"))) == {b"u1", b"u2", b"u3"}
    assert found(directory, all_of(present("jpegPhoto"), EVERYBODY)) == {b"u1"}
    assert found(directory, given_filter("cn=*son 2*4")) == {b"u24"}


def test_not_matches_those_without_the_attribute_but_nobody_if_it_is_unknown(
    company: Company, directory: Directory
) -> None:
    """RFC 4511, section 4.5.1.7: an unknown attribute makes a filter undefined. Not on Samba."""
    unknown = found(directory, "(&(objectClass=person)(!(noSuchAttribute=x)))")
    assert len(found(directory, "(&(objectClass=person)(!(title=chief)))")) == ALL_PEOPLE
    assert len(unknown) == (ALL_PEOPLE if company.is_active_directory else 0)
    assert found(directory, "(noSuchAttribute=*)") == set()


def test_stamps_can_be_compared(directory: Directory) -> None:
    stamp = directory.read(person_dn(4), ["modifyTimestamp"]).first("modifyTimestamp")
    assert stamp is not None

    assert b"u4" in found(directory, f"(modifyTimestamp>={stamp.decode()})")
    assert found(directory, "(modifyTimestamp>=20990101000000.0Z)") == set()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.one_of(st.text(min_size=1), st.binary(min_size=1)))
def test_no_value_breaks_a_filter(directory: Directory, value: str | bytes) -> None:
    assert found(
        directory, all_of(equals("uid", "u1"), any_of(equals("uid", "u1"), equals("sn", value)))
    ) == {b"u1"}


def test_a_closed_connection_answers_no_more(company: Company) -> None:
    directory = company.signed_in()
    directory.close()

    with pytest.raises(DirectoryUnavailable):
        directory.read(PEOPLE, ["ou"])


def test_nobody_is_asked_when_the_caller_forbids_it(company: Company) -> None:
    directory = company.signed_in()
    pages = directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5)
    next(pages)
    company.check.append("a transaction")

    for ask in (
        lambda: directory.bind(person_dn(3), PASSWORD),
        directory.traits,
        lambda: directory.read(PEOPLE, ["ou"]),
        lambda: directory.search(PEOPLE, EVERYBODY, ["uid"], limit=1),
        lambda: next(pages),
        company.signed_in,
    ):
        with pytest.raises(RuntimeError, match="inside a transaction"):
            ask()
