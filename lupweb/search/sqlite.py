"""The words of people in SQLite: three tables of FTS5, whose row numbers are people.

Words are cut and folded by us, and the ASCII tokenizer only parts them at blanks. Numbers stand in
a table of their own, of every three digits in a row, so that digits inside are found.
"""

import json
from collections.abc import Sequence
from typing import Any

from lupweb.database import db
from lupweb.search.answers import Answer
from lupweb.search.entries import Entry, has_numbers, person_of, prefixes, public_prefixes, row_of
from lupweb.search.words import Alternative, Number, Term, Word

WORDS = "SELECT rowid FROM search_public WHERE search_public MATCH ?"
NUMBERS = "SELECT rowid FROM search_number WHERE search_number MATCH ?"
SCOPED = "SELECT rowid FROM search_scoped WHERE search_scoped MATCH ?"
OWN = "SELECT words FROM search_scoped WHERE rowid IN (?, ?)"
Query = tuple[str, tuple[str | int, ...]]
"""A statement and its values."""


class Sqlite:
    """The engine of SQLite."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Store the words of people who have none."""
        _write(
            "INSERT INTO search_public (rowid, words) VALUES (?, ?)",
            [(entry.person_id, entry.words) for entry in entries],
        )
        _write(
            "INSERT INTO search_number (rowid, numbers) VALUES (?, ?)",
            [(entry.person_id, entry.numbers) for entry in entries if entry.numbers],
        )
        _write(
            "INSERT INTO search_scoped (rowid, words) VALUES (?, ?)",
            [(row_of(entry.person_id), entry.scoped) for entry in entries if entry.scoped],
        )

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the words of these people, but not the names that their values refer to."""
        _write("DELETE FROM search_public WHERE rowid = ?", [(each,) for each in ids])
        _write("DELETE FROM search_number WHERE rowid = ?", [(each,) for each in ids])
        _write("DELETE FROM search_scoped WHERE rowid = ?", [(row_of(each),) for each in ids])

    def set_referred(self, names: Sequence[tuple[int, str]], ids: Sequence[int]) -> None:
        """Store the words of names that values refer to, in place of those of all `ids`."""
        _write(
            "DELETE FROM search_scoped WHERE rowid = ?",
            [(row_of(each, is_referred=True),) for each in ids],
        )
        _write(
            "INSERT INTO search_scoped (rowid, words) VALUES (?, ?)",
            [(row_of(each, is_referred=True), words) for each, words in names],
        )

    def clear(self) -> None:
        """Forget everything."""
        for table in ("search_public", "search_number", "search_scoped"):
            db.session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - a name of ours

    def find(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return whom everybody may find by each query; one statement."""
        return _find([_public(terms) for terms in queries])[:-1]

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
        found = _find([*public, *scoped], own)
        first, last = len(public), len(public) + len(scoped)
        return Answer(found[:first], _people_of(found[first:last]), _words_of(found[last]))

    def find_scoped(
        self, leaves: Sequence[Word | Number], scopes: Sequence[int]
    ) -> list[list[int]]:
        """Return who is found by each word in these fields; one statement."""
        return _people_of(_find([_scoped(leaf, scopes) for leaf in leaves])[:-1])

    def own(self, person_id: int) -> list[str]:
        """Return the words of this person's restricted fields, without the fields' ids."""
        return _words_of(_find((), person_id)[-1])


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        db.session.connection().exec_driver_sql(statement, rows)


def _find(queries: Sequence[Query], own: int | None = None) -> list[list[Any]]:
    """Return the rows that each query finds, and behind them the words that are one's own.

    They come as one JSON text for each: several times as fast as a row for every number.
    """
    asked = [
        f"SELECT {number}, json_group_array(rowid) FROM ({statement})"  # noqa: S608 - of ours
        for number, (statement, _values) in enumerate(queries)
    ]
    values = [value for _statement, each in queries for value in each]
    if own is not None:
        asked.append(f"SELECT {len(queries)}, json_group_array(words) FROM ({OWN})")  # noqa: S608
        values += [row_of(own), row_of(own, is_referred=True)]
    found: list[list[Any]] = [[] for _ in (*queries, own)]
    statement = " UNION ALL ".join(asked)
    for number, rows in db.session.connection().exec_driver_sql(statement, tuple(values)).all():
        found[number] = json.loads(rows)
    return found


def _people_of(found: Sequence[list[int]]) -> list[list[int]]:
    return [list({person_of(row) for row in rows}) for rows in found]


def _words_of(rows: Sequence[str]) -> list[str]:
    return [word.partition(":")[2] for words in rows for word in words.split()]


def _scoped(leaf: Word | Number, scopes: Sequence[int]) -> Query:
    return SCOPED, (_any(f"{scope}:{each}" for scope in scopes for each in prefixes(leaf)),)


def _public(terms: Sequence[Term]) -> Query:
    """Return the statement that finds people by all `terms`."""
    of_words = [term for term in terms if not has_numbers(term.alternatives)]
    found = [_number(term) for term in terms if has_numbers(term.alternatives)]
    if of_words:
        found.insert(0, (WORDS, (" AND ".join(_words(term) for term in of_words),)))
    statement = " INTERSECT ".join(f"SELECT rowid FROM ({each})" for each, _values in found)  # noqa: S608
    values = tuple(value for _statement, each in found for value in each)
    return found[0] if len(found) == 1 else (statement, values)


def _number(term: Term) -> Query:
    """Return the statement for a number, or else the words that it was typed as."""
    parts = [
        (NUMBERS, " OR ".join(_quoted(form) for form in alternative[0].forms))
        if isinstance(alternative[0], Number)
        else (WORDS, _together(alternative))
        for alternative in term.alternatives
    ]
    return " UNION ".join(each for each, _ in parts), tuple(value for _, value in parts)


def _words(term: Term) -> str:
    return f"({' OR '.join(_together(alternative) for alternative in term.alternatives)})"


def _together(alternative: Alternative) -> str:
    return f"({' AND '.join(_any(public_prefixes(leaf)) for leaf in alternative)})"


def _any(words: Any) -> str:
    return f"({' OR '.join(f'{_quoted(word)} *' for word in words)})"


def _quoted(word: str) -> str:
    """Return a word as FTS5 takes it; there is no quote in it, but it costs nothing to be sure."""
    return '"' + word.replace('"', "") + '"'
