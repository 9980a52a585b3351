"""What somebody is told about later: on the next page, and by mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime


class NoticeKind(StrEnum):
    """What a notice is about."""

    PROFILE_EDITED = "profile_edited"
    NOT_SAVED = "not_saved"
    THEIRS_STAYS = "theirs_stays"


class Notice(Model):
    """Something that a person has to know. It names things by key, and holds no value of a profile.

    `about` is what the kind says: for an edited profile `by` (an actor) and `fields` (keys);
    for what a directory that was taken away never got, also `directory` (its name). What gave way
    to a newer value of the directory has `fields` alone.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[NoticeKind]
    about: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToldTrouble(Model):
    """What administrators were told of by mail, and is still so (`lupweb.notices.troubles`)."""

    __tablename__ = "told_trouble"

    directory_key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
