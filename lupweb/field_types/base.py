"""What a type of field promises to every surface that shows, finds, reads or edits its values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.options import TypeOption, checked_options
from lupweb.field_types.ordering import sort_text, without_twins
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import Text, _

LONGEST = 10_000
"""Characters of one value that are taken from outside."""
MOST_ITEMS = 1_000
MOST_CHARACTERS = 100_000
"""Of a field with several values, all of them together."""


@dataclass(frozen=True)
class PersonLink:
    """A person that a value names: what to show, and the address of the profile."""

    name: str
    login: str
    address: str


People = Mapping[str, PersonLink]
"""One value, as it is stored -> whom it names."""
NOBODY: People = MappingProxyType({})


class Control(StrEnum):
    """How people enter a value; each has one template."""

    LINE = "line"
    LINES = "lines"
    CHOICES = "choices"
    CHECKBOXES = "checkboxes"
    TREE = "tree"
    TAGS = "tags"
    DATE = "date"
    PERSON = "person"
    PEOPLE = "people"
    SWITCH = "switch"
    HANDLE = "handle"


@dataclass(frozen=True)
class Choice:
    """Something that may be chosen.

    :param value: what the form posts and the document stores
    :param group: the heading that it stands under; "" is none
    :param is_known: False for a value that a directory delivered and no administrator offers
    """

    value: str
    label: str
    group: str = ""
    is_known: bool = True


@dataclass(frozen=True)
class FieldType:
    """A kind of value. Values are text; an empty text means that there is none.

    A field with several values stores one in each line.

    :param options: the administrator's choices for one field of this type, and the site's `region`
    """

    options: Mapping[str, Any]

    key: ClassVar[str]
    label: ClassVar[Text]
    explanation: ClassVar[Text]
    examples: ClassVar[tuple[str, ...]]
    """What somebody may type, or a source deliver, under `example_options`."""
    example_options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    option_list: ClassVar[tuple[TypeOption, ...]] = ()
    control: ClassVar[Control] = Control.LINE
    input_type: ClassVar[str] = "text"
    """The `type` of the input, where the control is one line."""
    is_multiple: ClassVar[bool] = False
    is_facet: ClassVar[bool] = True
    """Whether it may be a filter beside the list of people; `split` gives the filter's values."""
    can_write: ClassVar[bool] = True
    """Whether what people enter may be saved to LDAP."""
    refers_to_person: ClassVar[bool] = False
    refers_to_people: ClassVar[bool] = False

    @classmethod
    def check_options(cls, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options as they are stored: checked, without those at their default.

        :raises InvalidValue: if one is unknown, of another kind, or does not fit the others
        """
        checked = checked_options(cls.option_list, options)
        cls.check_together(checked)
        return checked

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse options of which each is right and all together are not.

        :raises InvalidValue: with what to change
        """

    def option(self, name: str) -> Any:
        """Return an option, or its default."""
        if name in self.options:
            return self.options[name]
        return next((each.default for each in self.option_list if each.name == name), None)

    @property
    def names_people(self) -> bool:
        """Return whether values of this type name people of the site, one or several."""
        return self.refers_to_person or self.refers_to_people

    @property
    def is_editable(self) -> bool:
        """Return whether people can enter a value at all."""
        return not self.sources

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the keys of the fields that the value is computed from; none: it is entered."""
        return ()

    def compute(self, values: Mapping[str, str]) -> str:
        """Return the value of a field that has `sources`; "" for every other.

        :param values: field key -> stored value, of the same person
        """
        return ""

    def choices(self, value: str = "") -> list[Choice]:
        """Return what may be chosen, in the order it is shown, for controls that choose.

        :param value: what is stored; where it is no choice any more, it is offered all the same
        """
        return []

    def read(self, values: Sequence[bytes]) -> str:
        """Return the value that a source delivered, cleaned; "" if it delivered none.

        Where the field keeps one of several, the lowest by bytes is taken, so that the choice does
        not change when a server returns them in another order (sync.md section 3).

        :raises InvalidValue: if what is kept is no text, or too much of it
        """
        if self.is_multiple:
            return self.joined([self.read_one(value) for value in values])
        return self.read_one(min(values)) if values else ""

    @property
    def leaves_clean(self) -> bool:
        """Return whether `read` gives one value back as it is, if that is clean text in ASCII."""
        own = type(self)
        reads_so = own.read is FieldType.read and own.read_one is FieldType.read_one
        return reads_so and not self.is_multiple

    def read_one(self, value: bytes) -> str:
        """Return one delivered value as it is stored.

        :raises InvalidValue: if it cannot be kept as text
        """
        return clean_text(value, max_length=LONGEST)

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return the values that a directory is to hold; none clears the attribute.

        `read` makes the stored value of them again.

        :param dns: for people: one stored value -> DN of the entry in the same directory
        :raises InvalidValue: if the directory cannot hold this value
        """
        if not self.can_write:
            raise InvalidValue(_("Values of this type are not saved to LDAP. It is kept here."))
        return [item.encode() for item in self.split(value)]

    def parse(self, typed: Sequence[str], stored: str = "") -> str:
        """Return what a form posted as it is stored; "" if nothing was entered.

        What nobody touched stays as it is, byte for byte, whatever a directory once delivered.

        :param typed: the values that the form posted under the name of the field
        :param stored: the value that the form was made of
        :raises InvalidValue: with what to do; what was typed can be shown again as it is
        """
        posted = [each.replace("\r\n", "\n") for each in typed]
        if posted == self.form_values(stored):
            return stored
        if not self.is_editable:
            raise InvalidValue(_("This field fills itself from others. It cannot be edited."))
        return self.parse_all(posted, stored)

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return what was posted as it is stored, once it is known that something was touched."""
        text = typed_text(typed[0]) if typed else ""
        return self.parse_one(text) if text else ""

    def parse_one(self, text: str) -> str:
        """Return what somebody typed, cleaned and not empty, as it is stored.

        :raises InvalidValue: if it does not fit
        """
        return text

    def form_values(self, value: str) -> list[str]:
        """Return what the form shows for a stored value; posting it again changes nothing."""
        return self.split(value)

    def fits(self, value: str) -> bool:
        """Return whether somebody could have entered this value here."""
        try:
            self.parse_all(self.form_values(value), "")
        except InvalidValue:
            return False
        return True

    def split(self, value: str) -> list[str]:
        """Return the single values in a stored value: as facets count them."""
        if self.is_multiple:
            return [line for line in value.split("\n") if line]
        return [value] if value else []

    def joined(self, items: Iterable[str]) -> str:
        """Return single values as they are stored: in their order, each once.

        :raises InvalidValue: if they are more than a field holds
        """
        kept = without_twins(item for item in items if item)
        if len(kept) > MOST_ITEMS or sum(map(len, kept)) > MOST_CHARACTERS:
            raise InvalidValue(_("These are more than %(most)s values.", most=MOST_ITEMS))
        return "\n".join(self.ordered(kept))

    def ordered(self, items: list[str]) -> list[str]:
        """Return single values in the order in which they are stored and shown."""
        return items

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return `value` as markup.

        :param person: whom the value names, for types that refer to one person
        :param people: whom the single values name, for types that refer to several
        """
        return escape(self.text(value, person, people))

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return `value` as plain text, as people read it; for one of several values as well."""
        return ", ".join(self.split(value))

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return what a search finds `value` by."""
        return self.text(value, person, people)

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return a text that stands where `value` belongs in a table, compared by code points."""
        return sort_text(self.text(value, person, people))

    def export(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> Any:
        """Return `value` as JSON: dates by ISO 8601, several values as a list, people by login."""
        return self.split(value) if self.is_multiple else value


def typed_text(text: str, *, multiline: bool = False) -> str:
    """Return what somebody typed, cleaned.

    :raises InvalidValue: if it is too long, or holds what no text can
    """
    if len(text) > LONGEST:
        raise InvalidValue(
            _(
                "This is %(length)s characters long; there is room for %(most)s. Shorten it.",
                length=len(text),
                most=LONGEST,
            )
        )
    if "\0" in text:
        raise InvalidValue(_("This holds an invisible character (zero). Type it anew."))
    return clean_text(text, max_length=LONGEST, multiline=multiline)


__all__ = [
    "LONGEST", "NOBODY", "Choice", "Control", "FieldType", "InvalidValue",
    "People", "PersonLink", "TypeOption", "typed_text",
]  # fmt: skip
