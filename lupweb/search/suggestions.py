"""What a few letters may mean: people, values to choose by, and everything that would be found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.queries import one_of
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import cards
from lupweb.profiles.layout import Layout
from lupweb.search.census import LETTERS
from lupweb.search.directory import Directory, Found, find, open_directory
from lupweb.search.folding import fold
from lupweb.search.ordering import place_of
from lupweb.search.pages import Names, Window, by_name
from lupweb.search.request import SearchRequest, SuggestedValue, Suggestions
from lupweb.search.words import Alternative, Term, Word, terms_of, words_of

MOST_PEOPLE = 8
MOST_VALUES = 3
LOOKED_AT = 60
"""People of whom the best are suggested: of those with such a last name, and of all."""


def suggestions(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], query: str
) -> Suggestions:
    """Return what `query` may mean to `viewer`; a constant number of queries.

    People called so go before those who are found by something else.

    :param options: of the site
    """
    terms = terms_of(query)
    if not terms:
        return Suggestions(query)
    directory = open_directory(viewer, layout, options)
    found = find(directory, SearchRequest(query=query))
    return Suggestions(
        query=query,
        people=cards(viewer, layout, summaries(_best(directory, found, terms))),
        values=_values(directory, terms),
        total=len(found.selection.people),
    )


def _best(directory: Directory, found: Found, terms: Sequence[Term]) -> list[int]:
    people, window = found.selection.people, Window(0, LOOKED_AT)
    names = Names(found.codes[LETTERS], found.codes[directory.stored.place.id])
    called_so = {place_of(word.typed) for word in _words(terms)}
    candidates = [
        *by_name(people.with_code(names.places, called_so), window, names),
        *by_name(people, window, names),
    ]
    columns = Person.__table__.c
    rows = select(columns.id, columns.name, columns.sort_name).where(
        one_of(columns.id, list(dict.fromkeys(candidates)))
    )
    ranked = [
        (_rank(terms, name, sort_name), sort_name, person)
        for person, name, sort_name in db.session.execute(rows)
    ]
    return [person for _rank_, _name, person in sorted(ranked)[:MOST_PEOPLE]]


def _rank(terms: Sequence[Term], name: str, sort_name: str) -> int:
    """Return 0 for a last name that begins so, 1 for a name, 2 for anything else."""
    if not _fits(terms, words_of(name).split()):
        return 2
    starts = tuple(form for word in _words(terms) for form in word.forms if form)
    return 0 if sort_name.startswith(starts) else 1


def _values(directory: Directory, terms: Sequence[Term]) -> list[SuggestedValue]:
    found = [
        SuggestedValue(key, field.field.name, value, field.label_of(value), count)
        for key, field in directory.choosable.items()
        for value, count in field.choices.counts.items()
        if value and count and _fits(terms, words_of(field.label_of(value)).split())
    ]
    return sorted(found, key=lambda each: (-each.count, fold(each.text)))[:MOST_VALUES]


def _fits(terms: Sequence[Term], words: Sequence[str]) -> bool:
    """Return whether every term is the beginning of one of `words`."""
    return all(any(_stands(each, words) for each in term.alternatives) for term in terms)


def _stands(alternative: Alternative, words: Sequence[str]) -> bool:
    return all(
        isinstance(part, Word) and any(word.startswith(part.forms) for word in words)
        for part in alternative
    )


def _words(terms: Sequence[Term]) -> Iterator[Word]:
    for term in terms:
        for alternative in term.alternatives:
            yield from (part for part in alternative if isinstance(part, Word))
