"""Who asks for a page: session, account, person and groups, all read in one query.

It is read anew for each page, so that whoever was signed out, barred, or taken out of a group is so
at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, String, bindparam, case, cast, func, select
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.accounts.models import Session, User
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import hashed
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.options.models import Option
from lupweb.options.versions import KEY
from lupweb.people.models import Membership, Person
from lupweb.people.names import colour_of, handle_of, initials_of
from lupweb.people.states import PersonState

READ_AT = case(
    (Directory.last_changes_at > Directory.last_full_at, Directory.last_changes_at),
    else_=Directory.last_full_at,
)
"""When a directory was read last, be it only what had changed."""


@dataclass(frozen=True)
class Face:
    """The person behind an account, as far as every page shows them.

    :param picture: the hash that names the picture, or ""
    """

    id: int
    name: str
    login: str
    email: str
    handle: str
    picture: str
    state: PersonState
    barred_at: datetime | None

    @property
    def initials(self) -> str:
        """Return the letters that stand for somebody without a picture."""
        return initials_of(self.name)

    @property
    def colour(self) -> int:
        """Return the number of their colour."""
        return colour_of(self.id)


@dataclass(frozen=True)
class Presence:
    """A session that has not ended, and everything a page asks about its account.

    :param role: of the account itself; a grant may give more
    :param groups: ids of the groups that the person belongs to
    :param directory_read_at: when a directory was read as a whole last; None: never
    :param setup_token: see `lupweb.options.versions`
    :param look: how the account likes to see people, see `User`
    """

    content: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    checked_at: datetime | None
    user_id: int
    role: Role
    local_name: str
    face: Face | None
    groups: frozenset[int]
    directory_read_at: datetime | None
    setup_token: str
    look: Mapping[str, Any]


def find_presence(key: str) -> Presence | None:
    """Return who holds this key of a session; None if it has ended."""
    dialect = db.session.connection().dialect.name
    values = {"key_hash": hashed(key), "now": clock.now()}
    row = db.session.connection().execute(_statement(dialect), values).first()
    return _presence(row) if row else None


def _presence(row: Row[Any]) -> Presence:
    return Presence(
        content=row.content,
        created_at=row.created_at,
        expires_at=row.expires_at,
        checked_at=row.checked_at,
        user_id=row.user_id,
        role=Role(row.role),
        local_name=row.local_name or "",
        face=_face(row) if row.id else None,
        groups=frozenset(json.loads(row.groups) if row.groups else ()),
        directory_read_at=row.directory_read_at,
        setup_token=row.setup_token or "",
        look=row.look,
    )


def _face(row: Row[Any]) -> Face:
    return Face(
        id=row.id,
        name=row.name,
        login=row.login,
        email=row.email,
        handle=handle_of(row.id, row.login, is_unique=row.twin is None),
        picture=row.picture_hash,
        state=row.state,
        barred_at=row.barred_at,
    )


@cache
def _statement(dialect: str) -> Select[Any]:
    """Return the query; built once for each kind of database, since that takes longer than it."""
    as_json = func.json_group_array if dialect == "sqlite" else func.json_agg
    groups = select(cast(as_json(Membership.group_id), String)).where(
        Membership.person_id == Person.id
    )
    twin = aliased(Person)
    twins = select(func.min(twin.id)).where(
        twin.login_folded == Person.login_folded,
        func.coalesce(twin.merged_into_id, twin.id)
        != func.coalesce(Person.merged_into_id, Person.id),
    )
    setup = select(cast(Option.value, String)).where(Option.key == KEY)
    return (
        select(
            Session.content, Session.created_at, Session.expires_at, Session.checked_at,
            Session.user_id, User.role, User.local_name, User.look,
            Person.id, Person.name, Person.login,
            Person.email, Person.picture_hash, Person.state, Person.barred_at,
            groups.scalar_subquery().label("groups"),
            twins.scalar_subquery().label("twin"),
            select(func.max(READ_AT)).scalar_subquery().label("directory_read_at"),
            setup.scalar_subquery().label("setup_token"),
        )
        .join(User, User.id == Session.user_id)
        .outerjoin(Person, Person.id == User.person_id)
        .where(Session.key_hash == bindparam("key_hash"), Session.expires_at > bindparam("now"))
    )  # fmt: skip
