"""The address of a search: read into a request, and written again with a little changed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from lupweb.search.request import BY_NAME, OTHER_LETTERS, SearchRequest
from lupweb.web.paging import page_number

CARDS, LIST, TABLE = "cards", "list", "table"
VIEWS = (CARDS, LIST, TABLE)
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ") | {OTHER_LETTERS}
FIELD = "f."
LONGEST_QUERY = 200
LONGEST_VALUE = 1_000
MOST_VALUES = 100

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class SearchAddress:
    """What an address asks for, and how the answer is laid out; as a string, the address.

    :param path: the page, or the export, that is asked
    :param view: one of `VIEWS`
    :param whole: keys of the facets of which every option is shown
    """

    path: str
    request: SearchRequest = field(default_factory=SearchRequest)
    view: str = CARDS
    whole: frozenset[str] = frozenset()

    def __str__(self) -> str:
        query = urlencode(list(self._pairs()))
        return f"{self.path}?{query}" if query else self.path

    def page(self, number: int) -> "SearchAddress":
        """Return the address of another page of the same result."""
        return replace(self, request=replace(self.request, page=number))

    def at(self, path: str) -> "SearchAddress":
        """Return the address that asks somebody else for the same people."""
        return replace(self, path=path, view=CARDS, whole=frozenset()).page(1)

    def seen_as(self, view: str) -> "SearchAddress":
        """Return the address of the same page in another view."""
        return replace(self, view=view)

    def of_letter(self, letter: str) -> "SearchAddress":
        """Return the address of those whose last names begin with `letter`; "": of all."""
        return self._asking(letter=letter)

    def of_query(self, query: str) -> "SearchAddress":
        """Return the address of the same search for other words."""
        return self._asking(query=query)

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

        :param key: "q", "letter", or the key of a field
        """
        if key == "q":
            return self.of_query("")
        if key == "letter":
            return self.of_letter("")
        return self._asking(
            chosen={name: each for name, each in self.request.chosen.items() if name != key}
        )

    def cleared(self) -> "SearchAddress":
        """Return the address of everybody, in the same order and view."""
        return replace(self, request=SearchRequest(sort=self.request.sort))

    def unfiltered(self) -> "SearchAddress":
        """Return the address of the same words without letter and chosen values."""
        return self._asking(letter="", chosen={})

    def continues(self, earlier: str) -> bool:
        """Return whether somebody only goes on typing, coming from the address `earlier`."""
        try:
            before = read_address(self.path, parse_qsl(urlsplit(earlier).query))
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
        for key, values in request.chosen.items():
            for value in values:
                yield FIELD + key, value
        for name, value, usual in (
            ("letter", request.letter, ""),
            ("sort", request.sort, BY_NAME),
            ("view", self.view, CARDS),
        ):
            if value != usual:
                yield name, value
        yield from (("all", key) for key in sorted(self.whole))
        if request.page > 1:
            yield "page", str(request.page)


def read_address(path: str, pairs: Pairs) -> SearchAddress:
    """Return what an address asks for; what it says wrong or twice is as if it were not there.

    :param pairs: names and values of the query string, in their order; any text
    """
    said: dict[str, str] = {}
    whole: set[str] = set()
    chosen: dict[str, list[str]] = {}
    for name, value in list(pairs)[: 2 * MOST_VALUES]:
        if name.startswith(FIELD):
            chosen.setdefault(name.removeprefix(FIELD), []).append(value)
        elif name == "all":
            whole.add(value)
        else:
            said.setdefault(name, value)
    request = SearchRequest(
        query=_shown(said.get("q", ""))[:LONGEST_QUERY].strip(),
        letter=_letter(said.get("letter", "")),
        chosen=_chosen(chosen),
        sort=_shown(said.get("sort", ""))[:LONGEST_VALUE] or BY_NAME,
        page=page_number(said.get("page", "")),
    )
    view = said.get("view", CARDS)
    return SearchAddress(path, request, view if view in VIEWS else CARDS, frozenset(whole))


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
