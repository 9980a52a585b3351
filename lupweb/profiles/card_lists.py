"""The cards of a page of people, each made when somebody looks at it."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from lupweb.accounts.viewers import Viewer
from lupweb.people.summaries import PersonSummary, summaries
from lupweb.profiles.cards import CardMaker, PersonCard, card_maker
from lupweb.profiles.layout import Layout


@dataclass(frozen=True, eq=False)
class CardList(Sequence[PersonCard]):
    """Cards, in the order of people."""

    people: Sequence[PersonSummary]
    maker: CardMaker

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[PersonCard]:
        return map(self.maker.card, self.people)

    @overload
    def __getitem__(self, place: int) -> PersonCard: ...
    @overload
    def __getitem__(self, place: slice) -> list[PersonCard]: ...
    def __getitem__(self, place: int | slice) -> PersonCard | list[PersonCard]:
        """Return the card of a place, or those of a part."""
        if isinstance(place, slice):
            return [self.maker.card(person) for person in self.people[place]]
        return self.maker.card(self.people[place])

    def __eq__(self, other: object) -> bool:
        return list(self) == other

    __hash__ = None  # type: ignore[assignment]  # equal to a list, and as little a key as one

    def keys(self) -> list[Hashable]:
        """Return what each card is made of; equal keys are equal cards (`CardMaker.key`)."""
        return [self.maker.key(person) for person in self.people]


def card_list(viewer: Viewer, layout: Layout, ids: Sequence[int]) -> CardList:
    """Return the cards of these people, in their order; as many queries as `cards`, and one."""
    people = summaries(ids)
    return CardList(people, card_maker(viewer, layout, people))
