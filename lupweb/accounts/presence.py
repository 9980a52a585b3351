"""Who asks for a page: session, account, person and groups, all read in one query.

It is read anew for each page, so that whoever was signed out, barred, or taken out of a group is so
at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Dialect, Select, String, bindparam, case, cast, func, select
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.accounts.models import Session, User
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import hashed
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.options.models import Option
from lupweb.options.versions import KEY
from lupweb.people import versions as people_versions
from lupweb.people.models import Membership, Person
from lupweb.people.names import colour_of, handle_of, initials_of
from lupweb.people.states import PersonState

READ_AT = case(
    (Directory.last_changes_at > Directory.last_full_at, Directory.last_changes_at),
    else_=Directory.last_full_at,
)
"""When a directory was read last, be it only what had changed."""
GIVEN = ("key_hash", "now")


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
    :param people_token: see `lupweb.people.versions`; "": nobody looked
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
    people_token: str = ""


def find_presence(key: str) -> Presence | None:
    """Return who holds this key of a session; None if it has ended."""
    connection = db.session.connection()
    asked = _asked(connection.dialect)
    given = asked.given(key_hash=hashed(key), now=clock.now())
    row = connection.exec_driver_sql(asked.text, given).first()
    return _presence(asked.read(row)) if row else None


def _presence(row: Any) -> Presence:
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
        people_token=row.people_token or "",
    )


def _face(row: Any) -> Face:
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


@dataclass(frozen=True)
class _Asked:
    """The query as a driver takes it: to have it built for each page takes longer than it.

    :param fixed: the values that are the same each time
    :param places: in which order values stand; None: by their names
    :param binders: what makes of a value what the driver takes, where it is something else
    :param columns: name and what makes of what the driver gives a value, of each column
    """

    text: str
    fixed: Mapping[str, Any]
    places: Sequence[str] | None
    binders: Mapping[str, Callable[[Any], Any]]
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]

    def given(self, **values: Any) -> Any:
        """Return the values of the query."""
        bound = {name: bind(values[name]) for name, bind in self.binders.items()}
        given = {**self.fixed, **values, **bound}
        return given if self.places is None else tuple(given[name] for name in self.places)

    def read(self, row: Sequence[Any]) -> SimpleNamespace:
        """Return the columns by their names."""
        found = zip(self.columns, row, strict=True)
        return SimpleNamespace(
            **{name: read(each) if read else each for (name, read), each in found}
        )


@lru_cache(4)
def _asked(dialect: Dialect) -> _Asked:
    statement = _statement(dialect.name)
    compiled: Any = statement.compile(dialect=dialect)
    reading = [(each.name, each.type.dialect_impl(dialect)) for each in statement.selected_columns]
    binding = {name: compiled.binds[name].type.dialect_impl(dialect) for name in GIVEN}
    binders = {name: each.bind_processor(dialect) for name, each in binding.items()}
    return _Asked(
        text=str(compiled),
        fixed=compiled.params,
        places=compiled.positiontup,
        binders={name: bind for name, bind in binders.items() if bind},
        columns=[(name, each.result_processor(dialect, None)) for name, each in reading],
    )


def _statement(dialect: str) -> Select[Any]:
    """Return the query."""
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
    setup, people = (
        select(cast(Option.value, String)).where(Option.key == key)
        for key in (KEY, people_versions.KEY)
    )
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
            people.scalar_subquery().label("people_token"),
        )
        .join(User, User.id == Session.user_id)
        .outerjoin(Person, Person.id == User.person_id)
        .where(Session.key_hash == bindparam(GIVEN[0]), Session.expires_at > bindparam(GIVEN[1]))
    )  # fmt: skip
