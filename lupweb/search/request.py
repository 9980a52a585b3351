"""What somebody looks for and what was found: the terms between search and its pages. Pure."""

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from lupweb.errors import FilterRefused
from lupweb.profiles.cards import PersonCard

BY_NAME = "name"
NEWEST = "newest"
FILTER = "(filter)"
"""Names the filter among the keys of fields: none has a parenthesis."""
OTHER_LETTERS = "#"
"""The letter under which names stand that begin with none from A to Z."""


@dataclass(frozen=True)
class SearchRequest:
    """What an address asks for. Nothing in it but `filter` is ever parsed as a language.

    :param query: plain words
    :param letter: "A" to "Z" or `OTHER_LETTERS`, the first letter of the last name; "": all
    :param chosen: field key -> values, one of which a person must have; "" is “not set”
    :param sort: `BY_NAME`, `NEWEST` or the key of a facet; a "-" before it turns the order round
    :param page: counted from 1
    :param filter: a filter as `search.grammar` reads it; "": none
    :param is_saved: a list asks: a chosen value that nobody has any more is had by nobody
    """

    query: str = ""
    letter: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = BY_NAME
    page: int = 1
    filter: str = ""
    is_saved: bool = False

    @property
    def narrows(self) -> bool:
        """Return whether anybody is left out."""
        return bool(self.query or self.letter or self.filter or any(self.chosen.values()))


@dataclass(frozen=True)
class FacetOption:
    """One value to choose, and how many people it would leave; "" is “not set”."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One field to choose by: most frequent value first, those without people last."""

    key: str
    label: str
    options: Sequence[FacetOption]


@dataclass(frozen=True)
class WayOut:
    """What dropping one condition would give, where nobody was found.

    :param key: "q", "letter", "(filter)", or the key of the field whose values are dropped
    """

    key: str
    label: str
    total: int


@dataclass(frozen=True)
class PeoplePage:
    """One page of what was found.

    :param request: as it was understood: unknown fields, values of nobody's choice and orders that
        this viewer may not use are gone from it
    :param first: place of the first card in the whole result, counted from 1; 0 if there is none
    :param letters: first letters of those found, whatever letter was asked for
    :param similar: names that were searched beside the words as typed, since these found too few
    :param everybody: how many people the directory lists, whatever was asked
    :param version: stays the same as long as all but the cards does; None: nobody knows
    :param refused: why the filter could not be understood; these people are found without it
    :param people: ids of those on the cards
    """

    request: SearchRequest
    cards: Sequence[PersonCard]
    total: int
    number: int
    count: int
    first: int
    last: int
    facets: Sequence[Facet] = ()
    letters: Set[str] = frozenset()
    similar: Sequence[str] = ()
    ways_out: Sequence[WayOut] = ()
    everybody: int = 0
    version: Hashable = None
    refused: FilterRefused | None = None
    people: Sequence[int] = ()


@dataclass(frozen=True)
class SuggestedValue:
    """One value of a facet that has a word as typed, and how many people have it."""

    key: str
    label: str
    value: str
    text: str
    count: int


@dataclass(frozen=True)
class Suggestions:
    """What a few letters may mean, while somebody still types.

    :param query: the words as they were understood
    :param people: at most 8, the best first
    :param values: at most 3, such as “Department: Sales”
    :param total: how many people a search for the same words finds
    """

    query: str
    people: Sequence[PersonCard] = ()
    values: Sequence[SuggestedValue] = ()
    total: int = 0
