"""What is said about people: categories, fields, and the narrow index beside the documents."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime
from lupweb.outbox.states import OnConflict
from lupweb.profiles.sources import Source


class GroupPurpose(StrEnum):
    """What a group stands beside a category for."""

    APPLIES_TO = "applies_to"
    VISIBLE_TO = "visible_to"


class GrantSide(StrEnum):
    """Which side of an edit right a group or a person stands on."""

    PROFILES = "profiles"
    EDITORS = "editors"


class Category(Model):
    """A heading with fields in an order.

    `names` holds what it is called in other languages than the first: language -> name.
    """

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    position: Mapped[int]
    searchable_when_restricted: Mapped[bool] = mapped_column(default=False)


class CategoryGroup(Model):
    """A group whose people have the category, or may read it."""

    __tablename__ = "category_group"

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), primary_key=True)
    purpose: Mapped[GroupPurpose] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True)


class ProfileField(Model):
    """One thing that is known about people.

    `names` and `help_texts` hold what it says in other languages than the first. `directory` is the
    key of the one that supplies it, "" for the one that supplies the person. One that
    `falls_through` takes the value of the next directory where that one has none. `on_conflict` is
    an `OnConflict`. One with `removed_at` was deleted: nobody sees it, and for some time it can be
    brought back.
    """

    __tablename__ = "profile_field"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    position: Mapped[int]
    type_key: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    help_text: Mapped[str] = mapped_column(default="")
    help_texts: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    source: Mapped[Source] = mapped_column(default=Source.USER)
    attribute: Mapped[str] = mapped_column(default="")
    directory: Mapped[str] = mapped_column(default="")
    falls_through: Mapped[bool] = mapped_column(default=False)
    searchable: Mapped[bool] = mapped_column(default=True)
    in_profile: Mapped[bool] = mapped_column(default=True)
    in_table: Mapped[bool] = mapped_column(default=False)
    on_card: Mapped[bool] = mapped_column(default=False)
    facet: Mapped[bool] = mapped_column(default=False)
    in_vcard: Mapped[bool] = mapped_column(default=False)
    in_completeness: Mapped[bool] = mapped_column(default=True)
    required: Mapped[bool] = mapped_column(default=False)
    default_value: Mapped[str] = mapped_column(default="")
    pattern: Mapped[str] = mapped_column(default="")
    max_length: Mapped[int | None]
    writes_back: Mapped[bool] = mapped_column(default=False)
    on_conflict: Mapped[str] = mapped_column(default=OnConflict.ASK.value)
    confirm_days: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FieldGroup(Model):
    """A group that may read the field; none: everybody who may read its category."""

    __tablename__ = "field_group"

    field_id: Mapped[int] = mapped_column(ForeignKey("profile_field.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True)


class Picture(Model):
    """A picture in one size, named by the hash of its original; made from pixels alone."""

    __tablename__ = "picture"

    hash: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PictureSource(Model):
    """Which delivered bytes a person's picture was made of, so that they are not made again.

    `problem` says why they could not be used; the old picture stays then. A source that is due is
    asked again in the next run.
    """

    __tablename__ = "picture_source"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    source_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    problem: Mapped[str] = mapped_column(default="")
    is_due: Mapped[bool] = mapped_column(default=False)


class IndexedValue(Model):
    """A single value that names a person: as it was delivered, and who that is, once known.

    `place` is where it stands in a field for several people, 0 in one for one person. `key` is the
    form that is compared: a folded DN, or a folded login or mail address.
    """

    __tablename__ = "indexed_value"
    __table_args__ = (
        Index("ix_indexed_value_field_id_referred_id", "field_id", "referred_id"),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("profile_field.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, default=0, server_default="0")
    value: Mapped[str]
    key: Mapped[str]
    is_dn: Mapped[bool]
    referred_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class EditGrant(Model):
    """A right to edit the profiles of others: whose profiles x who may edit them."""

    __tablename__ = "edit_grant"

    id: Mapped[int] = mapped_column(primary_key=True)


class EditGrantParty(Model):
    """A group, or one login, on one side of an edit right. An unknown login waits."""

    __tablename__ = "edit_grant_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("edit_grant.id"), index=True)
    side: Mapped[GrantSide]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    login: Mapped[str] = mapped_column(default="")
    login_folded: Mapped[str] = mapped_column(default="")
