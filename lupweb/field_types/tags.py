"""Free keywords."""

import csv
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from lupweb.errors import InvalidValue
from lupweb.field_types.base import (
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
    typed_text,
)
from lupweb.texts import _

MOST_TAGS = 100
LONGEST_TAG = 100
SEPARATOR = Markup('<span class="vh">, </span>')


class TagsType(FieldType):
    """Any words, each once, in alphabetical order: the values of a directory have none.

    In one text they are separated by commas; one that holds a comma itself stands in quotes.
    """

    key = "tags"
    label = _("Keywords")
    explanation = _("Any keywords, such as skills; people see what others use.")
    examples = ("Sonar, Code review", '"Paris, France", zz')
    control = Control.TAGS
    is_multiple = True

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the keywords, each once."""
        tags = [tag for text in typed for tag in _separated(typed_text(text))]
        long = next((tag for tag in tags if len(tag) > LONGEST_TAG), "")
        if long and long not in self.split(stored):
            raise InvalidValue(
                _(
                    "“%(tag)s…” is too long for a keyword. Separate keywords by commas.",
                    tag=long[:40],
                )
            )
        if len(tags) > max(MOST_TAGS, len(self.split(stored))):
            raise InvalidValue(_("There is room for %(most)s keywords.", most=MOST_TAGS))
        return self.joined(tags)

    def form_values(self, value: str) -> list[str]:
        """Return the keywords, in quotes where they hold a comma."""
        return [_quoted(tag) for tag in self.split(value)]

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return each keyword by itself."""
        chips = [Markup('<span class="chip">{}</span>').format(tag) for tag in self.split(value)]
        return Markup('<span class="chips">{}</span>').format(SEPARATOR.join(chips))


def _separated(text: str) -> Iterable[str]:
    if '"' not in text:
        return (tag for part in text.split(",") if (tag := part.strip()))
    parts = next(csv.reader([text], skipinitialspace=True), [])
    return (tag for part in parts if (tag := part.strip()))


def _quoted(tag: str) -> str:
    if "," not in tag and '"' not in tag:
        return tag
    return '"' + tag.replace('"', '""') + '"'
