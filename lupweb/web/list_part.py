"""What the people page says about lists: those to choose from, and how to keep what is shown."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lupweb.lists.contents import ListContent
from lupweb.lists.queries import ListLine
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.tables import columns_offered, usual_columns
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout
from lupweb.web.list_address import content_of
from lupweb.web.list_menu import lists_offered
from lupweb.web.search_address import Look, SearchAddress


@dataclass(frozen=True)
class ColumnChoice:
    """A field that may be a column of the table."""

    field: FieldLayout
    is_chosen: bool


@dataclass(frozen=True)
class ListPart:
    """Lists beside one page of people.

    :param saved: the list whose page it is; None: the people page
    """

    address: SearchAddress
    saved: ListLine | None

    @property
    def title(self) -> str:
        """Return the name of the list, "" on the people page."""
        return self.saved.name if self.saved else ""

    @property
    def offered(self) -> Sequence[ListLine]:
        """Return the lists to choose from."""
        return lists_offered()

    @cached_property
    def made_of(self) -> Hashable:
        """Return all that, beside the address, decides what the page says of lists."""
        lines = tuple((line.key, line.name) for line in self.offered)
        return lines, self.saved, self.may_change

    @property
    def state(self) -> str:
        """Return what is asked for, from the first page on, as the forms of lists send it."""
        plain = replace(self.address.page(1), usual=Look(), whole=frozenset(), is_stored=False)
        return plain.query_string

    @property
    def is_changed(self) -> bool:
        """Return whether something else is asked for than the list says."""
        return self.saved is not None and content_of(self.address) != self.saved.content

    @property
    def may_change(self) -> bool:
        """Return whether the viewer may let the list ask for this."""
        if self.saved is None:
            return False
        return not self.saved.is_shared or viewer().is_administrator

    @property
    def changeable(self) -> str:
        """Return the key of the list that the viewer may let ask for something else, or ""."""
        return self.saved.key if self.saved and self.may_change else ""

    @property
    def is_worth_keeping(self) -> bool:
        """Return whether it is anything else than everybody, as the viewer always sees them."""
        usual = self.address.usual
        return content_of(self.address) != ListContent(view=usual.view, columns=usual.columns)

    @property
    def looks_unusual(self) -> bool:
        """Return whether people are laid out otherwise than the viewer always sees them."""
        return Look(self.address.view, self.address.columns) != self.address.usual

    @cached_property
    def columns(self) -> list[ColumnChoice]:
        """Return the columns of the table that can be chosen."""
        chosen = self.address.columns or [
            field.key for field in usual_columns(viewer(), page_layout())
        ]
        offered = columns_offered(viewer(), page_layout())
        return [ColumnChoice(field, field.key in chosen) for field in offered]


def list_part(address: SearchAddress, saved: ListLine | None) -> ListPart:
    """Return what a page of people says about lists."""
    return ListPart(address, saved)
