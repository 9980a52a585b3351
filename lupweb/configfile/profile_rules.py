"""What one group, field or org chart must keep to, seen by itself."""

import re
from collections.abc import Iterator

from lupweb.configfile.field_settings import type_options, with_lines
from lupweb.configfile.keys import Entry
from lupweb.configfile.profile_keys import STANDARD
from lupweb.directories.attributes import is_never_read, is_never_written
from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.base import FieldType
from lupweb.ldap.dn import DN
from lupweb.ldap.filters import checked_attribute
from lupweb.profiles.checks import check_pattern
from lupweb.profiles.sources import Source
from lupweb.texts import LANGUAGES, Text, _

Broken = Iterator[tuple[str, Text | str]]
MAY_BECOME_SELECT = frozenset({"position", "department", "location"})
NODE = re.compile(r"[^\W\d][\w.:-]{0,127}")
"""A name by XML 1.0, as far as anybody uses it."""
FROM_DIRECTORY = frozenset(source for source in Source if source.is_directory)
FROM_LDAP = frozenset({Source.LDAP, Source.LDAP_ONLY, Source.ALTERNATIVE_LDAP})


def group_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one group."""
    if not entry["directory"]:
        if entry["dn"]:
            yield "dn", _("A local group has no DN. Name the directory that holds it.")
        return
    if entry["members"]:
        yield "members", _("Members of a directory's group are read from it. Take them out.")
    try:
        if not entry["dn"]:
            raise InvalidValue(_("A group of a directory needs the DN of its entry."))
        DN.parse(entry["dn"])
    except InvalidValue as error:
        yield "dn", error.message


def category_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one category."""
    yield from _translations(entry, "names")


def field_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one field."""
    yield from _translations(entry, "names")
    yield from _translations(entry, "help_texts")
    yield from _type(entry)
    yield from _attribute(entry)
    if entry["directory"] and entry["source"] not in FROM_DIRECTORY:
        yield (
            "directory",
            _("Only a field with source = ldap or ldap_only is taken from one directory."),
        )
    if entry["fall_through"] and entry["source"] not in FROM_DIRECTORY:
        yield (
            "fall_through",
            _("Only a field with source = ldap or ldap_only falls through to the next directory."),
        )
    if entry["write_back"] and entry["source"] != Source.LDAP:
        yield "write_back", _("Only a field with source = ldap can be saved to LDAP.")
    elif entry["write_back"] and is_never_written(entry["attribute"]):
        yield "write_back", never_written(entry["attribute"])
    try:
        check_pattern(entry["pattern"])
    except InvalidValue as error:
        yield "pattern", error.message
    if entry["type"] in FIELD_TYPES:
        yield from _settings(entry)


def edit_right_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one edit right."""
    if not (entry["profiles_of_groups"] or entry["profiles_of_people"]):
        yield "profiles_of_groups", _("Say whose profiles may be edited: groups, or people.")
    if not (entry["editor_groups"] or entry["editor_people"]):
        yield "editor_groups", _("Say who may edit them: groups, or people.")


def org_chart_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one org chart."""
    if entry["manager_field"] in entry["dotted_fields"]:
        yield "dotted_fields", _("The manager's field is drawn as a full line already.")


def allowed_types(key: str) -> list[str]:
    """Return the keys of the types that a field may have: all of them, but for standard fields."""
    standard = STANDARD.get(key)
    if standard is None:
        return list(FIELD_TYPES)
    return [standard.type_key, *(["select"] if key in MAY_BECOME_SELECT else [])]


def refused_attribute(name: str) -> Text | str | None:
    """Return why an attribute may not be read as a value, or None (hostile-input.md B104)."""
    try:
        checked_attribute(name)
    except InvalidValue as error:
        return error.message
    if is_never_read(name):
        return _(
            "The attribute %(name)s is never read: it holds secrets or rights, not what people"
            " tell about themselves.",
            name=name,
        )
    return None


def never_written(name: str) -> Text:
    """Return what is said of an attribute that no value is saved to."""
    return _(
        "The attribute %(name)s is never written: it decides who somebody is, or what they may do.",
        name=name,
    )


def refused_node(name: str) -> Text | None:
    """Return why this cannot be the name of an element of an XML file, or None."""
    if NODE.fullmatch(name):
        return None
    return _("“%(name)s” is no name of an XML element. An example: telephone", name=name[:63])


def _translations(entry: Entry, name: str) -> Broken:
    for code, text in entry[name].items():
        if code not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            yield name, _("“%(code)s” is no language here: %(known)s.", code=code, known=known)
        elif not isinstance(text, str):
            yield name, _("A text in quotes is expected here.")


def _type(entry: Entry) -> Broken:
    if entry["type"] not in FIELD_TYPES:
        yield (
            "type",
            _(
                "There is no field type “%(type)s”. There are %(types)s.",
                type=entry["type"][:63],
                types=", ".join(sorted(FIELD_TYPES)),
            ),
        )
        return
    if entry["type"] not in allowed_types(entry["key"]):
        yield (
            "type",
            _(
                "The standard field “%(key)s” keeps its type %(type)s.",
                key=entry["key"],
                type=STANDARD[entry["key"]].type_key,
            ),
        )


def _settings(entry: Entry) -> Broken:
    """Yield what the field's type says about its lines and settings, and cannot do."""
    kind = FIELD_TYPES[entry["type"]]
    if entry["options"] and kind.key not in with_lines():
        types = ", ".join(with_lines())
        yield "options", _("Only fields that choose have options: %(types)s.", types=types)
        return
    try:
        options = kind.check_options(type_options(entry))
    except InvalidValue as error:
        yield _blamed(entry), error.message
        return
    yield from _abilities(entry, kind(options))


def _abilities(entry: Entry, kind: FieldType) -> Broken:
    if entry["facet"] and not kind.is_facet:
        yield "facet", _("A field of the type %(type)s is no filter.", type=kind.key)
    if entry["write_back"] and not (kind.can_write and kind.is_editable):
        yield "write_back", _("The type %(type)s is never saved to LDAP.", type=kind.key)
    if kind.sources and entry["source"] != Source.USER:
        yield "source", _("This field fills itself from others; leave its source out.")
    if entry["default"] and kind.is_editable:
        try:
            kind.parse([entry["default"]])
        except InvalidValue as error:
            yield "default", error.message


def _blamed(entry: Entry) -> str:
    """Return which of the two keys is wrong: the settings, if they are wrong by themselves."""
    if not entry["options"]:
        return "settings"
    try:
        FIELD_TYPES[entry["type"]].check_options(entry["settings"])
    except InvalidValue:
        return "settings"
    return "options"


def _attribute(entry: Entry) -> Broken:
    if entry["attribute"]:
        is_node = entry["source"] == Source.XML
        sentence = (refused_node if is_node else refused_attribute)(entry["attribute"])
        if sentence:
            yield "attribute", sentence
    elif not entry["attribute"] and entry["source"] in FROM_LDAP:
        yield "attribute", _("A field that LDAP fills needs the attribute that is read.")
    elif not entry["attribute"] and entry["source"] == Source.XML:
        yield "attribute", _("A field that an XML file fills needs the name of its node.")
