"""Which role somebody has: the account's own, or one granted to people of directories."""

from sqlalchemy import exists, or_, select

from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.people.models import Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.texts import _

RANK = {role: rank for rank, role in enumerate(Role)}
ADMINISTRATORS = [role for role in Role if role.is_administrator]


def role_of(user: User) -> Role:
    """Return the highest of the account's own role and its grants; at most three queries."""
    granted = [] if user.person is None else _granted_to(user.person)
    return max([Role(user.role), *granted], key=RANK.__getitem__)


def role_of_person(person: Person) -> Role:
    """Return the role that a person has, or would have at the first sign-in."""
    own = db.session.scalar(select(User.role).where(User.person_id == person.id))
    return max([Role(own or Role.EMPLOYEE), *_granted_to(person)], key=RANK.__getitem__)


def ensure_an_administrator_remains() -> None:
    """Refuse a change after which nobody would administer the site; call it after the change.

    :raises InvalidValue: the transaction must not be committed then
    """
    if not (_some_account() or _some_group() or _some_login()):
        raise InvalidValue(
            _(
                "Nobody would be an administrator any more. Nothing was changed."
                " Name another administrator first."
            )
        )


def _granted_to(person: Person) -> list[Role]:
    grants = db.session.scalars(select(RoleGrant)).all()
    by_login = [
        Role(grant.role)
        for grant in grants
        if grant.login and fold_login(grant.login) == person.login_folded
    ]
    if by_login and not _is_alone(person.login_folded):
        by_login = []
    if not any(grant.group_id for grant in grants):
        return by_login
    groups = select(Membership.group_id).where(Membership.person_id == person.id)
    mine = frozenset(db.session.scalars(groups))
    return by_login + [Role(grant.role) for grant in grants if grant.group_id in mine]


def _is_alone(login_folded: str) -> bool:
    """Return whether one person has this login, missing ones included.

    A login in a second directory, or one that was deleted and made again, is somebody else: rights
    are not inherited (hostile-input.md B76).
    """
    found = select(Person.id).where(Person.login_folded == login_folded).limit(2)
    return len(db.session.scalars(found).all()) == 1


def _some_account() -> bool:
    is_in_use = or_(User.person_id.is_(None), Person.state.in_(SHOWN))
    found = (
        select(User.id)
        .outerjoin(Person, Person.id == User.person_id)
        .where(User.role.in_(ADMINISTRATORS), is_in_use)
    )
    return bool(db.session.scalar(select(exists(found))))


def _some_group() -> bool:
    found = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(RoleGrant, RoleGrant.group_id == Membership.group_id)
        .where(RoleGrant.role.in_(ADMINISTRATORS), Person.state.in_(SHOWN))
    )
    return bool(db.session.scalar(select(exists(found))))


def _some_login() -> bool:
    named = select(RoleGrant.login).where(RoleGrant.role.in_(ADMINISTRATORS), RoleGrant.login != "")
    logins = {fold_login(login) for login in db.session.scalars(named)}
    shown = select(Person.login_folded).where(
        Person.login_folded.in_(logins), Person.state.in_(SHOWN)
    )
    return any(_is_alone(login) for login in db.session.scalars(shown))
