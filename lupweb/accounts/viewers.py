"""Who looks: what every decision about rights is made of."""

from dataclasses import dataclass

from sqlalchemy import select

from lupweb.accounts.grants import role_of_person
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.database import db
from lupweb.errors import Forbidden
from lupweb.people.models import Membership, Person
from lupweb.texts import _


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at people.

    :param person_id: whom the account belongs to; None for a local administrator
    :param groups: ids of the groups that this person belongs to
    :param is_operator: whoever has the shell; sees everything (interface.md section 3)
    :param account_id: the account that signed in; None where nobody did
    :param behind: the administrator who looks as this person, and sees no more than by themselves
    """

    person_id: int | None = None
    groups: frozenset[int] = frozenset()
    role: Role = Role.EMPLOYEE
    is_operator: bool = False
    account_id: int | None = None
    behind: "Viewer | None" = None

    @property
    def is_administrator(self) -> bool:
        """Return whether this viewer may change the set-up."""
        return self.is_operator or self.role.is_administrator

    @property
    def actor(self) -> str:
        """Return how this viewer is named where it says who did something; "" is the operator."""
        if self.person_id is not None:
            return f"person:{self.person_id}"
        return f"account:{self.account_id}" if self.account_id is not None else ""


OPERATOR = Viewer(is_operator=True)


def viewer_of(user: User) -> Viewer:
    """Return what `user` is as a viewer; one query for the groups."""
    groups = _groups_of(user.person_id)
    return Viewer(user.person_id, groups, Role(user.role), account_id=user.id)


def viewer_as(person_id: int) -> Viewer:
    """Return the viewer that this person is after signing in."""
    role = role_of_person(db.session.get_one(Person, person_id))
    return Viewer(person_id, _groups_of(person_id), role)


def require_administrator(viewer: Viewer) -> None:
    """Let nobody pass but administrators.

    :raises Forbidden: for everybody else
    """
    if not viewer.is_administrator:
        raise Forbidden(_("Only administrators may do this. Ask one of them."))


def _groups_of(person_id: int | None) -> frozenset[int]:
    if person_id is None:
        return frozenset()
    found = select(Membership.group_id).where(Membership.person_id == person_id)
    return frozenset(db.session.scalars(found))
