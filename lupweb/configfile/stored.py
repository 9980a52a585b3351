"""The set-up as the database holds it, in the shape of the configuration file."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from lupweb.accounts.models import RoleGrant
from lupweb.configfile.field_settings import written_options
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.list_storing import read_lists, read_start_pages
from lupweb.configfile.profile_keys import STANDARD, right_label
from lupweb.configfile.secrecy import Secret
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.directories.secrets import unlock
from lupweb.errors import InvalidSetting
from lupweb.options.registry import OPTIONS
from lupweb.options.service import options
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Group
from lupweb.profiles.models import Category, CategoryGroup, FieldGroup, GroupPurpose, ProfileField
from lupweb.profiles.rights import edit_rights
from lupweb.profiles.standard import CATEGORIES

Setup = dict[str, dict[str, Any]]
"""Kind -> its entries by their key, in their order; "" for a kind that is one table."""

DIRECTORY_COLUMNS = {
    "name": "name", "kind": "kind", "tls": "tls", "allow_cleartext": "allow_cleartext",
    "ca_file": "ca_file", "bind_dn": "bind_dn", "base_dn": "base_dn",
    "additional_user_dn": "additional_user_dn", "additional_group_dn": "additional_group_dn",
    "user_filter": "user_filter", "person_filter": "person_filter",
    "update_filter": "update_filter", "group_filter": "group_filter",
    "nested_groups": "nested_groups",
    "login_attribute": "login_attribute", "name_attribute": "name_attribute",
    "email_attribute": "email_attribute", "disabled_attribute": "disabled_attribute",
    "disabled_value": "disabled_value", "id_attribute": "id_attribute",
    "enabled": "is_enabled", "incremental": "incremental",
    "timestamp_pattern": "timestamp_pattern", "schedule_full": "schedule_full",
    "schedule_changes": "schedule_changes", "write": "writes", "marks": "marks",
    "most_missing": "most_missing", "most_missing_percent": "most_missing_percent",
}  # fmt: skip
"""Key in the file -> attribute of `Directory`, where both hold the same."""

FIELD_COLUMNS = {
    "name": "name", "names": "names", "type": "type_key", "help_text": "help_text",
    "help_texts": "help_texts", "searchable": "searchable",
    "in_profile": "in_profile", "in_table": "in_table", "default": "default_value",
    "pattern": "pattern", "required": "required", "attribute": "attribute",
    "directory": "directory", "fall_through": "falls_through",
    "write_back": "writes_back", "on_conflict": "on_conflict", "on_card": "on_card",
    "facet": "facet", "confirm_days": "confirm_days", "in_vcard": "in_vcard",
    "in_completeness": "in_completeness",
}  # fmt: skip
"""Key in the file -> attribute of `ProfileField`, where both hold the same."""


def read_setup(secret_key: str) -> Setup:
    """Read the whole set-up; a dozen queries."""
    setup = _tables()
    setup["directories"] = _directories(secret_key)
    setup["groups"] = _groups()
    setup["categories"] = _categories()
    setup["fields"] = _fields()
    setup["roles"] = _roles()
    setup["edit_rights"] = _edit_rights()
    setup["org_charts"] = _org_charts()
    setup["lists"] = read_lists()
    setup["start_pages"] = read_start_pages()
    return {name: setup[name] for name in KINDS}


def find_removed_field(key: str) -> dict[str, Any] | None:
    """Return a field that was deleted as it was, or None; three queries."""
    row = db.session.execute(
        select(ProfileField, Category.key)
        .join(Category, Category.id == ProfileField.category_id)
        .where(ProfileField.key == key, ProfileField.removed_at.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    field, category = row
    narrowed = select(Group.key).join(FieldGroup, FieldGroup.group_id == Group.id)
    groups = db.session.scalars(narrowed.where(FieldGroup.field_id == field.id)).all()
    return _field(field, category, tuple(sorted(groups)))


def untouched_setup() -> Setup:
    """Return the set-up of an installation in which nothing was chosen yet."""
    setup: Setup = {name: {} if kind.is_list else {"": kind.complete({})}
                    for name, kind in KINDS.items()}  # fmt: skip
    setup["categories"] = {
        key: KINDS["categories"].complete({"key": key, "name": str(name)})
        for key, name in CATEGORIES.items()
    }
    setup["fields"] = {key: KINDS["fields"].complete({"key": key}) for key in STANDARD}
    return setup


def _tables() -> Setup:
    chosen = options()
    tables: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, kind in OPTIONS.items():
        tables[kind.table][kind.name] = chosen[key]
    return {name: {"": table} for name, table in tables.items()}


def _directories(secret_key: str) -> dict[str, Any]:
    in_order = select(Directory).order_by(Directory.position, Directory.id)
    return {each.key: _directory(each, secret_key) for each in db.session.scalars(in_order)}


def _directory(directory: Directory, secret_key: str) -> dict[str, Any]:
    where, _colon, reference = directory.bind_password_from.partition(":")
    return {
        "key": directory.key,
        "role": str(directory.role),
        "uri": tuple(directory.uris),
        "bind_password_env": reference if where == "env" else "",
        "bind_password_file": reference if where == "file" else "",
        "bind_password": _unlocked(directory.bind_password, secret_key),
        "last_sync_date": directory.last_sync_date_given,
        **{name: getattr(directory, column) for name, column in DIRECTORY_COLUMNS.items()},
    }


def _unlocked(locked: bytes, secret_key: str) -> Secret:
    try:
        return Secret(unlock(locked, secret_key))
    except InvalidSetting:  # locked with another key: as good as none
        return Secret()


def _groups() -> dict[str, Any]:
    keys = dict(db.session.execute(select(Directory.id, Directory.key)).all())
    return {
        group.key: {
            "key": group.key,
            "name": group.name,
            "directory": keys[group.directory_id] if group.directory_id else "",
            "dn": group.dn,
            "members": tuple(group.logins),
        }
        for group in db.session.scalars(select(Group).order_by(Group.id))
    }


def _categories() -> dict[str, Any]:
    rows = db.session.execute(
        select(CategoryGroup.category_id, CategoryGroup.purpose, Group.key)
        .join(Group, Group.id == CategoryGroup.group_id)
        .order_by(Group.key)
    )
    named: Mapping[tuple[int, str], list[str]] = defaultdict(list)
    for category_id, purpose, key in rows:
        named[category_id, purpose].append(key)
    in_order = select(Category).order_by(Category.position, Category.id)
    return {
        category.key: {
            "key": category.key,
            "name": category.name,
            "names": category.names,
            "applies_to": tuple(sorted(named[category.id, GroupPurpose.APPLIES_TO])),
            "visible_to": tuple(sorted(named[category.id, GroupPurpose.VISIBLE_TO])),
            "searchable_when_restricted": category.searchable_when_restricted,
        }
        for category in db.session.scalars(in_order)
    }


def _fields() -> dict[str, Any]:
    rows = db.session.execute(
        select(FieldGroup.field_id, Group.key).join(Group, Group.id == FieldGroup.group_id)
    )
    named: Mapping[int, list[str]] = defaultdict(list)
    for field_id, key in rows:
        named[field_id].append(key)
    in_order = (
        select(ProfileField, Category.key)
        .join(Category, Category.id == ProfileField.category_id)
        .where(ProfileField.removed_at.is_(None))
        .order_by(Category.position, Category.id, ProfileField.position, ProfileField.id)
    )
    return {
        field.key: _field(field, category, tuple(sorted(named[field.id])))
        for field, category in db.session.execute(in_order)
    }


def _field(field: ProfileField, category: str, visible_to: tuple[str, ...]) -> dict[str, Any]:
    return {
        "key": field.key,
        "category": category,
        "max_length": field.max_length or 0,
        "visible_to": visible_to,
        "source": str(field.source),
        **written_options(field.type_key, field.options),
        **{name: getattr(field, column) for name, column in FIELD_COLUMNS.items()},
    }


def _roles() -> dict[str, Any]:
    rows = db.session.execute(
        select(RoleGrant.role, Group.key, RoleGrant.login)
        .join(Group, Group.id == RoleGrant.group_id, isouter=True)
        .order_by(RoleGrant.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for role, group, login in rows:
        entry = found.setdefault(role, {"role": str(role), "groups": (), "people": ()})
        if group:
            entry["groups"] = tuple(sorted({*entry["groups"], group}))
        else:
            entry["people"] = tuple(sorted({*entry["people"], login}))
    return found


def _edit_rights() -> dict[str, Any]:
    rights = [asdict(each.right) for each in edit_rights()]
    return {right_label(entry): entry for entry in rights}


def _org_charts() -> dict[str, Any]:
    in_order = select(OrgChart).order_by(OrgChart.position, OrgChart.id)
    return {
        chart.key: {
            "key": chart.key,
            "name": chart.name,
            "manager_field": chart.manager_field,
            "dotted_fields": tuple(chart.dotted_fields),
            "top": tuple(chart.top),
        }
        for chart in db.session.scalars(in_order)
    }
