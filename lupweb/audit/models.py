"""Who changed what, from what to what, in which run."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model, UtcDateTime


class History(Model):
    """One value that changed; exactly one row for each effective change.

    `field_key` is a field, or one of "@name", "@login", "@email", "@state" for the person itself.
    """

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field_key: Mapped[str]
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
