"""What a filter may name: the fields that a viewer may read, and what everybody has."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from lupweb.accounts.viewers import Viewer
from lupweb.field_types import field_type
from lupweb.field_types.base import FieldType
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.folding import fold
from lupweb.texts import LANGUAGES, Text, _, speaking

NEAR = 0.75
"""How like a name has to be to be suggested: a letter or two are wrong."""
ADDED = "added"
"""Names the day since which somebody is here."""


@dataclass(frozen=True)
class OwnColumn:
    """What every person has, whatever the profile: a column of the table `person`, or a day."""

    key: str
    label: Text
    type_key: str = "text"

    @property
    def type(self) -> FieldType:
        """Return the type of its values."""
        return field_type(self.type_key)

    @property
    def names(self) -> Iterator[str]:
        """Yield what it is called in every language of the site."""
        for code in LANGUAGES:
            with speaking(code):
                yield str(self.label)


OWN_COLUMNS = (
    OwnColumn("name", _("Name")),
    OwnColumn("login", _("Login")),
    OwnColumn("email", _("Email")),
    OwnColumn(ADDED, _("Added"), "date"),
)
Filterable = FieldLayout | OwnColumn


def find_filterable(viewer: Viewer, layout: Layout, written: str) -> Filterable | None:
    """Return what a filter names by key or label, or None if there is no such thing.

    What the viewer may not read is as if it were not there (hostile-input.md B35). A key goes
    before a label, and a field of the profile before what everybody has.
    """
    wanted = fold(written.strip())
    for name, field in _named(viewer, layout):
        if name == wanted:
            return field
    return None


def nearest_name(viewer: Viewer, layout: Layout, written: str) -> str:
    """Return the key of the field that may be meant by a name that none has; "" if none is near."""
    named = {name: field.key for name, field in reversed(list(_named(viewer, layout)))}
    near = get_close_matches(fold(written.strip()), named, n=1, cutoff=NEAR)
    return named[near[0]] if near else ""


def readable_fields(viewer: Viewer, layout: Layout) -> list[FieldLayout]:
    """Return the fields of the profile that `viewer` may filter by, in their order."""
    return [field for field in layout.fields() if may_read(viewer, field)]


def _named(viewer: Viewer, layout: Layout) -> Iterator[tuple[str, Filterable]]:
    readable = readable_fields(viewer, layout)
    yield from ((fold(field.key), field) for field in readable)
    yield from ((each.key, each) for each in OWN_COLUMNS)
    yield from ((fold(field.name), field) for field in readable)
    yield from ((fold(name), each) for each in OWN_COLUMNS for name in each.names)
