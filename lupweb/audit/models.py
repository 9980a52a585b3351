"""Who changed what, from what to what, in which run."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime

_TYPED = text("actor <> ''")


class History(Model):
    """One value that changed; exactly one row for each effective change.

    `field_key` is a field, or one of "@name", "@login", "@email", "@state" for the person itself.
    `actor` is who did it: `person:<id>`, `account:<id>`, or "" for a source or the operator.
    """

    __tablename__ = "history"
    __table_args__ = (
        # what somebody typed is a few rows among those that synchronizations brought
        Index("ix_history_typed", "id", sqlite_where=_TYPED, postgresql_where=_TYPED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field_key: Mapped[str]
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(default="")


class AuditEvent(Model):
    """One change of the set-up: who did what to which part of it.

    `kind` is what was done, as in "field.changed"; `about` is the key of what it was done to.
    `changes` holds what differs: setting -> [before, after]. `actor` is as in `History`.
    """

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    about: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
