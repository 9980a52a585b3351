"""A field that falls through to the next directory: whose value counts, and that none has one."""

import pytest

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.database import transaction
from lupweb.diagnosis.findings import Reason
from lupweb.sync.service import run
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import a_second_directory
from tests.diagnosis.reading import evidence, named
from tests.factories import SECRET_KEY, SUFFIX
from tests.fakes import FakeDirectory


def fall_through(directory: FakeDirectory, *, reads: bool = True) -> None:
    with transaction():
        stored = open_setup(OPERATOR, SECRET_KEY)
        changed = {**stored["fields"]["phone"], "fall_through": True}
        fields = {**stored["fields"], "phone": changed}
        change_setup(OPERATOR, stored, {"fields": fields}, SECRET_KEY)
    for key in ("main", "second") if reads else ():
        run(key, secret_key=SECRET_KEY, connect=directory.connect, trigger="test")


@pytest.mark.parametrize("live", [True, False])
def test_a_value_of_the_next_directory_is_named_with_it(
    why: Ask, company: FakeDirectory, live: bool
) -> None:
    a_second_directory(company, "sam", telephoneNumber="+49 611 7")
    fall_through(company)

    found = why("sam", "phone", live=live)

    assert found.reason is Reason.VALUE_IS_HERE
    said = str(named(found, "directories").text)
    assert "“Main LDAP” goes first and has no value" in said
    assert "falls through to “Second LDAP”" in said


@pytest.mark.parametrize("live", [True, False])
def test_that_the_next_directory_has_none_either_is_said(
    why: Ask, company: FakeDirectory, live: bool
) -> None:
    a_second_directory(company, "sam")
    fall_through(company)

    found = why("sam", "phone", live=live)

    assert found.reason is Reason.ENTRY_HAS_NO_VALUE
    assert "“Second LDAP”, has none either" in evidence(found.decisive)
    assert "none of them has a value" in str(named(found, "directories").text)


def test_a_value_of_the_first_directory_counts_as_before(why: Ask, company: FakeDirectory) -> None:
    a_second_directory(company, "ada", telephoneNumber="+49 611 7")
    fall_through(company)

    found = why("ada", "phone")

    assert found.reason is Reason.VALUE_IS_HERE
    assert "its value of “Phone” counts" in str(named(found, "directories").text)


def test_what_the_next_directory_has_got_since_is_not_read_yet(
    why: Ask, company: FakeDirectory
) -> None:
    a_second_directory(company, "sam")
    fall_through(company)
    company.set(f"uid=sam2,ou=second,{SUFFIX}", "telephoneNumber", [b"+49 611 7"])

    assert why("sam", "phone").reason is Reason.NOT_READ_YET


def test_where_the_next_directory_is_not_asked_for_it_yet_that_is_the_reason(
    why: Ask, company: FakeDirectory
) -> None:
    a_second_directory(company, "sam", telephoneNumber="+49 611 7")
    fall_through(company, reads=False)

    assert why("sam", "phone", live=False).reason is Reason.NOT_READ_YET
    assert why("sam", "phone").reason is Reason.NOT_READ_YET
