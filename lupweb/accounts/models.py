"""Who signs in, and from where."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lupweb.accounts.roles import Role
from lupweb.database import Document, Model, UtcDateTime
from lupweb.people.models import Person


class User(Model):
    """An account. It belongs to a person, or stands alone: a local administrator.

    `look` is how it likes to see people, as it kept it: `view` and `columns`.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    local_name: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(default=Role.EMPLOYEE)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    look: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    person: Mapped[Person | None] = relationship(lazy="joined")


class RoleGrant(Model):
    """A role for people of directories: everybody of a group, or one login."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    login: Mapped[str] = mapped_column(default="")


class FailedSignIns(Model):
    """How often signing in failed of late, for one account, one typed name or one address.

    `key` is a keyed hash: what was typed into the box for the name may be a password.
    """

    __tablename__ = "failed_sign_ins"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    forgotten_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Session(Model):
    """One signed-in browser. Only a hash of its key is kept; deleting the row signs it out."""

    __tablename__ = "session"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Model):
    """What a program shows in place of a session. Only a hash of it is kept; deleting revokes it.

    `scopes` are words with blanks between them, see `lupweb.accounts.tokens`.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
