"""The words of people in PostgreSQL: two tables with one `tsvector` each, and a GIN index on it.

Words are cut and folded by us; the database's own text search parses neither words nor queries.
A number stands among the words from each of its digits on.
"""

from collections.abc import Iterable, Sequence

from lupweb.database import db
from lupweb.search.entries import INSIDE, Entry, person_of, prefixes, public_prefixes, row_of
from lupweb.search.words import Number, Term, Word, suffixes

PUBLIC = "SELECT id FROM search_public WHERE words @@ %s::tsquery"
SCOPED = "SELECT id FROM search_scoped WHERE words @@ %s::tsquery"
Rows = list[tuple[int, str]]


class Postgresql:
    """The engine of PostgreSQL."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Store the words of people who have none."""
        _insert("search_public", [(entry.person_id, _with_numbers(entry)) for entry in entries])
        scoped = [(row_of(entry.person_id), entry.scoped) for entry in entries if entry.scoped]
        _insert("search_scoped", scoped)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the words of these people, but not the names that their values refer to."""
        _delete("search_public", list(ids))
        _delete("search_scoped", [row_of(each) for each in ids])

    def set_referred(self, names: Sequence[tuple[int, str]], ids: Sequence[int]) -> None:
        """Store the words of names that values refer to, in place of those of all `ids`."""
        _delete("search_scoped", [row_of(each, is_referred=True) for each in ids])
        rows = [(row_of(each, is_referred=True), words) for each, words in names]
        _insert("search_scoped", rows)

    def clear(self) -> None:
        """Forget everything."""
        db.session.connection().exec_driver_sql("TRUNCATE search_public, search_scoped")

    def find(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return whom everybody may find by each query; one statement."""
        return _find(PUBLIC, [" & ".join(_any_of(term) for term in terms) for terms in queries])

    def find_scoped(
        self, leaves: Sequence[Word | Number], scopes: Sequence[int]
    ) -> list[list[int]]:
        """Return who is found by each word in these fields; one statement."""
        found = _find(
            SCOPED,
            [
                _any(f"{scope}:{each}" for scope in scopes for each in prefixes(leaf))
                for leaf in leaves
            ],
        )
        return [list({person_of(row) for row in rows}) for rows in found]

    def own(self, person_id: int) -> list[str]:
        """Return the words of this person's restricted fields, without the fields' ids."""
        rows = db.session.connection().exec_driver_sql(
            "SELECT unnest(tsvector_to_array(words)) FROM search_scoped WHERE id IN (%s, %s)",
            (row_of(person_id), row_of(person_id, is_referred=True)),
        )
        return [word.partition(":")[2] for word in rows.scalars()]


def _with_numbers(entry: Entry) -> str:
    inside = [INSIDE + each for number in entry.numbers.split() for each in suffixes(number)]
    return " ".join([entry.words, *inside])


def _insert(table: str, rows: Rows) -> None:
    if rows:
        db.session.connection().exec_driver_sql(
            f"INSERT INTO {table} (id, words)"  # noqa: S608 - a name of ours
            " SELECT id, array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
            " FROM unnest(%s::bigint[], %s::text[]) AS row (id, words)",
            ([row for row, _words in rows], [words for _row, words in rows]),
        )


def _delete(table: str, rows: list[int]) -> None:
    db.session.connection().exec_driver_sql(
        f"DELETE FROM {table} WHERE id = ANY(%s::bigint[])",  # noqa: S608 - a name of ours
        (rows,),
    )


def _find(statement: str, queries: Sequence[str]) -> list[list[int]]:
    """Return the rows that each query finds; one array for each is half the work of rows."""
    numbered = " UNION ALL ".join(
        f"SELECT {number}, ARRAY({statement})" for number in range(len(queries))
    )
    found: list[list[int]] = [[] for _ in queries]
    for number, rows in db.session.connection().exec_driver_sql(numbered, tuple(queries)):
        found[number] = rows
    return found


def _any_of(term: Term) -> str:
    found = (
        " & ".join(_any(public_prefixes(leaf)) for leaf in alternative)
        for alternative in term.alternatives
    )
    return f"({' | '.join(f'({each})' for each in found)})"


def _any(words: Iterable[str]) -> str:
    return f"({' | '.join(f'{_quoted(word)}:*' for word in words)})"


def _quoted(word: str) -> str:
    """Return a word as a `tsquery` takes it; no quote is in it, but it costs nothing to be sure."""
    return "'" + word.replace("'", "").replace("\\", "") + "'"
