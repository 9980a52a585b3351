"""Tables of the search: the words of names for typos, and of which version the words are.

The words of people stand in tables that no model describes, since each database has its own:
`sqlite.py`, `postgresql.py`. The step 0002 of the schema makes them.
"""

from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model


class SearchName(Model):
    """A word of somebody's name, under each form that it has with one letter left out."""

    __tablename__ = "search_name"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    form: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


class SearchState(Model):
    """One row: by which rules the words were written.

    A change of the set-up may leave those of many people outdated: of everybody with an id larger
    than `outdated_after`, until they are written anew (`outdated.py`); None: of nobody.
    """

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    outdated_after: Mapped[int | None]
