"""What shared lists and start pages name: fields, lists, pages. Pure.

A list whose filter nobody could ask is offered to nobody (`lists.contents.may_ask`), without a
word. So whoever sets it up is told at once, and a list that broke later says so to administrators.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lupweb import clock
from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.faults import Place
from lupweb.configfile.field_settings import type_options
from lupweb.configfile.keys import Entry
from lupweb.errors import FilterRefused, InvalidValue
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.field_types.base import FieldType
from lupweb.lists.contents import CHOSEN, USUAL_SORT, ListContent
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.search.column_fields import has_column
from lupweb.search.filter_binding import bind
from lupweb.search.filter_fields import NEAR
from lupweb.search.grammar import parse
from lupweb.search.grammar_errors import sentence_of
from lupweb.search.request import NEWEST
from lupweb.texts import Text, _

Setup = Mapping[str, Mapping[str, Any]]
Fields = Mapping[str, FieldLayout]
ORDERS = frozenset({USUAL_SORT, NEWEST})
BACKWARDS = "-"
PAGE = re.compile(
    r"/people(/(?!export\.)[^/]+)?"
    r"|/org-chart(/(?P<chart>[^/.]+))?"
    r"|/lists(/(?P<list>[^/]+))?"
    r"|/contacts(/anniversaries)?"
    r"|/activity"
    r"|/mine/tokens"
    r"|/admin(/[^/]+)*"
)
"""Pages on which somebody can start."""
ASKED = re.compile(r"/people|/lists/[^/]+")
"""Those of them whose addresses say which people are shown, and how."""
ADMINISTRATION = re.compile(r"/admin(/.*)?")


def broken_lists(setup: Setup, named: Setup) -> Iterator[tuple[Place, Text]]:
    """Yield what lists and start pages name that is not there, with its place.

    :param named: what is set up now; what stands elsewhere may have broken long ago
    """
    lists = named.get("lists", {})
    starts = named.get("start_pages", {})
    layout = _layout(setup) if lists or starts else Layout(())
    for label, entry in lists.items():
        for name, sentence in _broken_list(layout, entry):
            yield ("lists", label, name), sentence
    for label, entry in starts.items():
        for sentence in _broken_start(setup, layout, entry):
            yield ("start_pages", label, "page"), sentence


def idle_lists(setup: Setup) -> dict[str, Text]:
    """Return key -> why, of the lists that are offered to nobody as the set-up is."""
    layout = _layout(setup)
    found: dict[str, Text] = {}
    for label, entry in setup["lists"].items():
        for name, sentence in _broken_list(layout, entry):
            if name in {"query", "address"}:
                found.setdefault(label, sentence)
    return found


def doubtful_starts(setup: Setup) -> dict[str, Text]:
    """Return label -> what is odd, of the start pages that lead fewer people than they say."""
    found: dict[str, Text] = {}
    is_settled = False
    for label, entry in setup["start_pages"].items():
        groups = setup["lists"].get(entry["list"], {}).get("groups", ())
        if is_settled:
            found[label] = _("Nobody starts here: everyone does by a row above. Move this one up.")
        elif entry["group"] and groups and entry["group"] not in groups:
            found[label] = _(
                "The list is not offered to this group. Only those of them start on it who belong"
                " to one of its groups as well; the others are passed on to the next row."
            )
        is_settled = is_settled or not (entry["group"] or groups)
    return found


def broken_starts(setup: Setup) -> dict[str, Text]:
    """Return label -> why, of the start pages that lead nobody where they say: broken later."""
    layout, idle = _layout(setup), idle_lists(setup)
    found: dict[str, Text] = {}
    for label, entry in setup["start_pages"].items():
        sentence = next(_broken_start(setup, layout, entry), None)
        if entry["list"] in idle:
            found[label] = _(
                "Nobody starts here: the list is offered to nobody. %(why)s",
                why=str(idle[entry["list"]]),
            )
        elif sentence:
            found[label] = _(
                "Whoever starts here does not find what was meant. %(why)s", why=str(sentence)
            )
    return found


def _broken_list(layout: Layout, entry: Entry) -> Iterator[tuple[str, Text]]:
    fields = {field.key: field for field in layout.fields()}
    refused = _refusal(layout, entry["query"])
    if refused:
        yield "query", sentence_of(refused)
    for key in sorted(ListContent(address=entry["address"]).chosen_keys):
        sentence = _not_to_choose(fields, key)
        if sentence:
            yield "address", sentence
    sentence = _no_order(fields, entry["sort"].removeprefix(BACKWARDS))
    if sentence:
        yield "sort", sentence
    for key in entry["columns"]:
        if key not in fields:
            yield "columns", _no_field(key, fields)


def _broken_start(setup: Setup, layout: Layout, entry: Entry) -> Iterator[Text]:
    """Yield what is wrong with the page on which people start."""
    page = urlsplit(entry["page"])
    path = page.path.rstrip("/")
    if not page.path.startswith("/"):
        return  # said by the rules of the row
    missing = _no_page(setup, page.path)
    if missing:
        yield missing
    elif ADMINISTRATION.fullmatch(path) and not _administrates(setup, entry["group"]):
        yield _(
            "Pages of the administration are only for administrators. Choose one of their groups"
            " for this row, or another page."
        )
    elif ASKED.fullmatch(path):
        yield from _broken_address(layout, parse_qsl(page.query, keep_blank_values=True))


def _administrates(setup: Setup, group: str) -> bool:
    return any(group in role["groups"] for role in setup["roles"].values())


def _broken_address(layout: Layout, pairs: Iterable[tuple[str, str]]) -> Iterator[Text]:
    """Yield what the address of a page of people asks for and nobody could ask."""
    fields = {field.key: field for field in layout.fields()}
    for name, value in pairs:
        sentence = None
        if name == "filter":
            refused = _refusal(layout, value, with_grammar=True)
            sentence = sentence_of(refused) if refused else None
        elif name.startswith(CHOSEN):
            sentence = _not_to_choose(fields, name.removeprefix(CHOSEN))
        elif name == "sort" and value:
            sentence = _no_order(fields, value.removeprefix(BACKWARDS))
        elif name == "column" and value and value not in fields:
            sentence = _no_field(value, fields)
        if sentence:
            yield sentence


def _not_to_choose(fields: Fields, key: str) -> Text | None:
    if key not in fields:
        return _no_field(key, fields)
    if not fields[key].facet:
        return _("“%(key)s” is no filter beside the people, so nobody can choose by it.", key=key)
    return None


def _no_order(fields: Fields, key: str) -> Text | None:
    if key in ORDERS:
        return None
    if key not in fields:
        return _no_field(key, fields)
    if not has_column(fields[key]):
        return _(
            "Nobody is ordered by “%(key)s”: it is neither a filter nor a column of the table.",
            key=key,
        )
    return None


def _refusal(layout: Layout, query: str, *, with_grammar: bool = False) -> FilterRefused | None:
    """Return why nobody could ask a filter; None: somebody can.

    :param with_grammar: whether what is no filter at all counts: the rules of a list say it
    """
    try:
        parse(query)
    except FilterRefused as refused:
        return refused if with_grammar else None
    try:
        bind(OPERATOR, layout, query, clock.now().date())
    except FilterRefused as refused:
        return refused
    return None


def _no_field(key: str, others: Iterable[str]) -> Text:
    """Return that a field is not there, and which of `others` may be meant."""
    near = get_close_matches(key[:63], list(others), n=1, cutoff=NEAR)
    if near:
        said = {"key": key[:63], "field": near[0]}
        return _("There is no field “%(key)s”. Did you mean “%(field)s”?", **said)
    return _("There is no field “%(key)s”.", key=key[:63])


def _no_page(setup: Setup, path: str) -> Text | None:
    """Return why nobody can start on a path, or None."""
    found = PAGE.fullmatch(path.rstrip("/"))
    if not path.rstrip("/"):
        return None  # the start itself: said by the rules of the row
    if found is None:
        return _(
            "There is no page “%(path)s” to start on. Write the address of people, of a list, of an"
            " org chart or of contacts, as it stands in the browser.",
            path=path[:63],
        )
    if found["list"] and found["list"] not in setup["lists"]:
        return _("There is no list “%(key)s”.", key=found["list"][:63])
    if found["chart"] and found["chart"] not in setup["org_charts"]:
        return _("There is no org chart “%(key)s”.", key=found["chart"][:63])
    return None


def _layout(setup: Setup) -> Layout:
    """Return the fields of a set-up as filters look for them: by key, and by name in each language.

    Whoever reads what is decided elsewhere: here it only counts that somebody can.
    """
    fields = tuple(
        _field(number, key, name, entry)
        for number, (key, entry) in enumerate(setup["fields"].items(), start=1)
        for name in dict.fromkeys([entry["name"], *map(str, entry["names"].values())])
    )
    return Layout((CategoryLayout(1, "fields", "", frozenset(), fields),))


def _field(number: int, key: str, name: str, entry: Entry) -> FieldLayout:
    nobody: frozenset[int] = frozenset()
    return FieldLayout(
        id=number,
        key=key,
        name=name,
        type=_type(entry),
        help_text="",
        source=Source.USER,
        attribute="",
        searchable=True,
        in_profile=True,
        in_table=entry["in_table"],
        on_card=False,
        facet=entry["facet"],
        applies_to=nobody,
        category_visible_to=nobody,
        visible_to=nobody,
        stays_findable=False,
    )


def _type(entry: Entry) -> FieldType:
    kind = FIELD_TYPES.get(entry["type"])
    try:
        return kind(kind.check_options(type_options(entry))) if kind else field_type("text")
    except InvalidValue:
        return field_type("text")  # what is wrong with the field is said at the field
