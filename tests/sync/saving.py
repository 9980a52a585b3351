"""Random histories in which values that people enter are saved to the directory as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import delete, select, update

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.ldap.dn import fold_dn
from lupweb.orgchart.models import OrgChart
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import open_messages
from lupweb.outbox.service import promise
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Place, Wanted
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.profiles.supply import supply_of
from lupweb.writeback import service as writeback
from lupweb.writeback.models import Breaker
from tests.factories import SECRET_KEY
from tests.sync.test_histories import Histories
from tests.sync.world import World, first, present

ROOM = "roomNumber"
FEW = st.integers(0, 3)
"""Whom several things happen to that concern the same value."""
ROOMS = st.sampled_from(["1.01", "2.02", "3.03", ""])
TOLD = (OutboxState.CONFLICT, OutboxState.REJECTED, OutboxState.DEAD)
ON_THEIR_WAY = (
    OutboxState.QUEUED, OutboxState.WAITING, OutboxState.UNKNOWN, OutboxState.LEASED
)  # fmt: skip


class Saving(Histories):
    """What else may happen where the field “desk” is saved to the directory."""

    @initialize()
    def begin(self) -> None:
        self.world.begin()
        with transaction():
            self.set_up(db.session.scalars(select(Directory)).one())
        self.run_it("full")
        self.save_backup()

    def set_up(self, row: Directory) -> None:
        """Let a field be saved, and a chart be drawn; inside a transaction."""
        row.writes = True
        define_field("desk", "Desk", category="work", source=Source.LDAP, attribute=ROOM)
        field = select(ProfileField).where(ProfileField.key == "desk")
        db.session.scalars(field).one().writes_back = True
        db.session.add(OrgChart(key="line", name="Line", manager_field="manager"))

    @rule(who=FEW, room=ROOMS)
    def save(self, who: int, room: str) -> None:
        found = [person for _entry, person in present().values() if person.state == "active"]
        if not found:
            return
        enter(found[who % len(found)].id, "desk", room)

    @rule(who=FEW, room=ROOMS)
    def change_room(self, who: int, room: str) -> None:
        self.count += 1
        said = f"Foreign {self.count}" if room == "3.03" else room  # nobody else enters that
        self.directory.set(self.somebody(who).dn, ROOM, [said.encode()] if said else [])

    @rule(who=FEW, room=ROOMS)
    def clash(self, who: int, room: str) -> None:
        """Let somebody else change what a person enters just now."""
        there = [each.dn for each, _person in present().values()]
        end_reading()
        dn = there[who % len(there)] if there else ""
        if fold_dn(dn) in self.server.entries:
            self.count += 1
            self.directory.set(dn, ROOM, [b"Foreign %d" % self.count])
        self.save(who, room)
        self.is_as_read = False

    @rule()
    def drain(self) -> None:
        """Save what waits, as if the time that it has to wait were over."""
        self.is_as_read = False
        with transaction():
            db.session.execute(delete(Breaker))
            long_ago = clock.now() - timedelta(days=1)
            db.session.execute(update(OutboxMessage).values(not_before=long_ago))
        writeback.drain(1, secret_key=SECRET_KEY, connect=self.directory.connect)

    def heal(self) -> None:
        """Let everything work again, and time pass until nothing waits for it."""

    def teardown(self) -> None:
        self.heal()
        with later(hours=2):  # everybody is compared, marks or not
            for _round in range(3):
                self.drain()
            super().teardown()
            check_rooms(self.world)


def enter(person_id: int, key: str, value: str) -> None:
    """Promise a value as a save does, unless nobody would be to have it, or it is there."""
    end_reading()
    with transaction():
        field = load_layout("DE").find_field(key)
        supplier = supply_of(person_id).of(field.directory) if field else None
        if field is None or supplier is None or not supplier.takes_writes:
            return
        old = values_of(db.session.get_one(Person, person_id).document).get(key, "")
        standing = open_messages([person_id]).get(person_id, {}).get(key)
        if standing is not None and standing.state == OutboxState.CONFLICT:
            old = standing.found_value
        ids = supplier.directory_id, supplier.unique_id
        place = Place(*ids, person_id, field.id, key, field.attribute)
        sides = old, value, field.type.write(old), field.type.write(value)
        promise(place, Wanted(*sides, f"person:{person_id}"))


@contextmanager
def later(**by: float) -> Iterator[None]:
    """Let time have passed while the block lasts."""
    now, passed = clock.now, timedelta(**by)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: now() + passed)
        yield


def check_rooms(world: World) -> None:
    """What was saved is in the directory, or is said to be in conflict or refused."""
    entries = world.in_scope()
    told = {
        each.person_id for each in db.session.scalars(select(OutboxMessage)) if each.state in TOLD
    }
    waiting = select(OutboxMessage.state).where(OutboxMessage.state.in_(ON_THEIR_WAY))
    assert list(db.session.scalars(waiting)) == []
    for unique_id, (_identity, person) in present().items():
        is_gone = person.state == PersonState.MISSING or unique_id not in entries
        if is_gone or person.id in told or not first(entries[unique_id], "uid"):
            continue  # who has no login is in the list of what could not be read
        there = [each.decode() for each in entries[unique_id].values.get(ROOM, [])]
        assert [person.document["values"].get("desk", "")] == (there or [""]), person.login
