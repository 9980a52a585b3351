"""The servers where people come from and sign in, and who is who there."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime


class DirectoryRole(StrEnum):
    """What a directory is for."""

    CONNECTOR = "connector"
    DELEGATED = "delegated"
    ALTERNATIVE = "alternative"


class Directory(Model):
    """One LDAP connection; the ones with a lower position are asked first.

    `bind_password_from` says where a configuration file found the password: `env:NAME` or
    `file:PATH`. `last_sync_date_given` is the last date that a file gave; it is taken once.
    `last_sync_date_kept` is the one that the last run has set: another one was entered since.
    `groups_mark` stands for the state in which the groups were when they were read last. `server`
    is what the server said of itself in the last run that ended well (`lupweb.sync.server`),
    `attributes` what it said about those that are written (`lupweb.directories.fitting`). More
    people than `most_missing` and that share of all are not hidden without being asked. Whoever has
    `disabled_value` in `disabled_attribute` is switched off (`lupweb.directories.switching`).
    `id_attribute` is what an administrator chose to tell entries apart, `keyed_by` what those who
    are known were told apart by; with `is_keyed_by_value` the server gives no unique id beside it.
    `nested_groups` is one of `lupweb.directories.nesting.NestedGroups`.
    """

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=1)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    uris: Mapped[list[str]] = mapped_column(Document)
    tls: Mapped[str]
    allow_cleartext: Mapped[bool] = mapped_column(default=False)
    ca_file: Mapped[str] = mapped_column(default="")
    bind_dn: Mapped[str] = mapped_column(default="")
    bind_password: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    bind_password_from: Mapped[str] = mapped_column(default="")
    base_dn: Mapped[str]
    additional_user_dn: Mapped[str] = mapped_column(default="")
    user_filter: Mapped[str] = mapped_column(default="(objectClass=inetOrgPerson)")
    login_attribute: Mapped[str] = mapped_column(default="uid")
    name_attribute: Mapped[str] = mapped_column(default="displayName")
    email_attribute: Mapped[str] = mapped_column(default="mail")
    disabled_attribute: Mapped[str] = mapped_column(default="")
    disabled_value: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="generic")
    role: Mapped[DirectoryRole] = mapped_column(default=DirectoryRole.CONNECTOR)
    additional_group_dn: Mapped[str] = mapped_column(default="")
    person_filter: Mapped[str] = mapped_column(default="")
    update_filter: Mapped[str] = mapped_column(default="")
    group_filter: Mapped[str] = mapped_column(default="(objectClass=groupOfNames)")
    nested_groups: Mapped[str] = mapped_column(default="expand")
    incremental: Mapped[bool] = mapped_column(default=True)
    last_sync_date: Mapped[str] = mapped_column(default="")
    last_sync_date_given: Mapped[str] = mapped_column(default="")
    timestamp_pattern: Mapped[str] = mapped_column(default="")
    schedule_full: Mapped[str] = mapped_column(default="")
    schedule_changes: Mapped[str] = mapped_column(default="")
    writes: Mapped[bool] = mapped_column(default=False)
    id_attribute: Mapped[str] = mapped_column(default="")
    keyed_by: Mapped[str] = mapped_column(default="")
    is_keyed_by_value: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="")
    last_full_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sync_date_kept: Mapped[str] = mapped_column(default="")
    groups_mark: Mapped[str] = mapped_column(default="")
    last_changes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_groups_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    server: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    attributes: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    marks: Mapped[bool] = mapped_column(default=False)
    most_missing: Mapped[int] = mapped_column(default=10)
    most_missing_percent: Mapped[int] = mapped_column(default=5)

    @property
    def takes_writes(self) -> bool:
        """Return whether what people enter may be saved there, as far as it was set up."""
        return self.writes and not self.is_keyed_by_value

    @property
    def last_read_at(self) -> datetime | None:
        """Return when it was read last, be it only what had changed; None if it never was."""
        return max(filter(None, (self.last_full_at, self.last_changes_at)), default=None)


TAKES_WRITES = and_(Directory.writes, Directory.is_keyed_by_value.is_(False))
"""`Directory.takes_writes` as the condition of a query."""


class FieldReading(Model):
    """What decided the values of a field when everybody of a directory was read last.

    `name` is the key of the field; "" stands for what decides who is read at all.
    """

    __tablename__ = "field_reading"

    directory_id: Mapped[int] = mapped_column(
        ForeignKey("directory.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]


class Identity(Model):
    """The tie between one entry and one person.

    The unique id (entryUUID, objectGUID) survives a rename; DN and login are values that change.
    `match` is what tells the same person in two directories (option `match_people_by`), folded.
    An identity that is gone was not in the last complete reading; it is kept for its return.
    `offers` holds what the entry says of fields that fall through (`lupweb.directories.offers`).
    """

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("directory_id", "unique_id"),
        Index("ix_identity_dn_folded_directory_id", "dn_folded", "directory_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    directory_id: Mapped[int] = mapped_column(ForeignKey("directory.id"))
    unique_id: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    dn: Mapped[str]
    dn_folded: Mapped[str]
    stamp: Mapped[str] = mapped_column(default="")
    match: Mapped[str] = mapped_column(default="", index=True)
    disabled_reason: Mapped[str] = mapped_column(default="")
    is_person: Mapped[bool] = mapped_column(default=True)
    is_gone: Mapped[bool] = mapped_column(default=False)
    first_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    offers: Mapped[dict[str, str]] = mapped_column(Document, server_default="{}")


class NamedEntry(Model):
    """Which entry a DN meant when the entry that names it was read, where the directory tells it.

    Both unique ids are those of the same directory. Who was moved since has another DN.
    """

    __tablename__ = "named_entry"
    __table_args__ = (
        Index("ix_named_entry_directory_id_named_id", "directory_id", "named_id"),
        {"sqlite_with_rowid": False},
    )

    directory_id: Mapped[int] = mapped_column(
        ForeignKey("directory.id", ondelete="CASCADE"), primary_key=True
    )
    unique_id: Mapped[str] = mapped_column(primary_key=True)
    dn_folded: Mapped[str] = mapped_column(primary_key=True)
    named_id: Mapped[str]


class TwoPeople(Model):
    """Two records that look like one person, and are not: an administrator said so.

    `actor` is as in `History`.
    """

    __tablename__ = "two_people"

    low_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    high_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(default="")
