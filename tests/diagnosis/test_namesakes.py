"""Several people have a login, or several directories a person: who is meant, whom it concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Act, Reason
from lupweb.diagnosis.namesakes import shared_with
from lupweb.directories.models import Directory
from lupweb.people.models import Person
from lupweb.people.queries import find_person
from lupweb.people.states import PersonState
from lupweb.runs.models import Schedule
from lupweb.runs.states import CHANGES, GROUPS
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import a_second_directory
from tests.diagnosis.reading import evidence, named
from tests.factories import a_local_person
from tests.fakes import FakeDirectory


@pytest.fixture
def second_ben(company: FakeDirectory) -> int:
    number = a_local_person("ben2", "Ben Other")
    with transaction():
        found = update(Person).where(Person.id == number)
        db.session.execute(found.values(login="ben", login_folded="ben"))
    return number


def test_several_of_a_login_are_named_with_what_tells_them_apart(why: Ask, second_ben: int) -> None:
    found = why("ben", "phone")

    assert found.reason is Reason.PERSON_UNKNOWN
    assert "2 people are called “ben” here" in str(found.verdict)
    assert f"id:{second_ben} is Ben Other, in no directory" in evidence(found.decisive)
    assert "is Ben Özgür in Main LDAP" in evidence(found.decisive)
    assert "id:" in str(found.document())
    assert why(f"id:{second_ben}", "phone").reason is Reason.PERSON_LOCAL


def test_whoever_is_shown_alone_is_meant(why: Ask, second_ben: int) -> None:
    with transaction():
        hidden = update(Person).where(Person.id == second_ben)
        db.session.execute(hidden.values(state=PersonState.MISSING))

    assert find_person("ben")
    assert why("ben", "phone").reason is Reason.ENTRY_HAS_NO_VALUE


def test_the_next_run_is_one_that_reads_values(why: Ask, company: FakeDirectory) -> None:
    company.set("ben", "title", [b"Captain"])
    soon, later = clock.now() + timedelta(days=1), clock.now() + timedelta(days=2)
    with transaction():
        for mode, at in ((GROUPS, soon), (CHANGES, later)):
            row = Schedule(subject="directory:main", mode=mode, cron="11 1 * * *", next_at=at)
            db.session.merge(row)

    found = named(why("ben", "position"), "read")

    assert f"{later:%Y-%m-%d}" in str(found.fix)


def test_what_it_concerns_to_turn_the_order_is_counted(why: Ask, company: FakeDirectory) -> None:
    a_second_directory(company, "sam", telephoneNumber="+49 611 7")
    ids = list(db.session.scalars(db.select(Directory.id).order_by(Directory.position)))

    assert shared_with(ids) == {"second": 1}
    assert shared_with(ids[:1]) == {}
    fixes = why("sam", "phone").decisive.fixes
    acts = [Act.FALL_THROUGH, Act.TAKE_FROM, Act.READ_PERSON, Act.ASK_FIRST]
    assert [each.act for each in fixes] == acts
    assert all(each.asks for each in fixes if each.act is not Act.READ_PERSON)
