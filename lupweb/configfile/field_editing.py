"""Fields, as administrators build them in the browser (product.md section 2)."""

from dataclasses import replace

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.field_draft import Draft, draft_of
from lupweb.configfile.field_settings import stored_options
from lupweb.configfile.keys import Entry
from lupweb.configfile.profile_editing import (
    FIELDS,
    change_by_form,
    entry_of,
    key_of_name,
    refuse_outdated,
    refuse_problems,
)
from lupweb.configfile.profile_keys import STANDARD
from lupweb.configfile.stored import find_removed_field
from lupweb.errors import InvalidForm, InvalidValue, NotFound
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.profiles.field_changes import Fit, fit_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.removal import removed_fields
from lupweb.texts import _, ngettext


def field_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a field.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such field
    """
    return draft_of(FIELDS, entry_of(open_setup(viewer, secret_key), FIELDS, key))


def add_field(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a field at the end of its category; return its key, made from its first name.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    refuse_problems(draft)
    taken = [*stored[FIELDS], *(each.key for each in removed_fields())]
    key = key_of_name(draft.entry["name"], "field", taken)
    entry = {**draft.entry, "key": key}
    fields = {**stored[FIELDS], key: entry}
    change_by_form(viewer, stored, {FIELDS: fields}, secret_key, draft, key)
    note_event(viewer.actor, "field.added", key, {}, entry)
    return key


def save_field(viewer: Viewer, layout: Layout, draft: Draft, secret_key: str) -> None:
    """Store what was typed about a field, all of it or nothing; call inside a transaction.

    Where values would not fit another type, nothing is stored until that was agreed to.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such field
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, FIELDS, draft.key)
    refuse_problems(draft)
    refuse_outdated(draft, before)
    _refuse_misfits(viewer, layout, draft, before)
    fields = {**stored[FIELDS], draft.key: draft.entry}
    change_by_form(viewer, stored, {FIELDS: fields}, secret_key, draft, draft.key)
    if before != draft.entry:
        note_event(viewer.actor, "field.changed", draft.key, before, draft.entry)


def remove_field(viewer: Viewer, key: str, secret_key: str) -> str:
    """Delete a field; for 30 days it can be brought back. Return its name.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such field
    :raises InvalidValue: if it is a standard field, or something needs it
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, FIELDS, key)
    if key in STANDARD:
        raise InvalidValue(
            _(
                "“%(name)s” is a standard field: cards, vCards and other programs read it."
                " It can be renamed or hidden from profiles, and stays.",
                name=before["name"],
            )
        )
    rest = {other: entry for other, entry in stored[FIELDS].items() if other != key}
    change_setup(viewer, stored, {FIELDS: rest}, secret_key)
    note_event(viewer.actor, "field.removed", key, before, {})
    return str(before["name"])


def bring_field_back(viewer: Viewer, key: str, secret_key: str) -> str:
    """Take the deletion of a field back, values included; return its name.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if it is not there any more
    :raises InvalidValue: if it does not fit what was changed since
    """
    stored = open_setup(viewer, secret_key)
    entry = find_removed_field(key)
    if entry is None:
        raise NotFound(_("There is no deleted field “%(key)s” any more.", key=key))
    if entry["directory"] not in stored["directories"]:
        entry = {**entry, "directory": ""}  # it has been removed meanwhile
    change_setup(viewer, stored, {FIELDS: {**stored[FIELDS], key: entry}}, secret_key)
    note_event(viewer.actor, "field.brought_back", key, {}, entry)
    return str(entry["name"])


def fit_of_draft(viewer: Viewer, layout: Layout, draft: Draft) -> Fit | None:
    """Return how the values of a field fit the type in its form; None if it is the one it has.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    shown = layout.find_field(draft.key)
    kind = FIELD_TYPES.get(draft.entry["type"])
    if shown is None or kind is None or kind.key == shown.type.key:
        return None
    try:
        options = stored_options(draft.entry)
    except InvalidValue:
        options = {}
    new = field_type(kind.key, {"region": shown.type.options.get("region", ""), **options})
    return fit_of(viewer, shown, new) if new.is_editable else None


def _refuse_misfits(viewer: Viewer, layout: Layout, draft: Draft, before: Entry) -> None:
    new = draft.entry["type"]
    if new == before["type"] or draft.confirmed_type == new:
        return
    fit = fit_of_draft(viewer, layout, draft)
    if fit and fit.is_hidden:
        unknown = _(
            "The values of this field are kept from you, so nobody can tell you which of them fit"
            " the new type. Nothing has been saved."
        )
        raise InvalidForm(unknown, replace(draft, fit=fit).with_problems({"type": unknown}))
    if fit and fit.misfits:
        message = ngettext(
            "%(n)s of %(values)s values would not fit the new type. Nothing has been saved.",
            "%(n)s of %(values)s values would not fit the new type. Nothing has been saved.",
            fit.misfits,
            values=fit.values,
        )
        raise InvalidForm(message, replace(draft, fit=fit).with_problems({"type": message}))
