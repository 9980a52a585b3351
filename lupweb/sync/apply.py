"""Write plans: in blocks, a transaction each, fenced by the lease."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from lupweb import clock
from lupweb.accounts.sessions import close_sessions_of_people
from lupweb.audit.service import Change
from lupweb.audit.service import record as record_history
from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import Layout
from lupweb.profiles.newcomers import allot, insert_people
from lupweb.profiles.service import tell_changed, update_people
from lupweb.profiles.writing import COMPUTED
from lupweb.sync import secondary
from lupweb.sync.identities import keep_identities, keep_offers, tie_new
from lupweb.sync.newcomers import Newcomers
from lupweb.sync.outgoing import cancel_of_missing, settle_outgoing
from lupweb.sync.plan import Plan
from lupweb.sync.rows import Origin, new_people, updated_rows

BLOCK = 5_000
"""Most people of one transaction: a third of a second, in which nobody else can write. Each one
writes the pages of the indexes anew, so blocks of 2,000 cost half as much again."""
FIRST_BLOCK = 2_000
"""The same at a first load, which does without most indexes: memory counts there."""
MANY = range(3_000, 10_000)
"""People who are there when a first load sets indexes aside: what is rebuilt then is little, and
more are likely to come."""


class Fence(Protocol):
    """What lets only one write: a lease."""

    def heartbeat(self) -> None:
        """Say that the writer lives. :raises LeaseLost: if somebody else writes now"""


class Unfenced:
    """The fence of whoever writes one person, and needs no lease for it."""

    def heartbeat(self) -> None:
        """Allow it."""


class Writing(Protocol):
    """What a run gives its plans to: it writes them, or stores them as a plan."""

    def write(self, plans: Sequence[Plan]) -> list[Plan]:
        """Write all plans; return those that could not be written."""

    def retire(self, identity_ids: Sequence[int]) -> int:
        """Hide the people of entries that are gone; return how many are missing now."""


@dataclass(frozen=True)
class Writer:
    """Writes what one run of one directory has decided.

    :param run_id: None for a person who signs in
    :param keeps_history: of new people; off at the first load of a directory: there is no before
    """

    run_id: int | None
    directory_id: int
    directory_key: str
    layout: Layout
    lease: Fence
    keeps_history: bool = True

    def write(self, plans: Sequence[Plan]) -> list[Plan]:
        """Write all plans; return those that could not be written.

        A block that fails is written person by person, so that one bad person stops nobody else.
        """
        failed: list[Plan] = []
        for block in _blocks(plans):
            try:
                self._write_block(block)
            except SQLAlchemyError:
                failed.extend(self._one_by_one(block))
        return failed

    def write_new(self, people: Newcomers) -> list[Plan]:
        """Write who is new, in one block; return those that could not be written."""
        try:
            with transaction():
                self.lease.heartbeat()
                self._insert_columns(people)
        except SQLAlchemyError:
            return self._one_by_one(people.plans())
        return []

    def retire(self, identity_ids: Sequence[int]) -> int:
        """Note that these entries are gone; hide whom no other directory holds.

        :returns: how many people are missing now; they are kept whole
        """
        missing = 0
        for start in range(0, len(identity_ids), BLOCK):
            with transaction():
                self.lease.heartbeat()
                missing += len(self._retire_block(list(identity_ids[start : start + BLOCK])))
        return missing

    def set_state(self, ids: Sequence[int], state: PersonState) -> None:
        """Give these people a state; call inside a transaction."""
        before = dict(
            db.session.execute(select(Person.id, Person.state).where(Person.id.in_(ids))).all()
        )
        db.session.execute(
            update(Person).where(Person.id.in_(ids)).values(state=state, rev=Person.rev + 1)
        )
        self._record(Change(id_, "@state", str(before[id_]), str(state)) for id_ in ids)
        close_sessions_of_people(ids)
        tell_changed(ids)

    def _retire_block(self, identity_ids: list[int]) -> list[int]:
        ids = list(missing_without(identity_ids))
        gone = Identity.id.in_(identity_ids)
        held = select(Identity.person_id).where(gone).scalar_subquery()
        # another directory supplies them now: its next run of changes has to look at them
        others = update(Identity).where(Identity.person_id.in_(held), Identity.is_gone.is_(False))
        db.session.execute(others.where(~gone).values(stamp=""))
        db.session.execute(update(Identity).where(gone).values(is_gone=True))
        if ids:
            self.set_state(ids, PersonState.MISSING)
            cancel_of_missing(ids)
        return ids

    def _one_by_one(self, block: Sequence[Plan]) -> list[Plan]:
        failed = []
        for plan in block:
            try:
                self._write_block([plan])
            except SQLAlchemyError:
                failed.append(plan)
        return failed

    def _write_block(self, block: Sequence[Plan]) -> None:
        with transaction():
            self.lease.heartbeat()
            self._insert([plan for plan in block if plan.known is None])
            self._update([plan for plan in block if plan.known is not None])

    def _insert(self, plans: Sequence[Plan]) -> None:
        if not plans:
            return
        keys = {key for plan in plans for key in plan.changes}
        ids = self._insert_columns(Newcomers.of(plans, sorted(keys)))
        if self.keeps_history:
            self._keep_history(zip(plans, ids, strict=True))

    def _insert_columns(self, people: Newcomers) -> Sequence[int]:
        """Make new people: nothing is stored about them that would have to be looked at."""
        ids = allot(len(people))
        if not self.keeps_history and ids[0] in MANY and self._is_alone():
            secondary.set_aside()
        origin = self._origin()
        insert_people(new_people(people, ids, self.layout, origin, resolves=self.keeps_history))
        tie_new(people.said, ids, self.directory_id, self.run_id, self.layout.falling())
        return ids

    def _update(self, plans: Sequence[Plan]) -> None:
        if not plans:
            return
        settle_outgoing(plans, self.directory_id, self.layout)
        changed = [plan for plan in plans if plan.changes_person or plan.resupplied]
        rows = updated_rows(changed, self.layout, self._origin())
        update_people(rows)
        keep_identities([plan for plan in plans if plan.changes_identity], self.directory_id)
        keep_offers(plans, self.directory_id)
        close_sessions_of_people([plan.person_id for plan in changed if plan.disables])
        written = {row.id for row in rows}
        kept = [(plan, plan.person_id) for plan in changed if plan.person_id in written]
        self._keep_history(kept)

    def _is_alone(self) -> bool:
        """Return whether no other directory has anybody, whom an index would be needed to find."""
        others = select(Identity.id).where(Identity.directory_id != self.directory_id).limit(1)
        return db.session.scalar(others) is None

    def _origin(self) -> Origin:
        return Origin(
            self.directory_id, self.directory_key, str(self.run_id or ""), clock.now().isoformat()
        )

    def _keep_history(self, people: Iterable[tuple[Plan, int]]) -> None:
        delivered: list[Change] = []
        computed: list[Change] = []
        for plan, id_ in people:
            for each in _changes(plan, id_):
                (computed if each.field_key in plan.computed else delivered).append(each)
        self._record(delivered)
        self._record(computed, COMPUTED)

    def _record(self, changes: Iterable[Change], source: str = "ldap") -> None:
        record_history(changes, source=source, run_id=self.run_id, at=clock.now())


def missing_without(identity_ids: Sequence[int]) -> dict[int, int]:
    """Return whom no directory would hold without these entries: person id -> entry.

    :param identity_ids: a block of them; three queries
    """
    gone = select(Identity.person_id, Identity.id).where(Identity.id.in_(identity_ids))
    entries = dict(db.session.execute(gone.order_by(Identity.person_id)).all())
    held = (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(
            Identity.person_id.in_(list(entries)),
            Identity.id.not_in(identity_ids),
            Identity.is_gone.is_(False),
            Directory.is_enabled,
        )
    )
    elsewhere = set(db.session.scalars(held))
    shown = (PersonState.ACTIVE, PersonState.DISABLED)
    missing = select(Person.id).where(
        Person.id.in_([id_ for id_ in entries if id_ not in elsewhere]), Person.state.in_(shown)
    )
    return {id_: entries[id_] for id_ in db.session.scalars(missing)}


def _changes(plan: Plan, person_id: int) -> Iterator[Change]:
    """Yield a line of history for each value that a plan changes."""
    if plan.known is None:
        yield Change(person_id, "@state", "", str(plan.state))
    for key, (old, new) in plan.renames.items():
        if key != "@sort_name":
            yield Change(person_id, key, old, new)
    for key, value in plan.changes.items():
        yield Change(person_id, key, plan.before.get(key, ""), value)


def _blocks(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    for start in range(0, len(plans), BLOCK):
        yield plans[start : start + BLOCK]
