"""Who counts as what: each rule once, as a condition of a query (sync.md section 18)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, select, true

from lupweb.database import db
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import one_of
from lupweb.people.states import SHOWN

VISIBLE = "visible"
HIDE = "hide"


def listed(options: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return who stands in the people directory and in lists."""
    return and_(Person.state.in_(SHOWN), Person.is_listed, _licensed_enough(options))


def exported(options: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return who is active, and so exported: under "all" rooms and computers as well."""
    everybody = options.get("active_users", VISIBLE) != VISIBLE
    return and_(Person.state.in_(SHOWN), true() if everybody else Person.is_listed)


def hides_unlicensed(options: Mapping[str, Any]) -> bool:
    """Return whether people without a licence are left out of lists."""
    return options.get("unlicensed_users") == HIDE


def licensed(options: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return who has a licence: not barred from signing in, and in the licence group, if any."""
    is_let_in = Person.barred_at.is_(None)
    if not options.get("licence_group", ""):
        return is_let_in
    members = (
        select(Membership.person_id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.key == options["licence_group"])
    )
    return and_(is_let_in, Person.id.in_(members))


def unlicensed_among(ids: Collection[int], options: Mapping[str, Any]) -> frozenset[int]:
    """Return who of these people has no licence, whatever the policy makes of it; one query."""
    rows = select(Person.id).where(one_of(Person.id, ids), not_(licensed(options)))
    return frozenset(db.session.scalars(rows))


@dataclass(frozen=True)
class Numbers:
    """How many people policies concern.

    :param people: whom the people directory shows, as far as licences do not matter
    :param others: rooms, computers and the like, which count under “all” only; those that a
        directory has delivered
    :param unlicensed: who of `people` has no licence
    """

    people: int
    others: int
    unlicensed: int


def numbers(options: Mapping[str, Any]) -> Numbers:
    """Return how many people policies concern; one query, which reads everybody.

    :param options: with the key of the licence group
    """
    is_person = Person.is_listed
    counted = select(
        func.count().filter(is_person),
        func.count().filter(not_(is_person)),
        func.count().filter(is_person, not_(licensed(options))),
    ).where(Person.state.in_(SHOWN))
    return Numbers(*db.session.execute(counted).one())


def _licensed_enough(options: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return who is not left out for want of a licence."""
    return licensed(options) if hides_unlicensed(options) else true()
