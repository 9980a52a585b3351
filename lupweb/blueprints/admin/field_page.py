"""What the page of one field shows beside what was typed."""

from typing import Any

from flask import render_template, request

from lupweb.blueprints.admin.parts import connect, secret_key, shelf
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.profile_keys import STANDARD
from lupweb.configfile.profile_rules import FROM_LDAP, allowed_types, refused_attribute
from lupweb.directories.schemas import (
    Connector,
    KnownAttributes,
    connectors,
    raw_values,
    writing_states,
)
from lupweb.field_types import FIELD_TYPES
from lupweb.people.queries import groups_listed
from lupweb.profiles.field_changes import coverage, fit_of
from lupweb.profiles.field_preview import chosen_person, field_preview, may_read_attribute
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.sources import Source
from lupweb.profiles.visibility import may_read
from lupweb.sync.fingerprints import waiting_fields
from lupweb.texts import LANGUAGES, Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout
from lupweb.writeback.trials import last_tested


def field_page(draft: Draft) -> str:
    """Return the page of a field, with what was typed."""
    known = shelf().known_attributes(secret_key(), connect())
    layout = page_layout()
    shown = layout.find_field(draft.key)
    return render_template(
        "admin/fields/edit.html",
        draft=draft,
        languages=LANGUAGES,
        categories=layout.categories,
        groups=groups_listed(),
        known=known,
        lacking=_lacking(draft, known.only(_only(draft))),
        suppliers=_suppliers(draft),
        **_writing(draft),
        is_standard=draft.key in STANDARD,
        **_type_parts(draft),
        **(_kept(shown) if shown else {}),
    )


def type_part(draft: Draft) -> str:
    """Return the part of the page that follows from the type."""
    return render_template("admin/fields/_type.html", draft=draft, **_type_parts(draft))


def with_known_attribute(draft: Draft) -> Draft:
    """Return the form, with a problem if no directory knows the attribute in it."""
    attribute, source = draft.entry["attribute"], draft.entry["source"]
    if source not in FROM_LDAP or not attribute or refused_attribute(attribute):
        return draft
    only = _only(draft)
    known = shelf().known_attributes(secret_key(), connect()).only(only)
    if not known.is_unknown(attribute, alternative=source == Source.ALTERNATIVE_LDAP):
        return draft
    near = known.nearest(attribute)
    if only:
        return draft.with_problems({"attribute": _unknown_there(known, attribute, near)})
    return draft.with_problems({"attribute": _unknown(attribute, near)})


def _type_parts(draft: Draft) -> dict[str, Any]:
    types = [FIELD_TYPES[key] for key in allowed_types(draft.key)]
    chosen = FIELD_TYPES.get(draft.entry["type"])
    return {"types": sorted(types, key=lambda kind: str(kind.label)), "chosen": chosen}


def _kept(shown: FieldLayout) -> dict[str, Any]:
    """Return what is known of a field that is there: numbers, and one person's view of it."""
    asked = request.args.get("preview", "").strip()
    chosen = chosen_person(viewer(), asked)
    parts = {
        "shown": shown,
        "coverage": coverage(shown.key),
        "waiting": [each.name for each in waiting_fields().get(shown.key, [])],
        "asked": asked,
        "chosen_people": chosen.people,
        "preview": field_preview(viewer(), shown, chosen.person) if chosen.person else None,
        "checked": fit_of(viewer(), shown) if "check" in request.args else None,
        "is_readable": may_read(viewer(), shown),
        "raw": None,
    }
    fields = list(page_layout().fields())
    may_ask = may_read_attribute(viewer(), fields, shown.attribute)
    if chosen.person and shown.source in FROM_LDAP and shown.attribute and may_ask:
        parts["raw"] = raw_values(
            chosen.person.id,
            shown.attribute,
            secret_key(),
            connect(),
            directory=shown.directory,
        )
    return parts


def _writing(draft: Draft) -> dict[str, Any]:
    """Return how the directories stand to writing, and when this attribute was tried there."""
    only = _only(draft)
    states = [each for each in writing_states() if only in {"", each.key}]
    attribute = draft.entry["attribute"]
    keys = [each.key for each in states if each.is_on]
    return {"writing": states, "tested": last_tested(attribute, keys) if attribute else {}}


def _only(draft: Draft) -> str:
    """Return the key of the one directory that supplies the field; "" where others do as well."""
    return "" if draft.entry["fall_through"] else str(draft.entry["directory"])


def _suppliers(draft: Draft) -> list[Connector]:
    """Return the directories of which one may supply the field alone; none if there is no choice.

    One that was named before stays to be seen, whatever it is now.
    """
    found = connectors()
    return found if len(found) > 1 or draft.entry["directory"] else []


def _lacking(draft: Draft, known: KnownAttributes) -> list[str]:
    attribute = draft.entry["attribute"]
    return known.lacking(attribute) if attribute and draft.entry["source"] in FROM_LDAP else []


def _unknown(attribute: str, near: str) -> Text:
    if near:
        return _(
            "No directory knows the attribute %(name)s. Is %(near)s meant?",
            name=attribute[:63],
            near=near,
        )
    return _("No directory knows the attribute %(name)s.", name=attribute[:63])


def _unknown_there(known: KnownAttributes, attribute: str, near: str) -> Text:
    told = {"directory": known.directories[0].name, "name": attribute[:63]}
    if near:
        return _(
            "“%(directory)s” knows no attribute %(name)s. Is %(near)s meant?", **told, near=near
        )
    return _("“%(directory)s” knows no attribute %(name)s.", **told)
