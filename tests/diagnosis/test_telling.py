"""What a diagnosis tells, what it keeps, and what it leaves alone."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Reason, State
from lupweb.directories.models import Directory
from lupweb.errors import Forbidden, NotFound
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import fill_from_directory
from lupweb.profiles.models import ProfileField
from lupweb.runs.models import Run
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import change, mapped_to
from tests.diagnosis.reading import evidence, named
from tests.factories import a_run
from tests.fakes import FakeDirectory


def questions(directory: FakeDirectory) -> Sequence[str]:
    return list(directory.server.questions)


def test_without_a_connection_no_directory_is_asked(why: Ask, company: FakeDirectory) -> None:
    before = questions(company)

    found = why("ben", "phone", live=False)

    assert questions(company) == before
    assert not found.asked
    assert named(found, "answers").state is State.SKIPPED


def test_a_diagnosis_changes_nothing(why: Ask, company: FakeDirectory) -> None:
    company.set("ben", "title", [b"Captain"])
    rows = select(Person.rev, Person.document, Person.provenance).order_by(Person.id)
    before = db.session.execute(rows).all(), db.session.scalars(select(Run.id)).all()

    why("ben", "position")

    assert (db.session.execute(rows).all(), db.session.scalars(select(Run.id)).all()) == before


def test_an_administrator_outside_of_the_groups_learns_nothing_by_evidence(
    why: Ask, company: FakeDirectory
) -> None:
    """The same is said whatever the value is, and whether there is one."""
    administrator = Viewer(account_id=1, role=Role.ADMINISTRATOR)
    said = []
    for values in ([b"ZQX-7"], [b"ZQX-8"], [], [b"\xff"]):
        company.set("ben", "homePhone", values)
        found = why("ben", "emergency", viewer=administrator)
        assert found.reason is Reason.VIEWER_MAY_NOT_SEE
        said.append([{**each, "evidence": _untimed(each)} for each in found.document()["checks"]])

    assert all(each == said[0] for each in said)


def _untimed(check: dict[str, str]) -> str:
    return "" if check["id"] in {"answers", "stamps"} else check["evidence"]


def test_an_attribute_that_also_fills_a_restricted_field_is_not_shown_raw(why: Ask) -> None:
    with transaction():
        fill_from_directory("website", "homePhone")

    found = why("ben", "website", viewer=Viewer(account_id=1, role=Role.ADMINISTRATOR))

    assert "ZQX" not in str(found.document())


def test_the_field_of_a_directory_counts_as_mapped(why: Ask) -> None:
    with transaction():
        db.session.execute(
            update(ProfileField).where(ProfileField.key == "phone").values(attribute="")
        )

    assert why("ben", "phone").reason is Reason.FIELD_HAS_NO_SOURCE


def test_a_password_that_was_locked_with_another_key_is_no_traceback(why: Ask) -> None:
    with transaction():
        db.session.execute(update(Directory).values(bind_password=b"nonsense"))

    assert why("ben", "phone").reason is Reason.BIND_REFUSED


def test_the_first_reason_in_their_order_is_the_one_that_is_named(
    why: Ask, company: FakeDirectory
) -> None:
    change("main", timestamp_pattern="yyyy-MM-dd")
    mapped_to("phone", "telefoneNumber")

    assert why("ben", "phone").reason is Reason.STAMPS_NOT_UNDERSTOOD
    company.go_down()
    assert why("ben", "phone").reason is Reason.DIRECTORY_UNREACHABLE


def test_nobody_but_administrators_asks(why: Ask) -> None:
    with pytest.raises(Forbidden):
        why("ben", "phone", viewer=Viewer(get_person("ada").id))


def test_a_field_that_does_not_exist_is_said_to_be_none(why: Ask) -> None:
    with pytest.raises(NotFound):
        why("ben", "nothing")


def test_the_attribute_that_switched_somebody_off_is_named(
    why: Ask, company: FakeDirectory
) -> None:
    company.set("ben", "employeeType", [b"Left"])
    change("main", disabled_attribute="employeeType", disabled_value="left")
    a_run(company)

    found = why("ben", "phone")

    assert found.reason is Reason.PERSON_INACTIVE
    assert "“Main LDAP”: its attribute employeeType says so" in str(found.verdict)
    assert "employeeType" in evidence(found.decisive)
