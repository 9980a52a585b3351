"""Every name in the set-up that names something else. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from lupweb.configfile.faults import Place
from lupweb.configfile.field_settings import type_options
from lupweb.configfile.list_references import broken_lists
from lupweb.configfile.writing_rules import broken_writing
from lupweb.directories.models import DirectoryRole
from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.profiles.picture_address import OF_EVERYBODY, keys_of
from lupweb.texts import Text, _

Setup = Mapping[str, Mapping[str, Any]]
PERSON_TYPES = frozenset(key for key, kind in FIELD_TYPES.items() if kind.refers_to_person)

# kind, key -> what it names
REFERENCES = (
    ("policies", "licence_group", "groups"),
    ("groups", "directory", "directories"),
    ("categories", "applies_to", "groups"),
    ("categories", "visible_to", "groups"),
    ("fields", "category", "categories"),
    ("fields", "directory", "directories"),
    ("fields", "visible_to", "groups"),
    ("roles", "groups", "groups"),
    ("edit_rights", "profiles_of_groups", "groups"),
    ("edit_rights", "editor_groups", "groups"),
    ("org_charts", "manager_field", "people"),
    ("org_charts", "dotted_fields", "people"),
    ("lists", "groups", "groups"),
    ("start_pages", "group", "groups"),
    ("start_pages", "list", "lists"),
    ("card", "subline", "fields"),
    ("card", "place", "fields"),
    ("card", "pronouns", "fields"),
    ("card", "time_zone", "fields"),
    ("card", "extra", "fields"),
)
MISSING: Mapping[str, Callable[[str], Text]] = {
    "directories": lambda key: _("There is no directory “%(key)s”.", key=key),
    "groups": lambda key: _("There is no group “%(key)s”.", key=key),
    "categories": lambda key: _("There is no category “%(key)s”.", key=key),
    "fields": lambda key: _("There is no field “%(key)s”.", key=key),
    "lists": lambda key: _("There is no list “%(key)s”.", key=key),
    "people": lambda key: _("“%(key)s” is no field that names a person (user_select).", key=key),
}
TAKEN_AWAY: Mapping[str, Callable[[str], Text]] = {
    "directories": lambda key: _(
        "It still names the directory “%(key)s”, which this file takes away.", key=key
    ),
    "groups": lambda key: _(
        "It still names the group “%(key)s”, which this file takes away.", key=key
    ),
    "categories": lambda key: _(
        "It is still in the category “%(key)s”, which this file takes away.", key=key
    ),
    "fields": lambda key: _(
        "It still names the field “%(key)s”, which this file takes away.", key=key
    ),
    "lists": lambda key: _(
        "It still leads to the list “%(key)s”, which this file takes away.", key=key
    ),
    "people": lambda key: _(
        "It still names “%(key)s”, which this file makes no field of a person any more.", key=key
    ),
}


def broken_references(setup: Setup, named: Setup) -> Iterator[tuple[Place, Text]]:
    """Yield each name that nothing has, with its place.

    :param named: what the file itself says; what stands elsewhere was fine before
    """
    known: dict[str, Collection[str]] = {**setup, "people": _person_fields(setup)}
    for kind, name, target in REFERENCES:
        for label, entry in setup[kind].items():
            for key in _listed(entry[name]):
                if key not in known[target]:
                    sentences = MISSING if label in named.get(kind, {}) else TAKEN_AWAY
                    yield (kind, label, name), sentences[target](key)
    yield from _broken_sources(setup["fields"])
    yield from _broken_suppliers(setup)
    for sentence in _broken_address(setup, is_named="picture" in named):
        yield ("picture", "", "url"), sentence
    yield from broken_writing(setup, named)
    yield from broken_lists(setup, named)


def _broken_address(setup: Setup, *, is_named: bool) -> Iterator[Text]:
    """Yield what is wrong with what the address of pictures is made of.

    A field may be restricted later, whatever the address says: nothing is fetched then.

    :param is_named: whether pictures are what is set up now
    """
    for key in keys_of(setup["picture"][""]["url"]):
        if key not in setup["fields"]:
            if key not in OF_EVERYBODY:
                yield MISSING["fields"](key)
        elif is_named and _is_narrowed(setup, key):
            yield _(
                "Not everybody may read “%(key)s”. The address would tell its values to another"
                " system; name a field that everybody may read.",
                key=key,
            )


def _is_narrowed(setup: Setup, key: str) -> bool:
    """Return whether a field, or one that it is made of, is not everybody's to read."""
    fields = setup["fields"]
    for each in (key, *_sources(fields[key])):
        field = fields.get(each, {})
        category = setup["categories"].get(field.get("category", ""), {})
        limits = (field.get("visible_to"), category.get("visible_to"), category.get("applies_to"))
        if any(limits):
            return True
    return False


def _broken_sources(fields: Mapping[str, Any]) -> Iterator[tuple[Place, Text]]:
    """Yield what is wrong with the fields that others are made of: no field, or made itself."""
    sources = {label: _sources(entry) for label, entry in fields.items()}
    for label, keys in sources.items():
        for key in keys:
            if key not in fields:
                yield ("fields", label, "settings"), MISSING["fields"](key)
            elif sources[key]:
                sentence = _("“%(key)s” is made of other fields itself. Name a field.", key=key)
                yield ("fields", label, "settings"), sentence


def _broken_suppliers(setup: Setup) -> Iterator[tuple[Place, Text]]:
    """Yield the fields that are to be filled by a directory whose people are not read."""
    for label, entry in setup["fields"].items():
        directory = setup["directories"].get(entry["directory"])
        if directory is not None and directory["role"] != DirectoryRole.CONNECTOR:
            yield (
                ("fields", label, "directory"),
                _(
                    "“%(name)s” does not supply people, so it fills no field. Name a directory"
                    " with role = connector.",
                    name=directory["name"],
                ),
            )


def _sources(entry: Mapping[str, Any]) -> tuple[str, ...]:
    kind = FIELD_TYPES.get(entry["type"])
    try:
        return kind(kind.check_options(type_options(entry))).sources if kind else ()
    except InvalidValue:  # said already, at the field itself
        return ()


def _person_fields(setup: Setup) -> set[str]:
    return {key for key, field in setup["fields"].items() if field["type"] in PERSON_TYPES}


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()
