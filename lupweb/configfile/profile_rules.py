"""What one group, field or org chart must keep to, seen by itself."""

import re
from collections.abc import Iterator

from lupweb.configfile.keys import Entry
from lupweb.configfile.profile_keys import STANDARD
from lupweb.directories.attributes import is_never_read
from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.ldap.dn import DN
from lupweb.ldap.filters import checked_attribute
from lupweb.profiles.sources import Source
from lupweb.texts import Text, _

Broken = Iterator[tuple[str, Text | str]]
CHOOSING = frozenset({"select", "multi_select"})
MAY_BECOME_SELECT = frozenset({"position", "department", "location"})
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


def field_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one field."""
    yield from _type(entry)
    yield from _attribute(entry)
    if entry["options"] and entry["type"] not in CHOOSING:
        yield "options", _("Only fields that choose have options: %(types)s.", types="select")
    if entry["write_back"] and entry["source"] != Source.LDAP:
        yield "write_back", _("Only a field with source = ldap can be saved to LDAP.")
    try:
        re.compile(entry["pattern"])
    except re.error as error:
        yield "pattern", _("This is no regular expression: %(why)s.", why=str(error))


def org_chart_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one org chart."""
    if entry["manager_field"] in entry["dotted_fields"]:
        yield "dotted_fields", _("The manager's field is drawn as a full line already.")


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
    standard = STANDARD.get(entry["key"])
    if standard is None or entry["type"] == standard.type_key:
        return
    if entry["type"] != "select" or entry["key"] not in MAY_BECOME_SELECT:
        yield (
            "type",
            _(
                "The standard field “%(key)s” keeps its type %(type)s.",
                key=entry["key"],
                type=standard.type_key,
            ),
        )


def _attribute(entry: Entry) -> Broken:
    if entry["attribute"] and entry["source"] != Source.XML:
        sentence = refused_attribute(entry["attribute"])
        if sentence:
            yield "attribute", sentence
    elif not entry["attribute"] and entry["source"] in FROM_LDAP:
        yield "attribute", _("A field that LDAP fills needs the attribute that is read.")
    elif not entry["attribute"] and entry["source"] == Source.XML:
        yield "attribute", _("A field that an XML file fills needs the name of its node.")
