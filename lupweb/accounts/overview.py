"""What an administrator sees of a person: entries, groups, roles, sign-in, each with its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lupweb import clock
from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.grants import RANK, grants_of
from lupweb.accounts.models import RoleGrant, Session, User
from lupweb.accounts.roles import Role
from lupweb.accounts.sentences import Entry
from lupweb.accounts.standings import Reason, entries_of, reasons
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.errors import NotFound
from lupweb.people.models import Group, Membership, NestedGroup, Person
from lupweb.people.names import colour_of, initials_of
from lupweb.people.queries import LARGEST_ID
from lupweb.people.states import SHOWN, PersonState
from lupweb.texts import Text, _

ROLE_NAMES: Mapping[Role, Text] = {
    Role.EMPLOYEE: _("No role"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.SYSTEM_ADMINISTRATOR: _("System administrator"),
}


@dataclass(frozen=True)
class RoleOrigin:
    """A role, and where it comes from."""

    role: Role
    origin: Text

    @property
    def label(self) -> Text:
        """Return the name of the role."""
        return ROLE_NAMES[self.role]


@dataclass(frozen=True)
class GroupOrigin:
    """A group that somebody belongs to, and how.

    :param run_id: the run that found it; None: somebody entered it, or that is not known
    """

    name: str
    origin: Text
    run_id: int | None


@dataclass(frozen=True)
class PersonOverview:
    """A person as administrators see them; no value of the profile stands here.

    :param own_role: what was given here, beside groups and configuration
    :param is_above: a system administrator, about whom this viewer decides nothing
    :param sessions: browsers that are signed in now
    """

    person: Person
    reasons: Sequence[Reason]
    entries: Sequence[Entry]
    groups: Sequence[GroupOrigin]
    roles: Sequence[RoleOrigin]
    own_role: Role
    role: Role
    has_account: bool
    last_sign_in_at: datetime | None
    sessions: int
    is_self: bool
    is_above: bool
    may_give: Sequence[Role]

    @property
    def is_merged(self) -> bool:
        """Return whether this record leads to another one."""
        return self.person.state == PersonState.MERGED

    @property
    def can_be_opened(self) -> bool:
        """Return whether there is a profile under this record's own address."""
        return not self.is_merged

    @property
    def signs_in(self) -> bool:
        """Return whether the person may sign in, as far as it is decided here."""
        return self.person.state in SHOWN and self.person.barred_at is None

    @property
    def picture(self) -> str:
        """Return "": initials stand for the person here."""
        return ""

    @property
    def initials(self) -> str:
        """Return the letters that stand for the name."""
        return initials_of(self.person.name)

    @property
    def colour(self) -> int:
        """Return the number of the colour."""
        return colour_of(self.person.id)


def person_overview(viewer: Viewer, person_id: int, options: Mapping[str, Any]) -> PersonOverview:
    """Return what administrators see of a person; a constant number of queries.

    :param options: of the site
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such record; one that was merged is there
    """
    require_administrator(viewer)
    person = db.session.get(Person, person_id) if person_id <= LARGEST_ID else None
    if person is None:
        raise NotFound(_("There is no such person."))
    user = db.session.scalar(select(User).where(User.person_id == person_id))
    roles = _roles(person, user)
    role = max([each.role for each in roles], key=RANK.__getitem__, default=Role.EMPLOYEE)
    own = Role(user.role) if user else Role.EMPLOYEE
    is_system = is_system_administrator(viewer)
    return PersonOverview(
        person=person,
        reasons=reasons([person], options)[person.id],
        entries=entries_of([person.id]).get(person.id, []),
        groups=_groups(person_id),
        roles=roles,
        own_role=own,
        role=role,
        has_account=user is not None,
        last_sign_in_at=user.last_sign_in_at if user else None,
        sessions=_sessions(user),
        is_self=viewer.person_id == person_id,
        is_above=role is Role.SYSTEM_ADMINISTRATOR and not is_system,
        may_give=[each for each in Role if is_system or each is not Role.SYSTEM_ADMINISTRATOR],
    )


def _roles(person: Person, user: User | None) -> list[RoleOrigin]:
    found = []
    if user is not None and user.role != Role.EMPLOYEE:
        found.append(RoleOrigin(Role(user.role), _("Given here, to this person.")))
    grants = grants_of(person)
    ids = {each.group_id for each in grants if each.group_id}
    names = dict(db.session.execute(select(Group.id, Group.name).where(Group.id.in_(ids))).all())
    return found + [RoleOrigin(Role(each.role), _origin(each, names)) for each in grants]


def _origin(grant: RoleGrant, names: Mapping[int, str]) -> Text:
    if grant.group_id:
        return _("By the group “%(group)s”.", group=names[grant.group_id])
    return _("By the login “%(login)s” in the set-up (roles).", login=grant.login)


def _groups(person_id: int) -> list[GroupOrigin]:
    rows = (
        select(Group.name, Directory.name, NestedGroup.dn, Membership.run_id)
        .join(Membership, Membership.group_id == Group.id)
        .outerjoin(Directory, Directory.id == Group.directory_id)
        .outerjoin(NestedGroup, NestedGroup.id == Membership.nested_id)
        .where(Membership.person_id == person_id)
        .order_by(Group.name)
    )
    return [
        GroupOrigin(name, _belongs(directory, nested), run_id)
        for name, directory, nested, run_id in db.session.execute(rows)
    ]


def _belongs(directory: str | None, nested: str | None) -> Text:
    if directory is None:
        return _("Local group, entered here.")
    if nested is not None:
        return _(
            "From %(directory)s, through the group %(dn)s inside it.",
            directory=directory,
            dn=nested,
        )
    return _("From %(directory)s.", directory=directory)


def _sessions(user: User | None) -> int:
    if user is None:
        return 0
    open_now = select(func.count()).where(
        Session.user_id == user.id, Session.expires_at > clock.now()
    )
    return db.session.scalar(open_now) or 0
