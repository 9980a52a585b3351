"""Who exists: people, groups, and who belongs to which."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime
from lupweb.people.states import PersonState


class Person(Model):
    """One human: a row, whatever the number of fields.

    `document` holds the confirmed values, `provenance` where each comes from; both are written by
    `lupweb.profiles` alone. Name, login and mail are what the directory calls the person. Rooms and
    computers are not listed; `picture_hash` names the picture of `lupweb.profiles`, "" if none.
    Whom an administrator keeps from signing in has `barred_at`, and in `barred_by` who it was, as
    in `History.actor`. A record that was merged leads to that of `merged_into_id`.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort_name_id", "sort_name", "id"),
        Index("ix_person_state_is_listed_barred_at", "state", "is_listed", "barred_at"),
    )

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
    barred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    barred_by: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(index=True)


class Group(Model):
    """A group of people, local or read from a directory; known by key, never by name.

    `logins` are the members that were declared for a local group; unknown ones wait. `read_run_id`
    is the run that read a directory's group last, `trouble` why it could not: "gone" if its entry
    is not there, "refused" if it may not be read.
    """

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    directory_id: Mapped[int | None] = mapped_column(ForeignKey("directory.id"), index=True)
    dn: Mapped[str] = mapped_column(default="")
    logins: Mapped[list[str]] = mapped_column(Document, default=list)
    read_run_id: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(default="")


class NestedGroup(Model):
    """An entry of a directory through which people belong to one of our groups.

    `inside_id` is the nested group that it is in; None where it is a member of ours itself.
    """

    __tablename__ = "nested_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), index=True)
    dn: Mapped[str]
    inside_id: Mapped[int | None]


class Membership(Model):
    """A person belongs to a group.

    `nested_id` is the nested group through which; None: the group itself names the person.
    `run_id` is the run that found it; None: somebody entered it here.
    """

    __tablename__ = "membership"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's way)

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    nested_id: Mapped[int | None]
    run_id: Mapped[int | None]
