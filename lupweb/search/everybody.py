"""Everybody who was ever known, for administrators: by state, searched, a page at a time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, select, true

from lupweb.accounts.standings import LABELS, Reason, Standing, reasons
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.people.models import Person
from lupweb.people.names import colour_of, initials_of
from lupweb.people.policies import licensed
from lupweb.people.queries import one_of
from lupweb.people.states import PersonState
from lupweb.profiles.layout import Layout
from lupweb.search.matching import match
from lupweb.texts import Text

PAGE = 50


class KnownPerson(NamedTuple):
    """A line of the list: what it needs of a person, without the values."""

    id: int
    login: str
    name: str
    email: str
    state: PersonState
    is_listed: bool
    barred_at: datetime | None
    barred_by: str | None
    merged_into_id: int | None
    picture_hash: str

    @property
    def handle(self) -> str:
        """Return what names the person in addresses, whoever shares the login."""
        return f"id:{self.id}"

    @property
    def picture(self) -> str:
        """Return the hash of the picture, or ""; a record that was merged shows initials.

        Its address leads to the record that stayed.
        """
        return "" if self.merged_into_id is not None else self.picture_hash

    @property
    def initials(self) -> str:
        """Return the letters that stand for the name."""
        return initials_of(self.name)

    @property
    def colour(self) -> int:
        """Return the number of the colour."""
        return colour_of(self.id)


@dataclass(frozen=True)
class StateChoice:
    """A state by which the list is narrowed; `key` is "" for everybody."""

    key: str
    label: Text | None
    count: int


@dataclass(frozen=True)
class Everybody:
    """A page of the list.

    :param states: all states with their counts, whatever is chosen or searched
    """

    people: Sequence[KnownPerson]
    reasons: Mapping[int, Sequence[Reason]]
    states: Sequence[StateChoice]
    state: str
    query: str
    total: int
    number: int
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first person of the page."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the last person of the page."""
        return min(self.number * PAGE, self.total)


def everybody(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], asked: tuple[str, str, int]
) -> Everybody:
    """Return a page of everybody who was ever known; a constant number of queries.

    :param asked: state (one of `Standing`, else everybody), words as in the search, page
    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    state, query, page = asked
    state = state if state in set(Standing) else ""
    counts = _counts(options)
    condition = _condition(state, options)
    total = counts[state]
    if query.strip():
        found = match(viewer, layout, query).ids
        condition = and_(condition, one_of(Person.id, found or ()))
        total = db.session.scalar(select(func.count(Person.id)).where(condition)) or 0
    count = max(1, math.ceil(total / PAGE))
    number = min(max(page, 1), count)
    people = _page(condition, number)
    return Everybody(
        people=people,
        reasons=reasons(people, options),
        states=[StateChoice(key, LABELS.get(key), counts[key]) for key in ("", *Standing)],
        state=state,
        query=query,
        total=total,
        number=number,
        count=count,
    )


def _page(condition: ColumnElement[bool], number: int) -> list[KnownPerson]:
    ids = (
        select(Person.id)
        .where(condition)
        .order_by(Person.sort_name, Person.id)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    columns = [Person.__table__.c[name] for name in KnownPerson._fields]
    wanted = list(db.session.scalars(ids))
    rows = db.session.execute(select(*columns).where(Person.id.in_(wanted))).all()
    found = {row.id: KnownPerson(*row) for row in rows}
    return [found[id_] for id_ in wanted]


def _condition(state: str, options: Mapping[str, Any]) -> ColumnElement[bool]:
    is_active = Person.state == PersonState.ACTIVE
    conditions: Mapping[str, ColumnElement[bool]] = {
        "": true(),
        Standing.ACTIVE: is_active,
        Standing.MISSING: Person.state == PersonState.MISSING,
        Standing.DISABLED: Person.state == PersonState.DISABLED,
        Standing.LOCAL: and_(is_active, not_(_has_entry())),
        Standing.UNLICENSED: and_(is_active, not_(licensed(options))),
        Standing.BARRED: and_(Person.barred_at.is_not(None), Person.state != PersonState.MERGED),
        Standing.UNLISTED: and_(is_active, Person.is_listed.is_(False)),
        Standing.SHADOWED: and_(is_active, Person.id.in_(_held_twice())),
        Standing.MERGED: Person.state == PersonState.MERGED,
        Standing.PURGED: Person.state == PersonState.PURGED,
    }
    return conditions[state]


def _counts(options: Mapping[str, Any]) -> dict[str, int]:
    """Return how many people are in which state; one reading of an index, and a few queries."""
    rows = db.session.execute(
        select(Person.state, Person.is_listed, Person.barred_at, func.count()).group_by(
            Person.state, Person.is_listed, Person.barred_at
        )
    ).all()
    counts = {str(key): 0 for key in ("", *Standing)}
    for state, is_listed, barred_at, count in rows:
        counts[""] += count
        counts[str(state)] += count
        counts[Standing.BARRED] += count if barred_at and state != PersonState.MERGED else 0
        if state == PersonState.ACTIVE and not is_listed:
            counts[Standing.UNLISTED] += count
    counts[Standing.LOCAL] = counts[""] - counts[Standing.MERGED] - _with_entry() - _idle()
    counts[Standing.SHADOWED] = _count(Standing.SHADOWED, options) if _has_several() else 0
    counts[Standing.UNLICENSED] = _count(Standing.UNLICENSED, options)
    return counts


def _count(state: str, options: Mapping[str, Any]) -> int:
    asked = select(func.count(Person.id)).where(_condition(state, options))
    return db.session.scalar(asked) or 0


def _with_entry() -> int:
    """Return how many people have an entry, also one that is gone; reads an index alone."""
    people = select(Identity.person_id).group_by(Identity.person_id).subquery()
    return db.session.scalar(select(func.count()).select_from(people)) or 0


def _idle() -> int:
    """Return how many are hidden whom no directory knows: theirs was taken away."""
    hidden = Person.state.in_([PersonState.MISSING, PersonState.DISABLED, PersonState.PURGED])
    asked = select(func.count(Person.id)).where(hidden, not_(_has_entry()))
    return db.session.scalar(asked) or 0


def _has_several() -> bool:
    """Return whether there are two directories in which somebody could be."""
    rows = select(Directory.id).where(Directory.role != DirectoryRole.ALTERNATIVE).limit(2)
    return len(db.session.scalars(rows).all()) > 1


def _has_entry() -> ColumnElement[bool]:
    return select(Identity.id).where(Identity.person_id == Person.id).exists()


def _held_twice() -> Any:
    return (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.is_gone.is_(False), Directory.role != DirectoryRole.ALTERNATIVE)
        .group_by(Identity.person_id)
        .having(func.min(Identity.directory_id) < func.max(Identity.directory_id))
    )
