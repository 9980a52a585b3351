"""What a list asks for, and whether somebody may ask for all of it; asks no database."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl

from lupweb.accounts.viewers import Viewer
from lupweb.errors import FilterRefused, InvalidValue
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.filter_binding import bind
from lupweb.texts import _

VIEWS = ("cards", "list", "table", "gallery")
CHOSEN = "f."
"""What names of chosen fields begin with in an address."""
OTHERS = frozenset({"q", "letter"})
"""What else the address of a list may say; view, order and columns stand beside it."""
LONGEST_ADDRESS = 4_000
MOST_COLUMNS = 20
USUAL_SORT = "name"


@dataclass(frozen=True)
class ListContent:
    """Conditions by which people are found, and how they are laid out, as `SavedList` says.

    :param query: in the filter language
    :param address: words, chosen values and letter, as an address writes them
    :param columns: keys of fields; none: the columns of the site
    """

    query: str = ""
    address: str = ""
    view: str = VIEWS[0]
    sort: str = USUAL_SORT
    columns: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values of the address."""
        return parse_qsl(self.address, keep_blank_values=True)

    @property
    def chosen_keys(self) -> frozenset[str]:
        """Return the keys of the fields of which values are chosen."""
        names = (name for name, _value in self.pairs if name.startswith(CHOSEN))
        return frozenset(name.removeprefix(CHOSEN) for name in names)


def check_address(address: str) -> None:
    """Refuse the address of a list that nobody could open.

    :raises InvalidValue: saying what is wrong
    """
    if len(address) > LONGEST_ADDRESS:
        raise InvalidValue(
            _(
                "These conditions are too long to be kept: at most %(most)s characters.",
                most=LONGEST_ADDRESS,
            )
        )
    for name, _value in parse_qsl(address, keep_blank_values=True):
        if name not in OTHERS and not (name.startswith(CHOSEN) and len(name) > len(CHOSEN)):
            raise InvalidValue(
                _(
                    "“%(name)s” says nothing here. Write q=…, letter=… and f.<field>=…, as the"
                    " address of the people page does.",
                    name=name[:63],
                )
            )


def may_ask(viewer: Viewer, layout: Layout, content: ListContent, today: date) -> bool:
    """Return whether `viewer` may ask for all that a list asks for.

    A field that is not there, one by which nobody chooses and one that the viewer may not read
    answer alike: nothing tells them apart (hostile-input.md B35).
    """
    if content.chosen_keys:
        choosable = {each.key for each in layout.fields() if each.facet and may_read(viewer, each)}
        if not content.chosen_keys <= choosable:
            return False
    try:
        bind(viewer, layout, content.query, today)
    except FilterRefused:
        return False
    return True
