"""What Active Directory does its own way, on Samba's. Microsoft's own is not tested here."""

from collections.abc import Iterator
from datetime import timedelta

import ldap
import pytest

from lupweb.errors import CredentialsRefused, DirectoryRefused, InvalidValue
from lupweb.ldap.connection import Tls
from lupweb.ldap.dialects import defaults_of
from lupweb.ldap.filters import equals
from lupweb.ldap.patterns import format_java, recognise
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory
from lupweb.ldap.timestamps import read_filetime, read_generalized_time
from tests.ldap.attempts import an_attempt, quick
from tests.ldap.certificates import Authority
from tests.ldap.company import (
    NUMBER_OF_PEOPLE,
    ODD_NAMES,
    PASSWORD,
    PEOPLE,
    READER_DN,
    SUFFIX,
    person_dn,
)
from tests.ldap.conftest import Company
from tests.servers.samba import RunningSamba

EVERYBODY = "(objectClass=person)"


@pytest.fixture
def directory(company_of_samba: Company) -> Iterator[Directory]:
    with company_of_samba.signed_in() as connection:
        yield connection


@pytest.mark.parametrize("name", ["u3@EXAMPLE.COM", "u3@example.com", "EXAMPLE\\u3", person_dn(3)])
def test_each_form_of_a_name_signs_in(company_of_samba: Company, name: str) -> None:
    with company_of_samba.connect() as directory:
        directory.bind(name, PASSWORD)
        assert directory.read(person_dn(3), ["uid"]).first("uid") == b"u3"


@pytest.mark.parametrize("name", ["u3", "nobody@EXAMPLE.COM", "u3@OTHER.COM"])
def test_b12_a_name_that_is_nobody_is_refused(company_of_samba: Company, name: str) -> None:
    with company_of_samba.connect() as directory, pytest.raises(CredentialsRefused):
        directory.bind(name, PASSWORD)


def test_b12_a_disabled_account_is_refused_with_the_reason(
    samba: RunningSamba, company_of_samba: Company
) -> None:
    samba.set(person_dn(20), "userAccountControl", [b"514"])

    for password, code in ((PASSWORD, "data 533"), ("wrong", "data 52e")):
        refused = pytest.raises(CredentialsRefused, match=code)
        with company_of_samba.connect() as directory, refused:
            directory.bind("u20@EXAMPLE.COM", password)


def test_b02_a_password_with_a_nul_would_sign_in_and_is_never_sent(
    samba: RunningSamba, company_of_samba: Company
) -> None:
    """The server cuts it at the zero byte."""
    handle = ldap.initialize(samba.ldaps_uri)
    handle.set_option(ldap.OPT_X_TLS_CACERTFILE, str(samba.ca_file))
    handle.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    handle.simple_bind_s(READER_DN, f"{PASSWORD}\0junk")
    handle.unbind_s()

    with company_of_samba.connect() as directory, pytest.raises(CredentialsRefused, match="zero"):
        directory.bind(READER_DN, f"{PASSWORD}\0junk")


def test_a_guid_names_the_entry(directory: Directory) -> None:
    entry = directory.read(person_dn(5), ["objectGUID"])
    guid = unique_id_of(entry, "objectGUID")

    assert directory.read(f"<GUID={guid}>", ["uid"]).first("uid") == b"u5"
    found = directory.search(
        PEOPLE, equals("objectGUID", entry.values("objectGUID")[0]), ["uid"], limit=2
    )
    assert [each.first("uid") for each in found] == [b"u5"]


def test_b84_its_stamps_are_recognised_and_can_be_searched_by(directory: Directory) -> None:
    """With another pattern, `20990101000000Z` for one, the server finds everybody."""
    stamp = directory.read(person_dn(5), ["whenChanged"]).values("whenChanged")[0]
    pattern = recognise(stamp)
    instant = read_generalized_time(stamp)
    assert pattern == "yyyyMMddHHmmss.'0'Z"

    for known in (pattern, "yyyyMMddHHmmss.Z"):
        now, later = (format_java(known, each) for each in (instant, instant + timedelta(days=1)))
        assert directory.search(PEOPLE, f"(&(uid=u5)(whenChanged>={now}))", ["uid"], limit=2)
        assert not directory.search(PEOPLE, f"(&(uid=u5)(whenChanged>={later}))", ["uid"], limit=2)


def test_b84_an_account_that_never_expires_has_no_instant(directory: Directory) -> None:
    entry = directory.read(person_dn(5), ["accountExpires", "pwdLastSet", "whenCreated"])

    with pytest.raises(InvalidValue, match="never"):
        read_filetime(entry.values("accountExpires")[0])
    created = read_generalized_time(entry.values("whenCreated")[0])
    assert abs(read_filetime(entry.values("pwdLastSet")[0]) - created) < timedelta(minutes=1)


def test_the_usual_filters_find_people_and_no_computers(directory: Directory) -> None:
    usual = defaults_of("active_directory")
    people = directory.search(SUFFIX, usual.user_filter, [usual.login_attribute], limit=500)
    logins = {(each.first(usual.login_attribute) or b"").decode() for each in people}

    assert {f"u{number}" for number in range(NUMBER_OF_PEOPLE)} <= logins
    assert {f"odd{number}" for number in range(len(ODD_NAMES))} <= logins
    assert not any(login.endswith("$") for login in logins)
    assert directory.search(SUFFIX, usual.group_filter, ["cn"], limit=1)


def test_b19_its_certificate_is_checked_with_its_ca(
    samba: RunningSamba, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    ways = ((samba.ldaps_uri, Tls.LDAPS), (samba.uri, Tls.STARTTLS))
    for uri, tls in ways:
        an_attempt(quick(uri, tls=tls, ca_file=samba.ca_file))
        for ca_file in (str(stranger.file), ""):
            with pytest.raises(DirectoryRefused, match="not known here"):
                an_attempt(quick(uri, tls=tls, ca_file=ca_file))


def test_b18_it_takes_no_password_without_encryption_and_says_so(samba: RunningSamba) -> None:
    with pytest.raises(DirectoryRefused, match="Set TLS"):
        an_attempt(quick(samba.uri))
