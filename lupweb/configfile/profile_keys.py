"""The keys of groups, categories, fields, roles and org charts."""

from collections.abc import Mapping
from typing import Any

from lupweb.accounts.roles import Role
from lupweb.configfile.keys import Key, Kind, Value, stable_name
from lupweb.outbox.states import OnConflict
from lupweb.profiles.editor import IN_VCARD
from lupweb.profiles.sources import Source
from lupweb.profiles.standard import STANDARD_FIELDS
from lupweb.texts import _

STANDARD = {field.key: field for field in STANDARD_FIELDS}
ROLES = tuple(str(role) for role in Role if role.is_administrator)
SHOWN_NAME = Key("name", "", _("What people read."), shown="the key")


def _named_like_key(given: Mapping[str, Any]) -> Mapping[str, Value]:
    return {"name": given.get("key", "")}


def _field_defaults(given: Mapping[str, Any]) -> Mapping[str, Value]:
    in_vcard = {"in_vcard": given.get("key", "") in IN_VCARD}
    standard = STANDARD.get(given.get("key", ""))
    if standard is None:
        return {**_named_like_key(given), **in_vcard}
    return {
        **in_vcard,
        "name": str(standard.name),
        "category": standard.category,
        "type": standard.type_key,
    }


GROUPS = Kind(
    "groups",
    (
        stable_name("key"),
        SHOWN_NAME,
        Key("directory", "", _("Key of the directory that holds it. Left out: a local group.")),
        Key("dn", "", _("DN of its entry in that directory.")),
        Key("members", (), _("Logins of a local group. Unknown ones wait until they exist.")),
    ),
    identity="key",
    defaults=_named_like_key,
)
NAMES = Key("names", {}, _('The name in other languages, such as { de = "Telefon" }.'))
CATEGORIES = Kind(
    "categories",
    (
        stable_name("key"),
        SHOWN_NAME,
        NAMES,
        Key("applies_to", (), _("Groups whose people have it. Empty: everyone."), is_set=True),
        Key("visible_to", (), _("Groups that may read it. Empty: everyone."), is_set=True),
        Key(
            "searchable_when_restricted",
            False,
            _("Values stay findable in search for those who may not read them."),
        ),
    ),
    identity="key",
    defaults=_named_like_key,
)
FIELDS = Kind(
    "fields",
    (
        stable_name("key"),
        SHOWN_NAME,
        NAMES,
        Key("category", "", _("Key of its category. A standard field has one."), required=True),
        Key("type", "text", _("The type of its values.")),
        Key("help_text", "", _("Shown behind a question mark beside the field. Empty: none.")),
        Key("help_texts", {}, _("The help text in other languages.")),
        Key("searchable", True, _("Found by the search.")),
        Key("in_profile", True, _("Shown in the profile.")),
        Key("in_table", False, _("Shown in the table of people.")),
        Key("default", "", _("What counts where nobody entered anything.")),
        Key("pattern", "", _("Regular expression that an entered value has to fit. Empty: any.")),
        Key("max_length", 0, _("Most characters of an entered value. 0: no limit of its own.")),
        Key(
            "visible_to",
            (),
            _("Groups that may read it, narrower than the category. Empty: as the category."),
            is_set=True,
        ),
        Key("required", False, _("Cannot be saved empty.")),
        Key(
            "confirm_days",
            0,
            _("After how many days people are asked whether it is still right. 0: never."),
        ),
        Key(
            "source",
            str(Source.USER),
            _("Where values come from: people, LDAP, always LDAP, another LDAP, an XML file."),
            tuple(map(str, Source)),
        ),
        Key("attribute", "", _("The attribute that is read; for an XML file the node.")),
        Key(
            "directory",
            "",
            _(
                "Key of the one directory that supplies it, for source = ldap or ldap_only. Left"
                " out: the first directory that holds the person."
            ),
        ),
        Key(
            "fall_through",
            False,
            _(
                "Where the directory that supplies it has no value, the next one that holds the"
                " person does. For source = ldap or ldap_only."
            ),
        ),
        Key("write_back", False, _("Step two of write-back: save what people enter to LDAP.")),
        Key(
            "on_conflict",
            str(OnConflict.ASK),
            _("Whose value stays where LDAP has another one by then; ask: the person chooses."),
            tuple(map(str, OnConflict)),
        ),
        Key("on_card", False, _("Shown on the card.")),
        Key("facet", False, _("Offered as a filter beside the list of people.")),
        Key(
            "in_vcard",
            False,
            _("In vCards, as far as whoever takes one along may see it. Standard fields: true."),
        ),
        Key("in_completeness", True, _("Part of the 100 % of a complete profile.")),
        Key(
            "options",
            (),
            _("Lines of the types that have some: what may be chosen, a tree, rules; fields.md."),
        ),
        Key("settings", {}, _("What else its type can be told; fields.md lists it by type.")),
    ),
    identity="key",
    defaults=_field_defaults,
)
ROLES_KIND = Kind(
    "roles",
    (
        Key("role", "", _("The role that is given."), ROLES, required=True),
        Key("groups", (), _("Groups whose people have it."), is_set=True),
        Key("people", (), _("Logins that have it."), is_set=True),
    ),
    identity="role",
)


def right_label(entry: Mapping[str, Any]) -> str:
    """Return by what an edit right is known: whose profiles, and who may edit them.

    A group stands as its key, a person as `@login`; "" where one of the sides is empty.
    """
    profiles, editors = _side(entry, "profiles_of"), _side(entry, "editor")
    return f"{profiles} by {editors}" if profiles and editors else ""


def _side(entry: Mapping[str, Any], side: str) -> str:
    named = (entry.get(f"{side}_groups", ()), entry.get(f"{side}_people", ()))
    groups, people = (each if isinstance(each, list | tuple) else () for each in named)
    return ", ".join([*sorted(map(str, groups)), *sorted(f"@{login}" for login in people)])


EDIT_RIGHTS = Kind(
    "edit_rights",
    (
        Key("profiles_of_groups", (), _("Groups whose profiles may be edited."), is_set=True),
        Key("profiles_of_people", (), _("Logins whose profiles may be edited."), is_set=True),
        Key("editor_groups", (), _("Groups whose people may edit them."), is_set=True),
        Key("editor_people", (), _("Logins that may edit them."), is_set=True),
    ),
    label=right_label,
)
ORG_CHARTS = Kind(
    "org_charts",
    (
        stable_name("key"),
        SHOWN_NAME,
        Key("manager_field", "", _("The person field that names the manager."), required=True),
        Key("dotted_fields", (), _("Person fields that are drawn as dotted lines.")),
        Key("top", (), _("Logins at the top. Empty: who has reports and no manager.")),
    ),
    identity="key",
    defaults=_named_like_key,
)
