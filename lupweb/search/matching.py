"""Who is found by what somebody typed; the rules stand in `words.py`."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lupweb.accounts.viewers import Viewer
from lupweb.options.service import options
from lupweb.people.policies import hides_unlicensed, unlicensed_among
from lupweb.people.summaries import rows_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import findable_scopes, is_public_in_search
from lupweb.search.answers import Answer
from lupweb.search.columns import LISTED
from lupweb.search.engine import Engine, engine
from lupweb.search.entries import leaves_of, prefixes
from lupweb.search.index import outdated_after
from lupweb.search.rechecking import Leaf, Rechecking, fulfilling
from lupweb.search.standings import standing_of
from lupweb.search.typos import similar_words
from lupweb.search.words import (
    LONGEST_QUERY,
    MOST_WORDS,
    Number,
    Term,
    Word,
    is_blank,
    name_words,
    terms_of,
)

ENOUGH = 5
"""So many people are enough not to look for similar names."""
WITNESSES = 20
"""People found by a similar name that are looked at for how they write it."""
_blanks = re.compile(r"[\s,;/()\[\]]+")


@dataclass(frozen=True)
class Matched:
    """Who is found.

    :param ids: of people, in no order, each once; None: nothing was typed, so everybody
    :param similar: names, as they are written, that were searched beside the words as typed; each
        is the name of somebody found whom the people directory lists
    """

    ids: Sequence[int] | None
    similar: Sequence[str] = ()


def match(viewer: Viewer, layout: Layout, query: str) -> Matched:
    """Return whom `viewer` finds by `query`; at most six statements, however many people there are.

    Who is listed is not known here: the caller leaves out whom the page does not show.

    :param query: plain words, never parsed as a language; only 200 characters and 12 words count
    """
    terms = terms_of(query)
    if not terms:
        return Matched(None if is_blank(query) else ())
    search = _search(viewer, layout, terms)
    found = search.each_of([terms])[0]
    if len(found) >= ENOUGH:
        return Matched(found)
    return _with_similar(search, terms, found)


def match_as_typed(
    viewer: Viewer, layout: Layout, queries: Sequence[str]
) -> list[Sequence[int] | None]:
    """Return whom `viewer` finds by each of some queries, without names that are similar.

    Three statements at most, however many queries there are.

    :returns: for each query what `Matched.ids` is
    """
    asked = [_terms_of_all(query) for query in queries]
    terms = [term for each in asked for term in each]
    if not terms:
        return [None if is_blank(query) else () for query in queries]
    found = iter(_search(viewer, layout, terms).each_of([each for each in asked if each]))
    return [
        next(found) if each else None if is_blank(query) else ()
        for each, query in zip(asked, queries, strict=True)
    ]


def own_words(person_id: int) -> Sequence[str] | None:
    """Return the words of a person's restricted values, by which they find themselves.

    None: nobody can say, since the words are outdated. Two queries.
    """
    return tuple(engine().own(person_id)) if outdated_after() is None else None


def is_met(words: Sequence[str], query: str) -> bool:
    """Return whether a word of `query` finds one of these."""
    return any(_meets(leaf, words) for leaf in leaves_of(terms_of(query)))


def is_whole_query(query: str) -> bool:
    """Return whether `match` reads all of a query, and not its beginning only."""
    return len(query) <= LONGEST_QUERY and len(query.split()) <= MOST_WORDS


def _terms_of_all(query: str) -> list[Term]:
    """Return the terms of a query, however long it is."""
    words = query.split()
    return [
        term
        for start in range(0, len(words), MOST_WORDS)
        for term in terms_of(" ".join(words[start : start + MOST_WORDS]))
    ]


class _Finds(Protocol):
    """A way to find people."""

    def each_of(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return who is found by each query."""


def _search(viewer: Viewer, layout: Layout, terms: Sequence[Term]) -> _Finds:
    after = outdated_after()
    if after is not None:
        return Rechecking(engine(), viewer, layout, after)
    return _Search(engine(), terms, _Secrets.of(viewer, layout))


@dataclass(frozen=True)
class _Secrets:
    """What this viewer finds people by, and others may not.

    :param scopes: ids of fields whose words stand apart
    :param own: whose own values are found by oneself; None: there are none to look at
    """

    scopes: Sequence[int]
    own: int | None

    @classmethod
    def of(cls, viewer: Viewer, layout: Layout) -> "_Secrets":
        apart = [each for each in layout.fields() if each.searchable]
        hidden = [each for each in apart if not is_public_in_search(each)]
        referring = [each.id for each in apart if each.type.names_people and each not in hidden]
        scopes = [*referring, *findable_scopes(viewer, layout)]
        return cls(scopes, viewer.person_id if len(scopes) < len(referring) + len(hidden) else None)


class _Search:
    """One query, asked by one viewer.

    :param terms: as typed
    """

    def __init__(self, engine: Engine, terms: Sequence[Term], secrets: _Secrets) -> None:
        self._engine = engine
        self._leaves = list(dict.fromkeys(leaves_of(terms)))
        self._secrets = secrets
        self._apart: Mapping[Leaf, set[int]] | None = None

    def each_of(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return who is found by each query: one statement, unless a hidden word is met.

        Where one is, every word is asked for by itself, since somebody may be found by one word
        that all may read and by another that few may.
        """
        found: Sequence[list[int]] | None = None
        apart = self._apart
        if apart is None:
            secrets = self._secrets
            answer = self._engine.ask(queries, self._leaves, secrets.scopes, secrets.own)
            apart = self._apart = self._found_apart(answer)
            found = answer.found
        if not any(apart.values()):
            return list(self._engine.find(queries) if found is None else found)
        leaves = list(dict.fromkeys(leaf for terms in queries for leaf in leaves_of(terms)))
        public = self._engine.find([[Term(((leaf,),))] for leaf in leaves])
        hits = {
            leaf: {*ids, *apart.get(_as_typed(leaf), ())}
            for leaf, ids in zip(leaves, public, strict=True)
        }
        return [list(fulfilling(terms, hits)) for terms in queries]

    def _found_apart(self, answer: Answer) -> dict[Leaf, set[int]]:
        """Return who is found by each word in what not everybody may read."""
        found: dict[Leaf, set[int]] = {_as_typed(leaf): set() for leaf in self._leaves}
        if self._secrets.scopes:
            for leaf, ids in zip(self._leaves, answer.scoped, strict=True):
                found[_as_typed(leaf)].update(ids)
        if self._secrets.own is not None:
            for leaf in self._leaves:
                if _meets(leaf, answer.own):
                    found[_as_typed(leaf)].add(self._secrets.own)
        return found


def _meets(leaf: Leaf, words: Sequence[str]) -> bool:
    return any(word.startswith(prefixes(leaf)) for word in words)


def _as_typed(leaf: Leaf) -> Leaf:
    """Return the word without the similar names that are asked for beside it."""
    return replace(leaf, instead=()) if isinstance(leaf, Word) else leaf


def _with_similar(search: _Finds, terms: Sequence[Term], found: Sequence[int]) -> Matched:
    """Return who is found by the words as typed, and by names that are similar to them."""
    typed = {leaf.typed for leaf in leaves_of(terms) if isinstance(leaf, Word)}
    similar = similar_words(sorted(typed))
    asked = [(word, each) for word, words in similar.items() for each in words]
    if not asked:
        return Matched(found)
    queries = [_asking(terms, word, [each], similar) for word, each in asked]
    people = search.each_of(queries)
    by_word: dict[str, list[int]] = {}
    for (_typed, word), ids in zip(asked, people, strict=True):
        by_word.setdefault(word, []).extend(ids)
    everybody = set(found).union(*people)
    return Matched(list(everybody), _written({word: ids for word, ids in by_word.items() if ids}))


def _asking(
    terms: Sequence[Term], typed: str, only: Sequence[str], similar: dict[str, list[str]]
) -> list[Term]:
    """Return the query with similar names beside its words, and `only` these for `typed`."""

    def asked(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Number):
            return leaf
        if leaf.typed == typed:
            return replace(leaf, instead=tuple(only))
        return replace(leaf, instead=(*leaf.forms, *similar.get(leaf.typed, ())))

    return [
        Term(tuple(tuple(asked(leaf) for leaf in each) for each in term.alternatives))
        for term in terms
    ]


def _written(by_word: dict[str, list[int]]) -> tuple[str, ...]:
    """Return how the words are written in the names of listed people whom they found."""
    witnesses = {word: sorted(set(ids))[:WITNESSES] for word, ids in by_word.items()}
    ids = sorted({each for some in witnesses.values() for each in some})
    names = _names_of_listed(ids)
    found = {
        _spelling(word, [names[each] for each in some if each in names]): None
        for word, some in witnesses.items()
    }
    return tuple(sorted(name for name in found if name))


def _names_of_listed(ids: Sequence[int]) -> dict[int, str]:
    """Return the names of those whom the people directory lists; three queries at most.

    A condition for it in the first one would let SQLite walk through all who are listed.
    """
    chosen = options()
    unlicensed = unlicensed_among(ids, chosen) if ids and hides_unlicensed(chosen) else ()
    rows = rows_of("id, name, state, is_listed", ids)
    standings = (standing_of(row, is_licensed=row.id not in unlicensed) for row in rows)
    return {
        row.id: row.name
        for row, standing in zip(rows, standings, strict=True)
        if standing == LISTED
    }


def _spelling(word: str, names: Collection[str]) -> str:
    parts = (part for name in names for part in _blanks.split(name))
    return next((part for part in parts if word in name_words(part)), "")
