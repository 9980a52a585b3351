"""What the people page says about a result: chips, facets, letters, and where each leads."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase

from lupweb.profiles.tables import PeopleTable
from lupweb.search.request import (
    BY_NAME,
    NEWEST,
    OTHER_LETTERS,
    Facet,
    PeoplePage,
)
from lupweb.texts import Text, _
from lupweb.web.choices import Choice
from lupweb.web.filter_line import FilterLine, filter_line, shortened
from lupweb.web.search_address import FIELD, SearchAddress

SHOWN_AT_FIRST = 6
MOST_SHOWN = 300
OPEN_AT_FIRST = 4
PLACE = "location"
DOWNWARDS = "-"


@dataclass(frozen=True)
class Chip:
    """One condition in use, and the address without it."""

    text: Text | str
    label: Text
    address: SearchAddress


@dataclass(frozen=True)
class FacetList:
    """One facet as it is shown.

    :param count: how many options there are, shown or not
    :param is_whole: every option was asked for
    :param is_cut: there are more than anybody would read through
    :param other: the address with every option, or with the first ones again; None: no difference
    """

    key: str
    label: str
    choices: Sequence[Choice]
    count: int
    is_open: bool
    is_whole: bool
    is_cut: bool
    other: SearchAddress | None


@dataclass(frozen=True)
class Letter:
    """One letter; without an address where nobody stands under it."""

    text: str
    address: str | None
    is_chosen: bool


@dataclass(frozen=True)
class Order:
    """One way to sort."""

    value: str
    label: Text | str
    is_chosen: bool


@dataclass(frozen=True)
class Heading:
    """One column of the table.

    :param address: what sorts by it, and the other way round when it is sorted already
    :param direction: "ascending", "descending", or "" where the table is not sorted by it
    """

    label: Text | str
    address: SearchAddress | None
    direction: str


@dataclass(frozen=True)
class WayOutLink:
    """Where to go when nobody was found, and how many people are there."""

    text: Text
    total: int
    address: SearchAddress


class ResultPage:
    """One page of a result with everything around it.

    :param address: what was asked for, as `page` understood it, and a filter that it refused
    :param sortable: key -> name of the fields that this viewer may have people ordered by
    """

    def __init__(
        self,
        page: PeoplePage,
        address: SearchAddress,
        sortable: Mapping[str, str],
        table: PeopleTable | None = None,
    ) -> None:
        self.page = page
        self.address = address
        self.table = table
        self._sortable = sortable
        self._facets = {facet.key: facet for facet in page.facets}

    @cached_property
    def version(self) -> Hashable:
        """Return what stays the same as long as all but the cards does; None: nobody knows."""
        version = self.page.version
        address = self.address
        if version is None:
            return None
        return version, tuple(self._sortable.items()), str(address), address.view, address.usual

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the conditions in use beside the words: values, the letter, then the filter."""
        found = [
            self._chip(key, value)
            for key, values in self.address.request.chosen.items()
            for value in values
        ]
        letter = self.address.request.letter
        if letter:
            text = _("Last name with %(letter)s", letter=letter)
            found.append(Chip(text, _remove(text), self.address.without("letter")))
        written = self.page.request.filter
        if written:
            said = shortened(written)
            found.append(Chip(said, _remove(said), self.address.of_filter("")))
        return found

    @cached_property
    def filter_line(self) -> FilterLine:
        """Return the line for filters."""
        return filter_line(self.address.request.filter, self.page.refused)

    @cached_property
    def facets(self) -> list[FacetList]:
        """Return the facets that have something to choose."""
        shown = [facet for facet in self.page.facets if facet.options]
        return [self._facet(facet, place) for place, facet in enumerate(shown)]

    @property
    def letters(self) -> list[Letter]:
        """Return A to Z, and the sign for other letters where somebody stands under it."""
        chosen = self.address.request.letter
        there = self.page.letters
        others = [OTHER_LETTERS] if OTHER_LETTERS in there or chosen == OTHER_LETTERS else []
        addresses = self.address.of_letters(there)
        if chosen:
            addresses[chosen] = str(self.address.of_letter(""))
        return [
            Letter(letter, addresses.get(letter), letter == chosen)
            for letter in [*ascii_uppercase, *others]
        ]

    @property
    def orders(self) -> list[Order]:
        """Return the ways to sort; one that goes downwards only while it is in use."""
        chosen = self.address.request.sort
        named: list[tuple[str, Text | str]] = [(BY_NAME, _("Last name"))]
        named += self._sortable.items()
        named.append((NEWEST, _("Newest first")))
        found = [Order(value, label, value == chosen) for value, label in named]
        for value, label in named:
            if chosen == DOWNWARDS + value:
                backwards = _("%(order)s, backwards", order=str(label))
                found.append(Order(chosen, backwards, is_chosen=True))
        return found

    @property
    def headings(self) -> list[Heading]:
        """Return the columns of the table, the name first."""
        columns = self.table.columns if self.table else ()
        return [
            self._heading(BY_NAME, _("Name")),
            *(self._heading(field.key, field.name) for field in columns),
        ]

    @property
    def ways_out(self) -> list[WayOutLink]:
        """Return what to give up, and how many people that finds; not what gives up everything."""
        links = [
            WayOutLink(self._given_up(out.key, out.label), out.total, self.address.without(out.key))
            for out in self.page.ways_out
            if out.total
        ]
        return [link for link in links if link.address != self.address.cleared()]

    @property
    def meant(self) -> list[tuple[str, SearchAddress]]:
        """Return similar names, each with the address that looks for it."""
        return [(name, self.address.of_query(name)) for name in self.page.similar]

    @property
    def places(self) -> int:
        """Return in how many places people work; 0 if nobody may choose by place."""
        facet = self._facets.get(PLACE)
        return len([option for option in facet.options if option.value]) if facet else 0

    @property
    def kept(self) -> Iterator[tuple[str, str]]:
        """Yield what the form sends along although it shows no control for it."""
        if self.address.request.letter:
            yield "letter", self.address.request.letter
        if self.address.view != self.address.usual.view:
            yield "view", self.address.view
        if self.table is None and self.address.columns != self.address.usual.columns:
            yield from (("column", key) for key in self.address.columns or ("",))
        yield from (("all", key) for key in sorted(self.address.whole))
        for key, values in self.address.request.chosen.items():
            options = self._facets[key].options if key in self._facets else ()
            there = {option.value for option in options}
            yield from ((FIELD + key, value) for value in values if value not in there)

    def _chip(self, key: str, value: str) -> Chip:
        facet = self._facets.get(key)
        options = facet.options if facet else ()
        label = next((option.label for option in options if option.value == value), value)
        name = facet.label if facet else key
        text = label if value else f"{name}: {label}"
        whole = _("%(field)s: %(value)s", field=name, value=label)
        return Chip(text, _remove(whole), self.address.without_value(key, value))

    def _facet(self, facet: Facet, place: int) -> FacetList:
        is_long = len(facet.options) > SHOWN_AT_FIRST
        is_whole = is_long and facet.key in self.address.whole
        most = MOST_SHOWN if is_whole else SHOWN_AT_FIRST
        options = [
            option
            for number, option in enumerate(facet.options)
            if number < most or option.is_chosen
        ]
        return FacetList(
            key=facet.key,
            label=facet.label,
            choices=[Choice(facet.key, option) for option in options],
            count=len(facet.options),
            is_open=place < OPEN_AT_FIRST or facet.key in self.address.request.chosen,
            is_whole=is_whole,
            is_cut=is_whole and len(facet.options) > len(options),
            other=self._other_length(facet.key, is_whole=is_whole) if is_long else None,
        )

    def _other_length(self, key: str, *, is_whole: bool) -> SearchAddress:
        if is_whole:
            return self.address.showing_few_of(key)
        return self.address.showing_all_of(key)

    def _heading(self, key: str, label: Text | str) -> Heading:
        sort = self.address.request.sort
        if key != BY_NAME and key not in self._sortable:
            return Heading(label, None, "")
        if sort == key:
            return Heading(label, self.address.sorted_by(DOWNWARDS + key), "ascending")
        direction = "descending" if sort == DOWNWARDS + key else ""
        return Heading(label, self.address.sorted_by(key), direction)

    def _given_up(self, key: str, label: str) -> Text:
        request = self.address.request
        if key == "q":
            return _("Without “%(words)s”", words=request.query)
        if key == "letter":
            return _("Without the letter %(letter)s", letter=request.letter)
        return _("Without the filter “%(filter)s”", filter=shortened(label))


def _remove(condition: Text | str) -> Text:
    return _("Remove filter %(filter)s", filter=str(condition))
