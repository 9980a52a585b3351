"""Who counts as what: each rule once, as a condition of a query (sync.md section 18)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from lupweb.people.models import Group, Membership, Person
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
    return options.get("unlicensed_users") == HIDE and bool(options.get("licence_group", ""))


def _licensed_enough(options: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return who is not left out for want of a licence."""
    if not hides_unlicensed(options):
        return true()
    licensed = (
        select(Membership.person_id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.key == options["licence_group"])
    )
    return Person.id.in_(licensed)
