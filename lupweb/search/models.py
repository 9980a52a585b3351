"""The folded text in which people are found."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model

PUBLIC = 0
"""The scope of what everybody who signed in may find."""


class SearchText(Model):
    """What can be found of one person: one row for everybody, one for each restricted field."""

    __tablename__ = "search_text"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    scope: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
