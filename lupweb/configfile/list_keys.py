"""The keys of shared lists and start pages, and what one of them must keep to by itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lupweb.configfile.keys import Entry, Key, Kind, Value, stable_name
from lupweb.errors import FilterRefused, InvalidValue
from lupweb.lists.contents import MOST_COLUMNS, USUAL_SORT, VIEWS, check_address
from lupweb.lists.service import checked_list_name
from lupweb.search.grammar import parse
from lupweb.search.grammar_errors import sentence_of
from lupweb.texts import Text, _

Broken = Iterator[tuple[str, Text | str]]
EVERYBODY = "*"
"""The label of the start page of everybody: no group can be called so."""
NO_KEYS = frozenset({"new", "look"})
"""Addresses below /lists that are no list."""
LONGEST_PAGE = 1_000
HOST = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:(?P<port>[0-9]{1,9}))?")
PORTS = range(1, 65_536)


def _named_like_key(given: Mapping[str, Any]) -> Mapping[str, Value]:
    return {"name": given.get("key", "")}


LISTS = Kind(
    "lists",
    (
        stable_name("key"),
        Key("name", "", _("What people read."), shown="the key"),
        Key("query", "", _("Who is in it, in the filter language: filters.md. Empty: everybody.")),
        Key(
            "address",
            "",
            _("More conditions, written as in the address of the people page, such as `q=anna`."),
        ),
        Key("view", VIEWS[0], _("How people are shown."), VIEWS),
        Key("sort", USUAL_SORT, _("The order: `name`, `newest` or a field; “-” turns it round.")),
        Key("columns", (), _("Fields that are columns of the table. Empty: those of the site.")),
        Key("groups", (), _("Groups that get it offered. Empty: everybody."), is_set=True),
    ),
    identity="key",
    defaults=_named_like_key,
)


def start_label(entry: Mapping[str, Any]) -> str:
    """Return by what a start page is known: the group, or `EVERYBODY`."""
    group = entry.get("group", "")
    return group if isinstance(group, str) and group else EVERYBODY


START_PAGES = Kind(
    "start_pages",
    (
        Key("group", "", _("Group whose people start there. Empty: everybody.")),
        Key("list", "", _("Key of the list that they start on.")),
        Key("page", "", _("Address of another page of this site, such as /people?view=table.")),
    ),
    label=start_label,
)


def list_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one shared list."""
    if entry["key"] in NO_KEYS:
        yield "key", _("This word is used in addresses already. Choose another key.")
    try:
        checked_list_name(entry["name"])
    except InvalidValue as error:
        yield "name", error.message
    try:
        parse(entry["query"])
    except FilterRefused as error:
        yield "query", sentence_of(error)
    try:
        check_address(entry["address"])
    except InvalidValue as error:
        yield "address", error.message
    if len(entry["columns"]) > MOST_COLUMNS:
        yield "columns", _("A table has at most %(most)s columns.", most=MOST_COLUMNS)


def start_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one start page."""
    page = entry["page"]
    if bool(entry["list"]) == bool(page):
        yield "list", _("Say where people start: on a list, or on another page.")
    if page and (not page.startswith("/") or page.startswith("//") or "\\" in page):
        yield "page", _("Write the address of a page of this site. It begins with one “/”.")
    elif page and (not page.isprintable() or len(page) > LONGEST_PAGE):
        yield "page", _("This is no address of a page.")
    elif page and urlsplit(page).path == "/":
        yield "page", _("This is where people start from. Name another page, such as /people.")


def host_rules(hosts: tuple[str, ...]) -> Iterator[Text]:
    """Yield what is wrong with the hosts that may show lists in their pages."""
    for host in hosts:
        found = HOST.fullmatch(host)
        if found and int(found["port"] or 1) not in PORTS:
            yield _(
                "“%(host)s” names a port that does not exist: ports are numbers from 1 to 65535.",
                host=host[:100],
            )
        elif not found:
            yield _(
                "“%(host)s” is no host. Write a name such as intranet.example.com, with a port"
                " if it needs one, without https:// and without *.",
                host=host[:100],
            )
