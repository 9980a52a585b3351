"""Give roles and take them, for people and for local accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.accounts.grants import ADMINISTRATORS, administrators_remain
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import check_all_soon
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.texts import _


@dataclass(frozen=True)
class LocalAccount:
    """An account that belongs to no person: it signs in when every directory is down."""

    user: User
    is_own: bool


def give_role(viewer: Viewer, person_id: int, role: str) -> Person:
    """Give a person a role of their own, or take it; call inside a transaction.

    What a group or the configuration gives them besides stays. Who never signed in gets an account.

    :param role: one of `Role`; `employee` takes what they had
    :raises Forbidden: if `viewer` is no administrator, or a system administrator is made or unmade
        by somebody who is none
    :raises InvalidValue: if there is no such role, or nobody would administer the site any more
    :raises NotFound: if there is nobody
    """
    require_administrator(viewer)
    hold_administrators()
    person = db.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.state == PersonState.MERGED:
        raise NotFound(_("There is no such person."))
    user = db.session.scalar(select(User).where(User.person_id == person_id))
    if user is None:
        user = User(person_id=person_id, role=Role.EMPLOYEE)
        db.session.add(user)
    _give(viewer, user, role, f"person:{person_id}")
    return person


def give_account_role(viewer: Viewer, user_id: int, role: str) -> User:
    """Give a local account a role, or take it; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, or a system administrator is made or unmade
        by somebody who is none
    :raises InvalidValue: if there is no such role, or nobody would administer the site any more
    :raises NotFound: if there is no such account, or it belongs to a person
    """
    require_administrator(viewer)
    hold_administrators()
    user = db.session.get(User, user_id)
    if user is None or user.person_id is not None:
        raise NotFound(_("There is no such account."))
    _give(viewer, user, role, f"account:{user_id}")
    return user


def local_accounts(viewer: Viewer) -> Sequence[LocalAccount]:
    """Return the accounts that belong to no person, by name; one query.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    rows = select(User).where(User.person_id.is_(None)).order_by(User.local_name)
    return [LocalAccount(each, each.id == viewer.account_id) for each in db.session.scalars(rows)]


def require_power_over(viewer: Viewer, role: Role) -> None:
    """Let nobody decide about system administrators but system administrators.

    :raises Forbidden: if `viewer` is no administrator, or `role` is above theirs
    """
    require_administrator(viewer)
    if role is Role.SYSTEM_ADMINISTRATOR and not is_system_administrator(viewer):
        raise Forbidden(
            _("Only system administrators decide about system administrators. Nothing was changed.")
        )


def is_system_administrator(viewer: Viewer) -> bool:
    """Return whether this viewer may make system administrators."""
    return viewer.is_operator or viewer.role is Role.SYSTEM_ADMINISTRATOR


def hold_administrators() -> None:
    """Let one change of administrators follow the other: two could remove each other at once."""
    rows = select(User.id).where(User.role.in_(ADMINISTRATORS)).order_by(User.id).with_for_update()
    db.session.execute(rows).all()


def _give(viewer: Viewer, user: User, wanted: str, about: str) -> None:
    if wanted not in set(Role):
        raise InvalidValue(_("There is no such role. Nothing was changed."))
    before, role = Role(user.role), Role(wanted)
    if before is role:
        return
    for each in (before, role):
        require_power_over(viewer, each)
    remains = administrators_remain()
    user.role = role
    db.session.flush()
    remains()
    check_all_soon()
    note_event(viewer.actor, "role.changed", about, {"role": str(before)}, {"role": str(role)})
