"""Which role somebody has: the account's own, or one granted to people of directories."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.people.models import Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.queries import HUMAN, groups_of, number_in, own_logins
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


def grants_of(person: Person) -> list[RoleGrant]:
    """Return the grants by which a person has a role, by login or by group; at most three."""
    grants = db.session.scalars(select(RoleGrant).order_by(RoleGrant.id)).all()
    found = []
    if any(grant.login for grant in grants):
        mine = own_logins([person.id])[person.id]
        found += [each for each in grants if each.login and fold_login(each.login) in mine]
    if any(grant.group_id for grant in grants):
        groups = select(Membership.group_id).where(Membership.person_id == person.id)
        ids = frozenset(db.session.scalars(groups))
        found += [each for each in grants if each.group_id in ids]
    return found


def roles_named(people: Sequence[Person]) -> dict[int, list[Role]]:
    """Return the roles that grants name for each of these people; three queries.

    Also by a login that somebody else has as well, and so gives nobody a role now: two records of
    one person that are put together would have it.
    """
    ids = [each.id for each in people]
    groups, logins = groups_of(ids), own_logins(ids)
    grants = db.session.scalars(select(RoleGrant)).all()
    return {
        each.id: [
            Role(grant.role)
            for grant in grants
            if grant.group_id in groups[each.id]
            or (grant.login and fold_login(grant.login) in {each.login_folded, *logins[each.id]})
        ]
        for each in people
    }


def ensure_an_administrator_remains() -> None:
    """Refuse a change after which nobody would administer the site; call it after the change.

    :raises InvalidValue: the transaction must not be committed then
    """
    if not somebody_has(ADMINISTRATORS):
        raise InvalidValue(
            _(
                "Nobody would be an administrator any more. Nothing was changed."
                " Name another administrator first."
            )
        )


def ensure_a_system_administrator_remains() -> None:
    """Refuse a change after which nobody would be a system administrator; call it afterwards.

    :raises InvalidValue: the transaction must not be committed then
    """
    if not somebody_has([Role.SYSTEM_ADMINISTRATOR]):
        raise InvalidValue(
            _(
                "Nobody would be a system administrator any more. Nothing was changed."
                " Name another system administrator first."
            )
        )


def administrators_remain() -> Callable[[], None]:
    """Return what refuses a change after which nobody has a role that somebody has now.

    Call it before the change, and what it returns after it, in the same transaction.
    """
    guards = {
        Role.ADMINISTRATOR: ensure_an_administrator_remains,
        Role.SYSTEM_ADMINISTRATOR: ensure_a_system_administrator_remains,
    }
    asked = [guard for role, guard in guards.items() if somebody_has(_at_least(role))]

    def check() -> None:
        for guard in asked:
            guard()

    return check


def _at_least(role: Role) -> list[Role]:
    return [each for each in Role if RANK[each] >= RANK[role]]


def somebody_has(roles: Collection[Role]) -> bool:
    """Return whether anybody who can sign in has one of these roles; three queries at most."""
    return _some_account(roles) or _some_group(roles) or _some_login(roles)


def holders_of(roles: Collection[Role]) -> tuple[set[int], bool]:
    """Return the people who can sign in and have one of these roles, and whether a local account
    has one; four queries at most.
    """
    of_accounts = select(User.person_id).join(Person, Person.id == User.person_id)
    accounts = of_accounts.where(User.role.in_(roles), _can_sign_in())
    groups = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(RoleGrant, RoleGrant.group_id == Membership.group_id)
        .where(RoleGrant.role.in_(roles), _can_sign_in())
    )
    people = {*db.session.scalars(accounts), *db.session.scalars(groups), *_named(roles)}
    local = select(exists(select(User.id).where(User.person_id.is_(None), User.role.in_(roles))))
    return {id_ for id_ in people if id_ is not None}, bool(db.session.scalar(local))


def _can_sign_in() -> ColumnElement[bool]:
    return and_(Person.state.in_(SHOWN), Person.barred_at.is_(None))


def _granted_to(person: Person) -> list[Role]:
    return [Role(grant.role) for grant in grants_of(person)]


def _some_account(roles: Collection[Role]) -> bool:
    is_in_use = or_(User.person_id.is_(None), _can_sign_in())
    found = (
        select(User.id)
        .outerjoin(Person, Person.id == User.person_id)
        .where(User.role.in_(roles), is_in_use)
    )
    return bool(db.session.scalar(select(exists(found))))


def _some_group(roles: Collection[Role]) -> bool:
    found = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(RoleGrant, RoleGrant.group_id == Membership.group_id)
        .where(RoleGrant.role.in_(roles), _can_sign_in())
    )
    return bool(db.session.scalar(select(exists(found))))


def _some_login(roles: Collection[Role]) -> bool:
    return bool(_named(roles))


def _named(roles: Collection[Role]) -> list[int]:
    """Return who can sign in and has one of these roles by number, or a login nobody else has."""
    named = select(RoleGrant.login).where(RoleGrant.role.in_(roles), RoleGrant.login != "")
    logins = {fold_login(login) for login in db.session.scalars(named)}
    if not logins:
        return []
    numbers = {login: number_in(login) for login in logins}
    alone = (
        select(func.min(HUMAN))
        .where(Person.login_folded.in_(login for login in logins if numbers[login] is None))
        .group_by(Person.login_folded)
        .having(func.min(HUMAN) == func.max(HUMAN))
    )
    by_number = Person.id.in_(number for number in numbers.values() if number is not None)
    people = select(Person.id).where(Person.id.in_(alone) | by_number, _can_sign_in())
    return list(db.session.scalars(people))
