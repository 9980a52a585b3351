"""What is remembered of directories that do not take what is to be saved."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model, UtcDateTime


class Breaker(Model):
    """Whether a directory is left alone for a while, as `backoff.BreakerState` says.

    There is no row until something failed or was paced. `text` is for administrators: what the
    directory said last. Whoever claims messages reserves their time before `paced_until`.
    """

    __tablename__ = "writeback_breaker"

    directory_id: Mapped[int] = mapped_column(
        ForeignKey("directory.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    failures: Mapped[int] = mapped_column(default=0)
    openings: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paced_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
