"""A site that saves to a directory: people, fields, and short words for what tests do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.options.registry import WRITES_PER_SECOND
from lupweb.options.service import set_option
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import open_messages
from lupweb.outbox.service import promise
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Place, Wanted
from lupweb.people.models import Person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.writeback import service
from tests.factories import (
    SECRET_KEY,
    a_connection,
    a_profile,
    an_approved_run,
    an_entry,
)
from tests.fakes import FakeDirectory


class Clock:
    """The time, as a test moves it."""

    def __init__(self) -> None:
        self._now = clock.now()

    def now(self) -> datetime:
        """Return what the time is."""
        return self._now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self._now += timedelta(**by)


WRITTEN_FIELDS = ("phone", "position", "location")


def a_company(directory: FakeDirectory) -> None:
    """Fill a site that saves three fields of two people to its directory."""
    directory_id = a_connection(directory)
    an_entry(directory, "anna", telephoneNumber="+49 30 1", title="Cook", l="Porto")
    an_entry(directory, "bert", telephoneNumber="+49 30 2", title="Baker", l="Faro")
    a_profile()
    switch_on()
    an_approved_run(directory)
    assert directory_id == 1


def switch_on() -> None:
    """Let what is entered be saved, faster than any test waits for."""
    with transaction():
        get_directory("main").writes = True
        for field in db.session.query(ProfileField).where(ProfileField.key.in_(WRITTEN_FIELDS)):
            field.writes_back = True
        set_option(WRITES_PER_SECOND, 1000)


def enter(login: str, key: str, value: str) -> int:
    """Promise a value as a save does; return the number of its message.

    Where there is a conflict, its owner keeps what they enter now instead of what was found.
    """
    with transaction():
        person = person_of(login)
        field = load_layout("DE").find_field(key)
        assert field
        old = person.document["values"].get(key, "")
        standing = open_messages([person.id]).get(person.id, {}).get(key)
        if standing is not None and standing.state == OutboxState.CONFLICT:
            old = standing.found_value
        place = Place(1, unique_id_of(person), person.id, field.id, key, field.attribute)
        by = f"person:{person.id}"
        wanted = Wanted(old, value, field.type.write(old), field.type.write(value), by)
        number = promise(place, wanted)
    assert number is not None
    return number


def drain(directory: FakeDirectory) -> dict[int, OutboxState]:
    """Save what is due."""
    return dict(service.drain(1, secret_key=SECRET_KEY, connect=directory.connect))


def person_of(login: str) -> Person:
    """Return a person."""
    return db.session.query(Person).filter_by(login=login).one()


def unique_id_of(person: Person) -> str:
    """Return the unique id of a person's entry."""
    return db.session.query(Identity.unique_id).filter_by(person_id=person.id).one()[0]


def confirmed(login: str, key: str) -> str:
    """Return what everybody sees."""
    found = str(person_of(login).document["values"].get(key, ""))
    end_reading()
    return found


def message(number: int) -> OutboxMessage:
    """Return a message as it stands; it may be looked at outside of transactions."""
    end_reading()
    found = db.session.get_one(OutboxMessage, number, populate_existing=True)
    db.session.expunge(found)
    end_reading()
    return found


def state(number: int) -> OutboxState:
    """Return where a message stands."""
    return OutboxState(message(number).state)


def held(directory: FakeDirectory, login: str, attribute: str) -> Sequence[bytes]:
    """Return what the directory holds."""
    return directory.get(login, attribute)
