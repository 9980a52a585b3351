"""Whom an account keeps at hand: starred people, own groups of them, and who was looked at."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model, UtcDateTime


class Contact(Model):
    """Somebody whom an account starred, with a note that only its owner ever reads.

    One with `removed_at` was taken out: note and groups come back for some time if the person is
    starred again.
    """

    __tablename__ = "contact"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    note: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContactGroup(Model):
    """A group of contacts that an account made for itself."""

    __tablename__ = "contact_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]


class GroupedContact(Model):
    """A contact stands in a group of its owner's; in as many as the owner likes."""

    __tablename__ = "grouped_contact"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("contact_group.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class RecentView(Model):
    """An account looked at somebody's profile; the last time counts."""

    __tablename__ = "recent_view"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecentOff(Model):
    """The owner of this account does not want to have kept whom they look at."""

    __tablename__ = "recent_off"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
