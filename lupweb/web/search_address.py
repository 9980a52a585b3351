"""The address of a search: read into a request, and written again with a little changed. Pure."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from urllib.parse import parse_qsl, quote_plus, urlsplit

from lupweb.errors import FilterRefused
from lupweb.search.grammar import LONGEST_FILTER
from lupweb.search.request import BY_NAME, FILTER, OTHER_LETTERS, SearchRequest
from lupweb.web.paging import page_number

CARDS, LIST, TABLE, GALLERY = "cards", "list", "table", "gallery"
VIEWS = (CARDS, LIST, TABLE, GALLERY)
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ") | {OTHER_LETTERS}
FIELD = "f."
LONGEST_QUERY = 200
LONGEST_VALUE = 1_000
MOST_VALUES = 100
MOST_COLUMNS = 20

Pairs = Iterable[tuple[str, str]]
LETTER = "letter"
_quoted = lru_cache(1_000)(quote_plus)
"""The same few words stand in some forty addresses of a page."""


@dataclass(frozen=True)
class Look:
    """How a result is laid out.

    :param view: one of `VIEWS`
    :param columns: keys of fields, the columns of the table; none: those of the site
    """

    view: str = CARDS
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchAddress:
    """What an address asks for, and how the answer is laid out; as a string, the address.

    :param path: the page, or the export, that is asked
    :param view: one of `VIEWS`
    :param whole: keys of the facets of which every option is shown
    :param columns: as in `Look`
    :param usual: how a result is laid out for this reader where an address does not say
    :param is_stored: an address that says nothing means conditions that are stored under its path
    """

    path: str
    request: SearchRequest = field(default_factory=SearchRequest)
    view: str = CARDS
    whole: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    usual: Look = Look()
    is_stored: bool = False

    def __str__(self) -> str:
        query = self.query_string
        return f"{self.path}?{query}" if query else self.path

    @property
    def key(self) -> Hashable:
        """Return what tells it from other addresses, wherever it says nothing included."""
        asked = self.request
        chosen = tuple(asked.chosen.items())
        return (
            self.path, self.view, self.whole, self.columns, self.usual, self.is_stored, chosen,
            asked.query, asked.letter, asked.sort, asked.page, asked.filter, asked.is_saved,
        )  # fmt: skip

    @cached_property
    def query_string(self) -> str:
        """Return what stands behind the path."""
        return _encoded(self._pairs()) or ("q=" if self.is_stored else "")

    def as_stored(self) -> "SearchAddress":
        """Return the same address, below the path of a list."""
        return replace(self, request=replace(self.request, is_saved=True), is_stored=True)

    def page(self, number: int) -> "SearchAddress":
        """Return the address of another page of the same result."""
        return replace(self, request=replace(self.request, page=number))

    def at(self, path: str) -> "SearchAddress":
        """Return the address that asks somebody else for the same people."""
        request = replace(self.request, page=1)
        return SearchAddress(path, request)

    def taken_along(self, path: str, shown: Iterable[str]) -> "SearchAddress":
        """Return the address of a table of the same people, with the columns that are shown.

        :param shown: keys of the columns; none, or more than an address says: everything
        """
        columns = tuple(shown)
        return replace(self.at(path), columns=columns if len(columns) <= MOST_COLUMNS else ())

    def seen_as(self, view: str) -> "SearchAddress":
        """Return the address of the same page in another view."""
        return replace(self, view=view)

    def of_letter(self, letter: str) -> "SearchAddress":
        """Return the address of those whose last names begin with `letter`; "": of all."""
        return self._asking(letter=letter)

    def of_letters(self, letters: Iterable[str]) -> dict[str, str]:
        """Return what `of_letter` does, as texts, for some letters that are none of them "".

        A page has one for every letter: what they have in common is written once.
        """
        some = self.of_letter(OTHER_LETTERS)
        before, behind = (_encoded(part) for part in _parted(some._pairs(), LETTER))
        ends = f"&{behind}" if behind else ""
        start = f"{self.path}?{before}&" if before else f"{self.path}?"
        return {each: f"{start}{LETTER}={_quoted(each)}{ends}" for each in letters}

    def of_query(self, query: str) -> "SearchAddress":
        """Return the address of the same search for other words."""
        return self._asking(query=query)

    def of_filter(self, written: str) -> "SearchAddress":
        """Return the address of those, of the same people, whom a filter keeps; "": of all."""
        return self._asking(filter=written)

    def of_refused(self, refused: FilterRefused | None) -> "SearchAddress":
        """Return the address with the filter that was refused; None: as it is.

        It is asked for nevertheless: the page says why not again, and no file has everybody.
        """
        if refused is None:
            return self
        return replace(self, request=replace(self.request, filter=refused.text))

    def sorted_by(self, sort: str) -> "SearchAddress":
        """Return the address of the same people in another order."""
        return self._asking(sort=sort)

    def showing_all_of(self, key: str) -> "SearchAddress":
        """Return the address of the same page with every option of a facet."""
        return replace(self, whole=self.whole | {key})

    def showing_few_of(self, key: str) -> "SearchAddress":
        """Return the address of the same page with the first options of a facet."""
        return replace(self, whole=self.whole - {key})

    def with_value(self, key: str, value: str) -> "SearchAddress":
        """Return the address of those, of the same people, who have this value."""
        return self._asking(chosen={**self.request.chosen, key: (value,)})

    def without_value(self, key: str, value: str) -> "SearchAddress":
        """Return the address with one chosen value less."""
        kept = {
            name: tuple(each for each in values if (name, each) != (key, value))
            for name, values in self.request.chosen.items()
        }
        return self._asking(chosen={name: values for name, values in kept.items() if values})

    def without(self, key: str) -> "SearchAddress":
        """Return the address without one condition.

        :param key: "q", "letter", "(filter)", or the key of a field
        """
        if key == "q":
            return self.of_query("")
        if key == "letter":
            return self.of_letter("")
        if key == FILTER:
            return self.of_filter("")
        return self._asking(
            chosen={name: each for name, each in self.request.chosen.items() if name != key}
        )

    def cleared(self) -> "SearchAddress":
        """Return the address of everybody, in the same order and view."""
        return replace(self, request=SearchRequest(sort=self.request.sort))

    def unfiltered(self) -> "SearchAddress":
        """Return the address of the same words without letter, filter and chosen values."""
        return self._asking(letter="", filter="", chosen={})

    def continues(self, earlier: str) -> bool:
        """Return whether somebody only goes on typing, coming from the address `earlier`."""
        if not earlier:
            return False
        try:
            before = read_address(self.path, parse_qsl(urlsplit(earlier).query), self.usual)
            before = before.as_stored() if self.is_stored else before
        except ValueError:
            return False
        same_words = before.of_query(self.request.query) == self.page(1)
        return bool(before.request.query and self.request.query) and same_words

    def _asking(self, **changes: object) -> "SearchAddress":
        request: SearchRequest = replace(self.request, **{"page": 1, **changes})  # type: ignore[arg-type]
        return replace(self, request=request)

    def _pairs(self) -> Pairs:
        request = self.request
        if request.query:
            yield "q", request.query
        if request.filter:
            yield "filter", request.filter
        for key, values in request.chosen.items():
            for value in values:
                yield FIELD + key, value
        for name, value, usual in (
            (LETTER, request.letter, ""),
            ("sort", request.sort, BY_NAME),
            ("view", self.view, self.usual.view),
        ):
            if value != usual:
                yield name, value
        has_own_columns = self.columns != self.usual.columns
        yield from (("column", key) for key in (self.columns or ("",)) * has_own_columns)
        yield from (("all", key) for key in sorted(self.whole))
        if request.page > 1:
            yield "page", str(request.page)


def read_address(path: str, pairs: Pairs, usual: Look = Look()) -> SearchAddress:
    """Return what an address asks for; what it says wrong or twice is as if it were not there.

    :param pairs: names and values of the query string, in their order; any text
    :param usual: how a result is laid out where the address does not say
    """
    said: dict[str, str] = {}
    lists: dict[str, list[str]] = {"all": [], "column": []}
    chosen: dict[str, list[str]] = {}
    for name, value in list(pairs)[: 2 * MOST_VALUES]:
        if name.startswith(FIELD):
            chosen.setdefault(name.removeprefix(FIELD), []).append(value)
        elif name in lists:
            lists[name].append(_shown(value))
        else:
            said.setdefault(name, value)
    request = SearchRequest(
        query=_shown(said.get("q", ""))[:LONGEST_QUERY].strip(),
        letter=_letter(said.get("letter", "")),
        chosen=_chosen(chosen),
        sort=_shown(said.get("sort", ""))[:LONGEST_VALUE] or BY_NAME,
        page=page_number(said.get("page", "")),
        filter=_shown(said.get("filter", ""))[: LONGEST_FILTER + 1].strip(),
    )
    view = said.get("view", usual.view)
    columns = tuple(dict.fromkeys(filter(None, lists["column"])))[:MOST_COLUMNS]
    return SearchAddress(
        path,
        request,
        view if view in VIEWS else usual.view,
        frozenset(lists["all"]),
        columns if lists["column"] else usual.columns,
        usual,
    )


def _encoded(pairs: Pairs) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def _parted(pairs: Pairs, name: str) -> tuple[Pairs, Pairs]:
    """Return the pairs before and behind the one of this name."""
    found = list(pairs)
    place = next(number for number, pair in enumerate(found) if pair[0] == name)
    return found[:place], found[place + 1 :]


def _letter(text: str) -> str:
    letter = text.strip().upper()
    return letter if letter in LETTERS else ""


def _chosen(values: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(dict.fromkeys(_shown(value)[:LONGEST_VALUE] for value in given))
        for key, given in values.items()
        if key and key.isprintable()
    }


def _shown(text: str) -> str:
    """Return `text` without NUL, which PostgreSQL would not take."""
    return text.replace("\0", "")
