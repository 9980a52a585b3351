"""Who looks: what every decision about rights is made of."""

from dataclasses import dataclass

from sqlalchemy import select

from lupweb.accounts.grants import role_of_person
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.database import db
from lupweb.people.models import Membership, Person


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at people.

    :param person_id: whom the account belongs to; None for a local administrator
    :param groups: ids of the groups that this person belongs to
    :param is_operator: whoever has the shell; sees everything (interface.md section 3)
    """

    person_id: int | None = None
    groups: frozenset[int] = frozenset()
    role: Role = Role.EMPLOYEE
    is_operator: bool = False


OPERATOR = Viewer(is_operator=True)


def viewer_of(user: User) -> Viewer:
    """Return what `user` is as a viewer; one query for the groups."""
    return Viewer(user.person_id, _groups_of(user.person_id), Role(user.role))


def viewer_as(person_id: int) -> Viewer:
    """Return the viewer that this person is after signing in."""
    role = role_of_person(db.session.get_one(Person, person_id))
    return Viewer(person_id, _groups_of(person_id), role)


def _groups_of(person_id: int | None) -> frozenset[int]:
    if person_id is None:
        return frozenset()
    found = select(Membership.group_id).where(Membership.person_id == person_id)
    return frozenset(db.session.scalars(found))
