"""For each reason there is: make the fault, and it is named first, with evidence."""

import pytest
from sqlalchemy import update

from lupweb.accounts.viewers import viewer_as
from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Reason, State
from lupweb.diagnosis.service import CHECKS
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field, fill_from_directory
from lupweb.profiles.sources import Source
from lupweb.runs.models import PlanItem
from lupweb.runs.service import finish, request, start
from lupweb.runs.states import FULL, RunState
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import a_second_directory, change, mapped_to
from tests.diagnosis.reading import evidence, named
from tests.factories import a_local_person, a_run, an_entry
from tests.fakes import FakeDirectory


def test_every_check_is_made_and_named_once(why: Ask) -> None:
    found = why("ada", "phone")

    names = [each.id for each in found.checks]
    assert len(names) == len(set(names)) == len(CHECKS)


def test_a_value_that_is_here_is_said_to_be_here(why: Ask) -> None:
    found = why("ada", "phone")

    assert found.reason is Reason.VALUE_IS_HERE
    assert [each.id for each in found.checks if each.state is State.PROBLEM] == []
    assert "+49 611 20570" in evidence(named(found, "value"))


def test_whoever_is_outside_of_the_groups_does_not_see_it(why: Ask) -> None:
    found = why("ben", "emergency", as_viewer=viewer_as(get_person("ada").id))

    assert found.reason is Reason.VIEWER_MAY_NOT_SEE
    assert "Ada Lovelace does not see “Emergency contact”" in str(found.verdict)
    assert "ZQX" not in str(found.document())


def test_the_operator_and_members_of_the_group_see_it(why: Ask) -> None:
    assert why("ben", "emergency").reason is Reason.VALUE_IS_HERE
    sam = viewer_as(get_person("sam").id)
    assert why("ben", "emergency", as_viewer=sam).reason is Reason.VALUE_IS_HERE


def test_nobody_is_called_that(why: Ask) -> None:
    found = why("zoe", "phone")

    assert found.reason is Reason.PERSON_UNKNOWN
    assert [str(each.act) for each in found.decisive.fixes] == ["show_directories"]


def test_somebody_who_is_in_the_directory_and_not_read_yet_is_found_there(
    why: Ask, company: FakeDirectory
) -> None:
    dn = an_entry(company, "zoe")

    found = why("zoe", "phone")

    assert found.reason is Reason.PERSON_UNKNOWN
    assert dn in evidence(found.decisive)


def test_a_local_person_is_never_read(why: Ask) -> None:
    a_local_person("local", position="Guest")

    assert why("local", "phone").reason is Reason.PERSON_LOCAL
    assert why("local", "position").reason is Reason.VALUE_IS_HERE


@pytest.mark.parametrize("state", [PersonState.MISSING, PersonState.DISABLED])
def test_somebody_who_is_not_active_is_said_to_be_so(why: Ask, state: PersonState) -> None:
    with transaction():
        db.session.execute(update(Person).where(Person.login == "ben").values(state=state))

    assert why("ben", "phone").reason is Reason.PERSON_INACTIVE


def test_a_directory_that_is_switched_off_supplies_nobody(why: Ask) -> None:
    change("main", is_enabled=False)

    found = why("ben", "phone")

    assert found.reason is Reason.NOT_IN_ANY_DIRECTORY
    assert "switched off" in str(found.verdict)


def test_an_entry_that_is_gone_now_is_said_to_be_gone(why: Ask, company: FakeDirectory) -> None:
    company.delete("sam")

    assert why("sam", "phone").reason is Reason.NOT_IN_ANY_DIRECTORY


def test_the_directory_that_goes_first_wins_even_without_a_value(
    why: Ask, company: FakeDirectory
) -> None:
    a_second_directory(company, "sam", telephoneNumber="+49 611 7")

    found = why("sam", "phone")

    assert found.reason is Reason.IN_SEVERAL_DIRECTORIES
    assert "Main LDAP" in str(found.verdict)
    assert "ou=second" in evidence(found.decisive)


def test_somebody_in_two_directories_with_a_value_is_no_problem(
    why: Ask, company: FakeDirectory
) -> None:
    a_second_directory(company, "ada", telephoneNumber="+49 611 7")

    found = why("ada", "phone")

    assert found.reason is Reason.VALUE_IS_HERE
    assert named(found, "directories").state is State.LOOK


def test_a_field_that_people_fill_in_has_no_source(why: Ask) -> None:
    with transaction():
        define_field("motto", "Motto", category="work")

    assert why("ben", "motto").reason is Reason.FIELD_HAS_NO_SOURCE


@pytest.mark.parametrize("source", [Source.XML, Source.ALTERNATIVE_LDAP])
def test_a_value_of_another_source_is_not_taken_from_the_directory(
    why: Ask, source: Source
) -> None:
    with transaction():
        define_field("badge", "Badge", category="work", source=source, attribute="badge")

    assert why("ben", "badge").reason is Reason.OTHER_SOURCE_WINS


def test_x01_a_directory_that_is_down_is_named(why: Ask, company: FakeDirectory) -> None:
    company.go_down()

    found = why("ben", "phone")

    assert found.reason is Reason.DIRECTORY_UNREACHABLE
    assert found.decisive.evidence


def test_x08_credentials_that_are_refused_are_named(why: Ask, company: FakeDirectory) -> None:
    company.refuse_credentials()

    assert why("ben", "phone").reason is Reason.BIND_REFUSED


def test_a_time_pattern_that_does_not_fit_is_named(why: Ask) -> None:
    change("main", timestamp_pattern="yyyy-MM-dd HH:mm:ss")

    found = why("ben", "phone")

    assert found.reason is Reason.STAMPS_NOT_UNDERSTOOD
    assert found.decisive.evidence


def test_an_attribute_that_the_schema_does_not_know_is_named_with_the_nearest(why: Ask) -> None:
    mapped_to("phone", "telefoneNumber")

    found = why("ben", "phone")

    assert found.reason is Reason.ATTRIBUTE_UNKNOWN
    assert "telephoneNumber" in evidence(found.decisive)


def test_an_attribute_with_secrets_is_never_read(why: Ask) -> None:
    mapped_to("phone", "userPassword")

    found = why("ben", "phone")

    assert found.reason is Reason.ATTRIBUTE_NOT_READABLE
    assert "the right password" not in str(found.document())


def test_an_entry_without_a_value_is_named(why: Ask) -> None:
    found = why("ben", "phone")

    assert found.reason is Reason.ENTRY_HAS_NO_VALUE
    assert "uid=ben" in evidence(found.decisive)
    assert why("ben", "phone", live=False).reason is Reason.ENTRY_HAS_NO_VALUE


def test_a_value_that_cannot_be_kept_is_named(why: Ask, company: FakeDirectory) -> None:
    company.set("ben", "telephoneNumber", [b"\xff\xfe"])

    found = why("ben", "phone")

    assert found.reason is Reason.VALUE_DOES_NOT_FIT
    assert "\\xff" in evidence(named(found, "value"))


def test_a_manager_whom_nobody_knows_is_named(why: Ask) -> None:
    found = why("eve", "manager")

    assert found.reason is Reason.REFERENCE_NOT_FOUND
    assert "uid=gone" in evidence(found.decisive)


def held(field: str) -> int:
    """Let a run hold a new value of Ben's."""
    with transaction():
        number = start("directory:main", trigger="test", mode=FULL, reason="test")
        finish(number, RunState.HELD, "Two values are held.")
        db.session.add(
            PlanItem(
                run_id=number,
                person_id=get_person("ben").id,
                action="change",
                guard="clear",
                changes={field: ["", "+49 611 9"]},
            )
        )
    return number


def test_a_value_that_a_run_holds_is_named_with_the_run(why: Ask, company: FakeDirectory) -> None:
    company.set("ben", "telephoneNumber", [b"+49 611 9"])
    number = held("phone")

    found = why("ben", "phone")

    assert found.reason is Reason.FIELD_HELD
    assert str(number) in str(found.verdict)
    assert why("ben", "position").reason is Reason.VALUE_IS_HERE


def test_a_new_field_is_not_read_yet(why: Ask) -> None:
    with transaction():
        fill_from_directory("website", "title")

    found = why("ben", "website")

    assert found.reason is Reason.NOT_READ_YET
    assert why("ben", "website", live=False).reason is Reason.NOT_READ_YET


def test_an_entry_that_changed_since_is_not_read_yet(why: Ask, company: FakeDirectory) -> None:
    company.set("ben", "title", [b"Captain"])

    assert why("ben", "position").reason is Reason.NOT_READ_YET


def test_a_run_that_is_at_work_is_named_for_what_it_has_not_read(
    why: Ask, company: FakeDirectory
) -> None:
    company.set("ben", "title", [b"Captain"])
    with transaction():
        number = request("directory:main", trigger="test", mode=FULL, reason="test")

    found = why("ben", "position")

    assert found.reason is Reason.RUN_IN_PROGRESS
    assert str(number) in str(found.verdict)
    assert why("ada", "phone").reason is Reason.VALUE_IS_HERE


def test_a_run_that_failed_is_named_for_what_it_has_not_read(
    why: Ask, company: FakeDirectory
) -> None:
    company.set("ben", "title", [b"Captain"])
    company.go_down()
    a_run(company)
    company.come_up()

    found = why("ben", "position")

    assert found.reason is Reason.RUN_FAILED
    assert "not reachable" in evidence(found.decisive)


@pytest.mark.parametrize("outside", [True, False])
def test_read_only_mode_is_named_for_what_is_not_read(
    why: Ask, company: FakeDirectory, outside: bool
) -> None:
    company.set("ben", "title", [b"Captain"])
    if not outside:
        with transaction():
            set_option(READ_ONLY, True)

    assert why("ben", "position", read_only=outside).reason is Reason.READ_ONLY_MODE
