"""Find people while the words of many are outdated: whom they find is looked at again.

A change of the set-up that concerns thousands is true for readers at once, and for the stored words
some time later (`outdated.py`). Until then those words only say who may be found; whether somebody
is, their values say, by the rules that hold now. So nobody is found by what was restricted a moment
ago, and whoever may read it goes on to find it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Membership
from lupweb.people.queries import groups_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.engine import Engine
from lupweb.search.entries import leaves_of, prefixes
from lupweb.search.index import read_rows
from lupweb.search.words import Number, Term, Word
from lupweb.search.writing import Part, Row, Writer, writer_of

AT_ONCE = 1_000
"""People who are read together."""
Leaf = Word | Number
Hits = Mapping[Leaf, set[int]]


def fulfilling(terms: Sequence[Term], hits: Hits) -> set[int]:
    """Return who is found by all terms.

    :param hits: who is found by each word
    """
    return reduce(set.__and__, (_any_of(term, hits) for term in terms))


@dataclass(frozen=True)
class Rechecking:
    """A search by words that are outdated for everybody with an id larger than `after`."""

    engine: Engine
    viewer: Viewer
    layout: Layout
    after: int

    def each_of(self, queries: Sequence[Sequence[Term]]) -> list[list[int]]:
        """Return who is found by each query."""
        leaves = list(dict.fromkeys(leaf for terms in queries for leaf in leaves_of(terms)))
        named = self._named(leaves)
        possible = self._possible(leaves, named)
        found = [fulfilling(terms, possible) for terms in queries]
        doubtful = sorted(person for person in set().union(*found) if person > self.after)
        hits = {leaf: {each for each in possible[leaf] if each <= self.after} for leaf in leaves}
        for person, row, groups in _read(doubtful):
            texts = self._texts(person, row, groups)
            for leaf in leaves:
                if person in named[leaf] or texts.hold(leaf):
                    hits[leaf].add(person)
        return [list(fulfilling(terms, hits)) for terms in queries]

    def _possible(self, leaves: Sequence[Leaf], named: Hits) -> dict[Leaf, set[int]]:
        """Return who may be found by each word, and who was before."""
        public = self.engine.find([[Term(((leaf,),))] for leaf in leaves])
        scopes = [each.id for each in self._readable if not each.type.names_people]
        apart = self.engine.find_scoped(leaves, scopes) if scopes else [[]] * len(leaves)
        person = self.viewer.person_id
        oneself = () if person is None else (person,)
        return {
            leaf: {*seen, *hidden, *named[leaf], *oneself}
            for leaf, seen, hidden in zip(leaves, public, apart, strict=True)
        }

    def _named(self, leaves: Sequence[Leaf]) -> dict[Leaf, set[int]]:
        """Return in whose values each word is the name of somebody else."""
        found: dict[Leaf, set[int]] = {leaf: set() for leaf in leaves}
        naming = (each for each in self._searched if each.type.names_people)
        for each in naming:
            having = _members(each.applies_to)
            people = self.engine.find_scoped(leaves, [each.id])
            for leaf, ids in zip(leaves, people, strict=True):
                found[leaf].update(
                    person
                    for person in ids
                    if (having is None or person in having) and self._finds_by(each, person)
                )
        return found

    def _finds_by(self, each: FieldLayout, person: int) -> bool:
        return person == self.viewer.person_id or each in self._readable

    @cached_property
    def _writer(self) -> Writer:
        return writer_of(self.layout)

    @cached_property
    def _searched(self) -> list[FieldLayout]:
        return [each for each in self.layout.fields() if each.searchable]

    @cached_property
    def _readable(self) -> list[FieldLayout]:
        return [each for each in self._searched if may_read(self.viewer, each)]

    def _texts(self, person: int, row: Row, groups: frozenset[int]) -> "_Texts":
        parts = self._writer.parts(row, groups)
        if person == self.viewer.person_id:
            return _Texts(list(parts))
        scopes = self._readable_prefixes
        return _Texts([each for each in parts if not each.scope or each.scope in scopes])

    @cached_property
    def _readable_prefixes(self) -> frozenset[str]:
        return frozenset(f"{each.id}:" for each in self._readable)


@dataclass(frozen=True)
class _Texts:
    """By what the viewer finds one person, as the rules are now."""

    parts: Sequence[Part]

    def hold(self, leaf: Leaf) -> bool:
        """Return whether the person is found by a word; what looks like it is read first."""
        starts = leaf.forms if isinstance(leaf, Number) else leaf.public_forms
        near = [each for each in self.parts if any(start in each.text for start in starts)]
        return any(_holds(each, leaf) for each in (*near, *self.parts))


def _holds(part: Part, leaf: Leaf) -> bool:
    words, numbers = part.words(part.text)
    if part.scope:
        starts = tuple(part.scope + each for each in prefixes(leaf))
        return any(word.startswith(starts) for word in words.split())
    if isinstance(leaf, Number):
        return any(form in number for form in leaf.forms for number in numbers.split())
    return any(word.startswith(leaf.public_forms) for word in words.split())


def _any_of(term: Term, hits: Hits) -> set[int]:
    return set().union(
        *(
            reduce(set.__and__, (hits[leaf] for leaf in alternative))
            for alternative in term.alternatives
        )
    )


def _read(ids: Sequence[int]) -> Iterator[tuple[int, Row, frozenset[int]]]:
    for start in range(0, len(ids), AT_ONCE):
        block = ids[start : start + AT_ONCE]
        groups = groups_of(list(block))
        for person, row in read_rows(block):
            yield person, row, groups[person]


def _members(groups: frozenset[int]) -> set[int] | None:
    """Return everybody in one of these groups; None: there are none to be in."""
    if not groups:
        return None
    return set(
        db.session.scalars(select(Membership.person_id).where(Membership.group_id.in_(groups)))
    )
