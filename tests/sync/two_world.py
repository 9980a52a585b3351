"""Two directories with the same people, whose set-up changes, and which are written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.directory_editing import move_directory, switch_directory
from lupweb.configfile.directory_removal import MISSING, remove_directory
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.directories.service import get_directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Person
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from tests.factories import SECRET_KEY
from tests.sync.saving import enter
from tests.sync.sources_world import OF_DIRECTORIES, SourcesWorld, shown
from tests.sync.two_directories import take_from

BOTH = ("main", "second")
DESK, ROOM = "desk", "roomNumber"
TOLD = (OutboxState.CONFLICT, OutboxState.REJECTED, OutboxState.DEAD)


@dataclass
class TwoWorld(SourcesWorld):
    """The sources, of which one may be switched off, or supply a field alone.

    :param off: the directories that are switched off
    :param removed: the directory that was taken away; "": none was
    :param alone: field key -> the directory that supplies it alone
    """

    off: set[str] = field(default_factory=set)
    removed: str = ""
    alone: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        super().begin()
        with transaction():
            define_field(DESK, "Desk", category="work", source=Source.LDAP, attribute=ROOM)
            named = select(ProfileField).where(ProfileField.key == DESK)
            db.session.scalars(named).one().writes_back = True
            for each in db.session.scalars(select(Directory).where(Directory.key.in_(BOTH))):
                each.writes = True

    def change_order(self) -> None:
        """Let the directory that goes second go first, as an administrator does."""
        self.order.reverse()
        with transaction():
            move_directory(OPERATOR, self.order[0], "up", SECRET_KEY)

    def switch(self, key: str) -> None:
        """Switch a directory off, or on again."""
        self.off ^= {key}
        with transaction():
            switch_directory(OPERATOR, key, SECRET_KEY, is_on=key not in self.off)

    def remove(self, key: str) -> None:
        """Take a directory away for good; whom no other one has is hidden."""
        for name in [name for name, alone in self.alone.items() if alone == key]:
            self.take(name, "")
        with transaction():
            remove_directory(OPERATOR, get_directory(key), MISSING, SECRET_KEY)
        self.removed = key
        self.order.remove(key)
        self.off.discard(key)

    def take(self, name: str, key: str) -> None:
        """Let a directory alone supply a field; "": the one that supplies the person."""
        self.alone[name] = key
        take_from(key, name)

    def in_use(self) -> Sequence[str]:
        return [key for key in self.order if key not in self.off]

    def supplier(self, login: str, name: str = "") -> str | None:
        """Return which directory supplies somebody, or a field of theirs; None if none in use."""
        alone = self.alone.get(name, "")
        asked = [key for key in ([alone] if alone else self.order) if key not in self.off]
        return next((key for key in asked if self.entry(key, login)), None)

    def wanted(self, login: str) -> dict[str, str]:
        """Return what is to be stored, where every directory is in use."""
        found = super().wanted(login)
        if not found:
            return found
        for name, attribute in {**OF_DIRECTORIES, DESK: ROOM}.items():
            supplier = self.supplier(login, name)
            found.pop(name, None)
            if supplier is not None:
                found[name] = self.said(supplier, login, attribute)
        told = told_of(login)
        return {key: value for key, value in found.items() if key not in told}

    def enter(self, login: str, value: str) -> None:
        """Enter a value that goes to the directory that supplies it, as a save does."""
        person = shown().get(login)
        if person is not None:
            enter(person.id, DESK, value)


def told_of(login: str) -> set[str]:
    """Return the fields of somebody of which an open state is shown."""
    rows = (
        select(OutboxMessage.field_key)
        .join(Person, Person.id == OutboxMessage.person_id)
        .where(Person.login == login, OutboxMessage.state.in_(TOLD))
    )
    return set(db.session.scalars(rows))
