"""What is stored about the people of a directory, and how they stand in the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.directories.standing import held_before
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.document import values_of
from lupweb.sync.met import Marks, mark_of
from lupweb.sync.plan import Known

AT_ONCE = 1_000
"""Rows that are held in memory of those of a whole directory."""
Columns = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
Found = Row[*tuple[Any, ...]]
PERSON: Columns = (
    Person.id.label("person_id"), Person.login, Person.name, Person.sort_name, Person.email,
    Person.state, Person.is_listed, Person.content_hash,
)  # fmt: skip
IDENTITY: Columns = (
    Identity.id.label("identity_id"), Identity.unique_id, Identity.dn, Identity.stamp,
    Identity.match, Identity.disabled_reason, Identity.is_gone, Identity.first_run_id,
)  # fmt: skip


@dataclass(frozen=True)
class Absent:
    """Who was not found by a complete reading.

    :param identity_ids: the entries
    :param shown_ids: those of their people who are shown now
    """

    identity_ids: Sequence[int] = ()
    shown_ids: Sequence[int] = ()


@dataclass(frozen=True)
class Here:
    """The directory that is being read, among the others."""

    directory_id: int
    position: int
    run_id: int

    def known_people(self, unique_ids: Collection[str]) -> dict[str, Known]:
        """Return what is stored for these unique ids; two queries."""
        rows = db.session.execute(
            select(*IDENTITY, *PERSON)
            .join(Person, Person.id == Identity.person_id)
            .where(Identity.directory_id == self.directory_id, Identity.unique_id.in_(unique_ids))
        ).all()
        shadowed = self._shadowed([row.person_id for row in rows])
        older = self._older([row.identity_id for row in rows])
        return {
            row.unique_id: self._known(
                row, shadowed | {row.person_id} if row.identity_id in older else shadowed
            )
            for row in rows
        }

    def known_ids(self, unique_ids: Collection[str]) -> set[str]:
        """Return those of the unique ids that anybody of here has."""
        rows = select(Identity.unique_id).where(
            Identity.directory_id == self.directory_id, Identity.unique_id.in_(unique_ids)
        )
        return set(db.session.scalars(rows))

    def known_elsewhere(self, matches: Mapping[str, str]) -> dict[str, Known]:
        """Return who of another directory an entry without an identity is; two queries.

        :param matches: unique id -> what tells the same person, folded; "" is nobody
        :returns: only where exactly one candidate stands on each side (sync.md section 1)
        """
        counted = _once(matches.values())
        wanted = {match: unique_id for unique_id, match in matches.items() if match in counted}
        found = db.session.execute(self._candidates(wanted)).all()
        rows = {(row.match, row.person_id): row for row in found}.values()  # of many directories
        once = _once(row.match for row in rows)
        shadowed = self._shadowed([row.person_id for row in rows])
        return {wanted[row.match]: _stranger(row, shadowed) for row in rows if row.match in once}

    def is_alone(self) -> bool:
        """Return whether no other directory holds anybody, so that nobody needs to be matched."""
        # not “other than”: SQLite would look at every entry of this one
        other = or_(
            Identity.directory_id < self.directory_id, Identity.directory_id > self.directory_id
        )
        return db.session.scalar(select(Identity.id).where(other).limit(1)) is None

    def absent(self, seen: Marks) -> Absent:
        """Return who was in the last reading, and is not in `seen`."""
        rows = db.session.execute(
            select(Identity.unique_id, Identity.id).where(self.is_any_present()),
            execution_options={"yield_per": AT_ONCE},
        )
        return self.absent_of([id_ for unique_id, id_ in rows if mark_of(unique_id) not in seen])

    def absent_of(self, gone: Sequence[int]) -> Absent:
        """Return whose identities these are, none of which was found."""
        return Absent(gone, self._shown(gone))

    def supplied_elsewhere(self) -> ColumnElement[bool] | None:
        """Return the condition of an identity of here whose person another one supplies.

        :returns: None if that is nobody's
        """
        conditions: list[ColumnElement[bool]] = []
        if self._is_behind():
            conditions.append(Identity.person_id.in_(held_before(self.position)))
        if self._has_merged:
            newer = aliased(Identity)
            conditions.append(
                select(newer.id)
                .where(
                    newer.person_id == Identity.person_id,
                    newer.directory_id == self.directory_id,
                    newer.id > Identity.id,
                    newer.is_gone.is_(False),
                )
                .exists()
            )
        return or_(*conditions) if conditions else None

    def at(self, dns: Collection[str]) -> set[int]:
        """Return the identities of the last reading that had these folded DNs."""
        wanted = list(dns)
        found: set[int] = set()
        for start in range(0, len(wanted), AT_ONCE):
            some = Identity.dn_folded.in_(wanted[start : start + AT_ONCE])
            found.update(db.session.scalars(select(Identity.id).where(self.is_present(), some)))
        return found

    def _shown(self, identity_ids: Sequence[int]) -> list[int]:
        shown: list[int] = []
        for start in range(0, len(identity_ids), AT_ONCE):
            some = Identity.id.in_(identity_ids[start : start + AT_ONCE])
            people = select(Person.id).join(Identity, Identity.person_id == Person.id)
            shown += db.session.scalars(people.where(some, Person.state.in_(SHOWN)))
        return shown

    def count_shown(self) -> int:
        """Return how many people of here are shown now."""
        rows = (
            select(func.count(Identity.id))
            .join(Person, Person.id == Identity.person_id)
            .where(self.is_present(), Person.state.in_(SHOWN))
        )
        return db.session.scalar(rows) or 0

    def count_present(self) -> int:
        """Return how many entries the last reading had."""
        return db.session.scalar(select(func.count()).where(self.is_any_present())) or 0

    def newest_stamp(self) -> str:
        """Return the highest change stamp of an entry that the last reading had; "" for none."""
        return (
            db.session.scalar(select(func.max(Identity.stamp)).where(self.is_any_present())) or ""
        )

    def is_first_load(self) -> bool:
        """Return whether nobody of here is known yet."""
        rows = select(Identity.id).where(Identity.directory_id == self.directory_id)
        return db.session.scalar(rows.limit(1)) is None

    def is_present(self) -> ColumnElement[bool]:
        """Return the condition of an identity that the last reading of here had."""
        return and_(Identity.directory_id == self.directory_id, Identity.is_gone.is_(False))

    def is_any_present(self) -> ColumnElement[bool]:
        """Return the same condition for a question about all of them.

        The sum keeps the database from its index: the rows are read as they lie one behind the
        other, which takes a fifth of the time of a jump to each.
        """
        return and_(Identity.directory_id + 0 == self.directory_id, Identity.is_gone.is_(False))

    def _candidates(self, wanted: Collection[str]) -> Select[*tuple[Any, ...]]:
        own = aliased(Identity)
        has_own = select(own.id).where(
            own.person_id == Identity.person_id,
            own.directory_id == self.directory_id,
            own.is_gone.is_(False),
        )
        return (
            select(Identity.match, *PERSON)
            .join(Person, Person.id == Identity.person_id)
            .where(
                Identity.match.in_(wanted),
                Identity.directory_id != self.directory_id,
                Identity.is_gone.is_(False),
                ~has_own.exists(),
            )
        )

    def _shadowed(self, person_ids: Sequence[int]) -> set[int]:
        """Return those people whom an enabled directory that goes first holds."""
        if not person_ids or not self._is_behind():
            return set()
        rows = held_before(self.position).where(Identity.person_id.in_(person_ids))
        return set(db.session.scalars(rows))

    def _older(self, identity_ids: Sequence[int]) -> set[int]:
        """Return those entries whose person has a newer one here, which supplies.

        Only where records were merged: an entry that was gone then may come back.
        """
        if not self._has_merged:
            return set()
        own, newer = aliased(Identity), aliased(Identity)
        rows = (
            select(own.id)
            .join(newer, newer.person_id == own.person_id)
            .where(
                own.id.in_(identity_ids),
                newer.directory_id == self.directory_id,
                newer.id > own.id,
                newer.is_gone.is_(False),
            )
        )
        return set(db.session.scalars(rows))

    @cached_property
    def _has_merged(self) -> bool:
        rows = select(Person.id).where(Person.merged_into_id.is_not(None))
        return db.session.scalar(rows.limit(1)) is not None

    def _is_behind(self) -> bool:
        """Return whether any enabled directory goes before this one."""
        rows = select(Directory.id).where(Directory.is_enabled, Directory.position < self.position)
        return db.session.scalar(rows.limit(1)) is not None

    def _known(self, row: Found, shadowed: Set[int]) -> Known:
        return Known(
            identity_id=row.identity_id,
            dn=row.dn,
            stamp=row.stamp,
            match=row.match,
            disabled_reason=row.disabled_reason,
            is_gone=row.is_gone,
            is_new=row.first_run_id == self.run_id,
            **_person(row, shadowed),
        )


def stored_values(person_ids: Collection[int]) -> dict[int, Mapping[str, str]]:
    """Return person id -> field key -> value; one query."""
    rows = select(Person.id, Person.document).where(Person.id.in_(person_ids))
    return {id_: values_of(document) for id_, document in db.session.execute(rows)}


def _stranger(row: Found, shadowed: Set[int]) -> Known:
    """Return what is known of somebody who has no entry here yet."""
    return Known(
        identity_id=None,
        dn="",
        stamp="",
        match="",
        disabled_reason="",
        is_gone=False,
        is_new=False,
        **_person(row, shadowed),
    )


def _person(row: Found, shadowed: Set[int]) -> dict[str, Any]:
    return {
        "person_id": row.person_id,
        "is_shadowed": row.person_id in shadowed,
        "login": row.login,
        "name": row.name,
        "sort_name": row.sort_name,
        "email": row.email,
        "state": row.state,
        "is_listed": row.is_listed,
        "content_hash": row.content_hash,
    }


def _once(values: Iterable[str]) -> set[str]:
    """Return the values that occur exactly once; "" is none."""
    found: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in found else found).add(value)
    return found - twice - {""}
