"""The words of people in PostgreSQL: two tables with one `tsvector` each, and a GIN index on it.

Words are cut and folded by us; the database's own text search parses neither words nor queries.
A number stands among the words from each of its digits on.
"""

from collections.abc import Iterable, Sequence

from lupweb.database import db
from lupweb.search.answers import Answer
from lupweb.search.entries import INSIDE, Entry, person_of, prefixes, public_prefixes, row_of
from lupweb.search.words import Number, Term, Word, suffixes

PUBLIC = "SELECT id FROM search_public WHERE words @@ %s::tsquery"
SCOPED = "SELECT id FROM search_scoped WHERE words @@ %s::tsquery"
OWN = "SELECT unnest(tsvector_to_array(words)) FROM search_scoped WHERE id IN (%s, %s)"
Rows = list[tuple[int, str]]
Query = tuple[str, str]
"""A statement and its value."""


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
        return _find([_public(terms) for terms in queries])[0]

    def ask(
        self,
        queries: Sequence[Sequence[Term]],
        leaves: Sequence[Word | Number],
        scopes: Sequence[int],
        own: int | None,
    ) -> Answer:
        """Return what `find`, `find_scoped` and `own` do; one statement."""
        public = [_public(terms) for terms in queries]
        scoped = [_scoped(leaf, scopes) for leaf in leaves if scopes]
        found, words = _find([*public, *scoped], own)
        count = len(public)
        return Answer(found[:count], _people_of(found[count:]), _unscoped(words))

    def find_scoped(
        self, leaves: Sequence[Word | Number], scopes: Sequence[int]
    ) -> list[list[int]]:
        """Return who is found by each word in these fields; one statement."""
        return _people_of(_find([_scoped(leaf, scopes) for leaf in leaves])[0])

    def own(self, person_id: int) -> list[str]:
        """Return the words of this person's restricted fields, without the fields' ids."""
        return _unscoped(_find((), person_id)[1])


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


def _find(queries: Sequence[Query], own: int | None = None) -> tuple[list[list[int]], list[str]]:
    """Return the rows that each query finds, and the words that are one's own.

    One array for each is half the work of rows.
    """
    asked = [
        f"SELECT {number}, ARRAY({statement}), NULL::text[]"
        for number, (statement, _value) in enumerate(queries)
    ]
    values: list[str | int] = [value for _statement, value in queries]
    if own is not None:
        asked.append(f"SELECT {len(queries)}, NULL, ARRAY({OWN})")
        values += [row_of(own), row_of(own, is_referred=True)]
    found: list[list[int]] = [[] for _ in (*queries, own)]
    words: list[str] = []
    statement = " UNION ALL ".join(asked)
    rows = db.session.connection().exec_driver_sql(statement, tuple(values)).all()
    for number, ids, theirs in rows:
        found[number], words = ids, theirs or words
    return found[: len(queries)], words


def _people_of(found: Sequence[list[int]]) -> list[list[int]]:
    return [list({person_of(row) for row in rows}) for rows in found]


def _unscoped(words: Sequence[str]) -> list[str]:
    return [word.partition(":")[2] for word in words]


def _public(terms: Sequence[Term]) -> Query:
    return PUBLIC, " & ".join(_any_of(term) for term in terms)


def _scoped(leaf: Word | Number, scopes: Sequence[int]) -> Query:
    return SCOPED, _any(f"{scope}:{each}" for scope in scopes for each in prefixes(leaf))


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
