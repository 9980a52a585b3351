"""What administrators choose for the whole site."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model


class Option(Model):
    """One choice that differs from its default."""

    __tablename__ = "option"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(Document)
