"""Records that were put together, so that they can be taken apart again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime


class Merge(Model):
    """Two records of one person, put together: `kept_id` stays, `merged_id` leads there.

    `moved` says what went from one to the other: kind of thing -> ids of its rows, and for values
    field key -> [before, after]. `actor` is as in `History`.
    """

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
