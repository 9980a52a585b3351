"""Who exists: people, groups, and who belongs to which."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model
from lupweb.people.states import PersonState


class Person(Model):
    """One human: a row, whatever the number of fields.

    `document` holds the confirmed values, `provenance` where each comes from; both are written by
    `lupweb.profiles` alone. Name, login and mail are what the directory calls the person. Rooms and
    computers are not listed; `picture_hash` names the picture of `lupweb.profiles`, "" if none.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_sort_name_id", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[PersonState] = mapped_column(default=PersonState.ACTIVE, index=True)
    login: Mapped[str]
    login_folded: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    sort_name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    provenance: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"")
    rev: Mapped[int] = mapped_column(default=1)
    is_listed: Mapped[bool] = mapped_column(default=True)
    picture_hash: Mapped[str] = mapped_column(default="")


class Group(Model):
    """A group of people, local or read from a directory; known by key, never by name.

    `logins` are the members that were declared for a local group; unknown ones wait.
    """

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    directory_id: Mapped[int | None] = mapped_column(ForeignKey("directory.id"), index=True)
    dn: Mapped[str] = mapped_column(default="")
    logins: Mapped[list[str]] = mapped_column(Document, default=list)


class Membership(Model):
    """A person belongs to a group."""

    __tablename__ = "membership"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's way)

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
