"""A field that one directory alone supplies: the question goes there."""

import pytest
from sqlalchemy import update

from lupweb.accounts.viewers import OPERATOR
from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Act, Reason
from lupweb.diagnosis.service import explain_all
from lupweb.profiles.models import ProfileField
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import a_second_directory, change
from tests.diagnosis.reading import evidence, named
from tests.fakes import FakeDirectory


def only_from(key: str, directory: str) -> None:
    with transaction():
        field = ProfileField.key == key
        db.session.execute(update(ProfileField).where(field).values(directory=directory))


def test_a_field_of_one_directory_is_looked_for_there_and_in_no_other(
    why: Ask, company: FakeDirectory
) -> None:
    a_second_directory(company, "sam")
    only_from("phone", "second")

    found = why("sam", "phone")

    assert found.reason is Reason.ENTRY_HAS_NO_VALUE
    assert "ou=second" in evidence(found.decisive)
    assert "“Second LDAP” alone supplies this field" in str(named(found, "directories").text)
    assert why("ada", "phone").reason is Reason.VALUE_IS_HERE  # stays, though ada is not there


@pytest.mark.parametrize(
    ("login", "is_enabled", "said"),
    [("ben", True, "has no entry of this person"), ("sam", False, "it is switched off")],
)
def test_whoever_is_not_where_a_field_alone_comes_from_is_told_so(
    why: Ask, company: FakeDirectory, login: str, is_enabled: bool, said: str
) -> None:
    a_second_directory(company, "sam")
    only_from("phone", "second")
    change("second", is_enabled=is_enabled)

    found = why(login, "phone")

    assert (found.reason, said in str(found.verdict)) == (Reason.NOT_IN_ANY_DIRECTORY, True)
    assert Act.SHOW_FIELD in {each.act for each in found.decisive.fixes}


def test_all_fields_are_explained_each_by_its_own_directory(company: FakeDirectory) -> None:
    a_second_directory(company, "sam", telephoneNumber="+49 611 7")
    only_from("phone", "second")

    verdicts = {each.key: each.found for each in explain_all(OPERATOR, "sam")}

    assert verdicts["phone"].reason is Reason.NOT_READ_YET
    assert verdicts["position"].reason is Reason.ENTRY_HAS_NO_VALUE
