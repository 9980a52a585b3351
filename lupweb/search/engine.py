"""What the search asks of a database; `sqlite.py` and `postgresql.py` answer."""

from collections.abc import Sequence
from typing import Protocol

from lupweb.database import db
from lupweb.search import postgresql, sqlite
from lupweb.search.answers import Answer
from lupweb.search.entries import Entry
from lupweb.search.words import Number, Term, Word

TABLES = ("search_public", "search_number", "search_scoped")


class Engine(Protocol):
    """Keeps words and finds people by them, in the transaction of the session."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Store the words of people who have none."""

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the words of these people, but not the names that their values refer to."""

    def set_referred(self, names: Sequence[tuple[int, str]], ids: Sequence[int]) -> None:
        """Store the words of names that values of people refer to, in place of those before.

        :param names: person and words, each behind its field's id
        :param ids: everybody whose names are forgotten first
        """

    def clear(self) -> None:
        """Forget everything."""

    def find(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return whom everybody may find by each query; one statement."""

    def ask(
        self,
        queries: Sequence[Sequence[Term]],
        leaves: Sequence[Word | Number],
        scopes: Sequence[int],
        own: int | None,
    ) -> Answer:
        """Return what `find`, `find_scoped` and `own` do; one statement.

        :param scopes: none: nobody is looked for in fields
        :param own: id of a person; None: of nobody
        """

    def find_scoped(
        self, leaves: Sequence[Word | Number], scopes: Sequence[int]
    ) -> list[list[int]]:
        """Return who is found by each word in these fields; one statement."""

    def own(self, person_id: int) -> list[str]:
        """Return the words of this person's restricted fields, without the fields' ids."""


def engine() -> Engine:
    """Return the engine of the session's database."""
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    return sqlite.Sqlite() if is_sqlite else postgresql.Postgresql()


def is_kept_by_hand(table: str) -> bool:
    """Return whether no model describes this table: ours, and those that FTS5 keeps behind them."""
    return table.startswith(TABLES)
