"""What a run did, as tests look at it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.profiles.models import IndexedValue
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, a_run
from tests.fakes import FakeDirectory

PARTS = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")


def synchronized(directory: FakeDirectory) -> dict[str, Any]:
    """Run once; check that the counters add up (interface.md section 5)."""
    return _checked(record(a_run(directory)))


def changes_read(directory: FakeDirectory, mode: str = "changes") -> dict[str, Any]:
    """Read the changes once; check that the counters add up."""
    number = run(
        "main", secret_key=SECRET_KEY, connect=directory.connect, trigger="test", mode=mode
    )
    return _checked(record(number))


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    assert document["seen"] == sum(document[part] for part in PARTS), document
    return document


def values(login: str) -> Mapping[str, str]:
    db.session.rollback()
    return values_of(get_person(login).document)


def manager_of(login: str) -> str | None:
    person = get_person(login)
    rows = (
        select(Person.login)
        .join(IndexedValue, IndexedValue.referred_id == Person.id)
        .where(IndexedValue.person_id == person.id)
    )
    return db.session.scalar(rows)


def active_people() -> int:
    db.session.rollback()
    rows = select(func.count(Person.id)).where(Person.state == PersonState.ACTIVE)
    return db.session.scalar(rows) or 0
