"""What a run must know of a server before it reads people: attributes, fields, filters."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lupweb import clock
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.stamps import OBJECT_GUID
from lupweb.errors import DirectoryRefused, InvalidValue
from lupweb.field_types.computing import computed_changes
from lupweb.ldap import named_entries
from lupweb.ldap.dn import DN
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import ServerTraits, unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.profiles.layout import Layout
from lupweb.sync import disabled
from lupweb.sync.delivered import Naming, Surroundings
from lupweb.sync.fields import MappedField
from lupweb.sync.plan import Compute
from lupweb.texts import Text, _

VISIBLE = "visible"
"""The policy under which only people are synchronized (sync.md section 18)."""


def check_question(facts: DirectoryFacts) -> None:
    """Refuse a base or a filter that no server could understand, before any is asked.

    :raises InvalidValue: naming what is wrong
    """
    DN.parse(facts.user_base_dn)
    given(facts.user_filter)
    if facts.person_filter:
        given(facts.person_filter)


def naming_of(facts: DirectoryFacts, traits: ServerTraits, match_people_by: str) -> Naming:
    """Return which attributes say who is who.

    :raises DirectoryRefused: if no attribute stays the same for life
    """
    if traits.unique_id_attribute is None:
        raise DirectoryRefused(
            _(
                "The directory has no attribute that stays the same for life (entryUUID,"
                " objectGUID). Without one a renamed person would become somebody else."
                " Nothing was changed. If everybody has a value there that no two share, choose"
                " it in the settings of the directory as what tells people apart."
            )
        )
    own = {"login": facts.login_attribute, "email": facts.email_attribute}
    off = facts.switched_off
    flags = [name for name in disabled.ATTRIBUTES if traits.schema.knows(name)]
    return Naming(
        unique_id=traits.unique_id_attribute,
        stamp=traits.stamp_attribute,
        login=facts.login_attribute,
        name=facts.name_attribute,
        email=facts.email_attribute,
        match=own.get(match_people_by, match_people_by),
        extra=[*flags, *([off.attribute] if off else [])],
        off=off,
    )


def search_filter(facts: DirectoryFacts, active_users: str) -> str:
    """Return the filter of who is read: people only, or everybody any directory delivers."""
    if facts.person_filter and active_users == VISIBLE:
        return all_of(given(facts.user_filter), given(facts.person_filter))
    return given(facts.user_filter)


def surroundings(
    session: LdapSession,
    facts: DirectoryFacts,
    fields: list[MappedField],
    naming: Naming,
    options: Mapping[str, Any],
) -> Surroundings:
    """Return what every plan of a run is made with; may ask who passes the person filter."""
    listed = None
    if facts.person_filter and options.get("active_users", VISIBLE) != VISIBLE:
        listed = _listed(session, facts, naming.unique_id)
    with_ids = _with_ids(session.traits(), naming, fields)
    return Surroundings(naming, fields, clock.now(), listed, with_ids)


def _with_ids(traits: ServerTraits, naming: Naming, fields: Sequence[MappedField]) -> list[str]:
    """Return the attributes of fields whose values can come with the ids of whom they name.

    The ids are what people are known by here; whoever chose another attribute gets none.
    """
    if naming.unique_id != OBJECT_GUID:
        return []
    return sorted({*named_entries.attributes_with_ids(traits, (each.attribute for each in fields))})


def mapped_fields(
    layout: Layout, traits: ServerTraits, directory: str
) -> tuple[list[MappedField], list[Text]]:
    """Return the fields that the directory fills, and a sentence for each that it cannot fill.

    An attribute that the schema does not know is not asked for, so that nothing is emptied. A
    server that hides its schema is taken at its word.

    :param directory: its key
    """
    fields: list[MappedField] = []
    complaints: list[Text] = []
    for each in layout.supplied_by(directory):
        if traits.schema.knows(each.attribute) or not traits.schema.is_readable:
            falls = each.falls_through
            is_own = bool(each.directory) and not falls
            fields.append(
                MappedField.of(
                    each.key, each.attribute, each.type, is_own=is_own, falls_through=falls
                )
            )
        else:
            complaints.append(_unknown(each.name, each.attribute, traits))
    return fields, complaints


def unknown_switch(facts: DirectoryFacts, traits: ServerTraits) -> list[Text]:
    """Return a sentence if the attribute that switches people off is none of the directory's."""
    off, schema = facts.switched_off, traits.schema
    if off is None or schema.knows(off.attribute) or not schema.is_readable:
        return []
    nearest = schema.nearest(off.attribute)
    if nearest is None:
        text = _(
            "The directory knows no attribute “%(attribute)s”, which is to say who is switched off."
            " Nobody is switched off by it, and no name that it knows is like it.",
            attribute=off.attribute,
        )
    else:
        text = _(
            "The directory knows no attribute “%(attribute)s”, which is to say who is switched off."
            " Nobody is switched off by it. The nearest known name is “%(nearest)s”.",
            attribute=off.attribute,
            nearest=nearest,
        )
    return [text]


def computing(layout: Layout) -> Compute | None:
    """Return what makes the values of fields that follow from others; None if there are none."""
    types = {each.key: each.type for each in layout.fields() if each.type.sources}
    return partial(computed_changes, types) if types else None


def _listed(session: LdapSession, facts: DirectoryFacts, attribute: str) -> set[str]:
    wanted = all_of(given(facts.user_filter), given(facts.person_filter))
    found: set[str] = set()
    for page in session.pages(facts.user_base_dn, wanted, [attribute]):
        for entry in page:
            try:
                found.add(unique_id_of(entry, attribute))
            except InvalidValue:
                continue  # counted where the people are read
    return found


def _unknown(name: str, attribute: str, traits: ServerTraits) -> Text:
    nearest = traits.schema.nearest(attribute)
    if nearest is None:
        return _(
            "The directory knows no attribute “%(attribute)s” (field “%(name)s”)."
            " Stored values stay. No name that it knows is like it.",
            attribute=attribute,
            name=name,
        )
    return _(
        "The directory knows no attribute “%(attribute)s” (field “%(name)s”)."
        " Stored values stay. The nearest known name is “%(nearest)s”.",
        attribute=attribute,
        name=name,
        nearest=nearest,
    )
