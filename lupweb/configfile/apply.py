"""Make the database equal to a configuration file, for the kinds that the file names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from lupweb.accounts.grants import ensure_an_administrator_remains
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.sessions import check_all_soon, close_sessions_without_a_door
from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.compare import Comparison, compare, found_otherwise
from lupweb.configfile.document import Document
from lupweb.configfile.key_rules import refuse_other_keys
from lupweb.configfile.list_storing import (
    put_lists_in_order,
    remove_lists,
    store_list,
    store_start_pages,
)
from lupweb.configfile.profile import (
    put_profile_in_order,
    remove_categories,
    remove_fields,
    store_category,
    store_field,
)
from lupweb.configfile.recording import note_changes
from lupweb.configfile.stored import DIRECTORY_COLUMNS, read_setup
from lupweb.configfile.wanted import Wanted, wanted_setup
from lupweb.database import db
from lupweb.directories.editor import put_in_order, remove_directory, store_directory
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.errors import InvalidValue
from lupweb.options.registry import (
    ACTIVE_USERS,
    LICENCE_GROUP,
    OPTIONS,
    PHONE_REGION,
    PICTURE_ATTRIBUTE,
    PICTURE_SOURCE,
    OptionKind,
)
from lupweb.options.service import set_option
from lupweb.orgchart import keeping as charts
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Group, Membership, NestedGroup, Person
from lupweb.people.queries import groups_by_key
from lupweb.profiles.field_changes import tell_values_changed
from lupweb.profiles.models import FieldGroup, ProfileField
from lupweb.profiles.pictures import mark_all_due
from lupweb.profiles.removal import forget_fields
from lupweb.profiles.rights import (
    EditRight,
    edit_rights,
    remove_edit_rights,
    store_edit_right,
)
from lupweb.profiles.service import tell_found_otherwise
from lupweb.search.standings import renew_standings
from lupweb.sync.memberships import settle_local_groups
from lupweb.texts import Text, ngettext
from lupweb.writeback.directory_changes import give_up_all, try_again_now


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be; `notes` are sentences beside it."""

    comparison: Comparison
    notes: tuple[Text, ...]


def preview(document: Document, secret_key: str) -> Outcome:
    """Return what applying would do; reads only.

    :raises InvalidConfiguration: with everything that is wrong with the file
    """
    wanted, comparison = _plan(document, secret_key)[1:]
    return Outcome(comparison, wanted.notes)


def apply(document: Document, secret_key: str) -> Outcome:
    """Do what the file says, all of it or nothing; call inside a transaction.

    :raises InvalidConfiguration: with everything that is wrong with the file
    :raises InvalidValue: if nobody would be an administrator any more
    :raises AlreadyRunning: if a directory is to go away while a run of it is at work
    """
    stored, wanted, comparison = _plan(document, secret_key)
    if comparison.is_empty:
        return Outcome(comparison, wanted.notes)
    had_administrator = has_administrator()
    change = SetupChange(stored, wanted, comparison, secret_key)
    notes = [*wanted.notes, *change.write()]
    if had_administrator:
        ensure_an_administrator_remains()
    note_changes(OPERATOR.actor, stored, wanted.setup, comparison)
    return Outcome(comparison, tuple(notes))


def _plan(
    document: Document, secret_key: str
) -> tuple[Mapping[str, Mapping[str, Any]], Wanted, Comparison]:
    stored = read_setup(secret_key)
    wanted = wanted_setup(document, stored)
    refuse_other_keys(document.faults, stored, wanted.setup)
    return stored, wanted, compare(stored, wanted.setup, wanted.kinds)


def has_administrator() -> bool:
    """Return whether anybody administers the site."""
    try:
        ensure_an_administrator_remains()
    except InvalidValue:
        return False
    return True


@dataclass(frozen=True)
class SetupChange:
    """One change of the set-up, in the order that references ask for.

    :param actor: who makes it, as `Viewer.actor` says; "" is the operator
    """

    stored: Mapping[str, Mapping[str, Any]]
    wanted: Wanted
    comparison: Comparison
    secret_key: str
    actor: str = ""

    def write(self) -> list[Text]:
        """Write it; return what whoever made it should know. Call inside a transaction."""
        self._set_options()
        for key, entry in self._to_store("directories"):
            self._store_directory(key, entry)
        for key, entry in self._to_store("groups"):
            _store_group(key, entry)
        for key, entry in self._to_store("categories"):
            store_category(key, entry)
        for key, entry in self._to_store("fields"):
            store_field(key, entry, self.actor)
        for key, entry in self._to_store("org_charts"):
            _store_org_chart(key, entry)
        for key, entry in self._to_store("lists"):
            store_list(key, entry)
        if self.comparison.touches("start_pages"):
            store_start_pages(self.wanted.setup["start_pages"].values())
        remove_lists(self._to_remove("lists"))
        notes = remove_fields(self._to_remove("fields"))
        remove_categories(self._to_remove("categories"))
        self._give_roles()
        self._give_edit_rights()
        _remove_groups(self._to_remove("groups"))
        notes += self._remove_directories()
        charts.remove_charts(self._to_remove("org_charts"))
        self._put_in_order()
        self._tell()
        return notes

    def _to_store(self, kind: str) -> list[tuple[str, Mapping[str, Any]]]:
        names = {*self.comparison.created, *self.comparison.changed}
        entries = self.wanted.setup[kind]
        return [(key, entry) for key, entry in entries.items() if f"{kind}.{key}" in names]

    def _to_remove(self, kind: str) -> list[str]:
        return [key for key in self.stored[kind] if f"{kind}.{key}" in self.comparison.removed]

    def _set_options(self) -> None:
        for kind in OPTIONS.values():
            if kind.table in self.comparison.changed:
                set_option(kind, self.wanted.setup[kind.table][""][kind.name])
        if self._changes_option(PICTURE_SOURCE) or self._changes_option(PICTURE_ATTRIBUTE):
            mark_all_due()

    def _changes_option(self, kind: OptionKind) -> bool:
        was, now = (setup[kind.table][""] for setup in (self.stored, self.wanted.setup))
        return bool(was[kind.name] != now[kind.name])

    def _store_directory(self, key: str, entry: Mapping[str, Any]) -> None:
        columns = {column: entry[name] for name, column in DIRECTORY_COLUMNS.items()}
        columns["role"] = entry["role"]
        columns["uris"] = list(entry["uri"])
        columns["bind_password_from"] = _reference(entry)
        columns["bind_password"] = lock(entry["bind_password"].text, self.secret_key)
        given = entry["last_sync_date"]
        if given != self.stored["directories"].get(key, {}).get("last_sync_date", ""):
            columns["last_sync_date"] = columns["last_sync_date_given"] = given
        directory = store_directory(key, columns)
        try_again_now(directory.id)

    def _give_roles(self) -> None:
        if not self.comparison.touches("roles"):
            return
        ids = groups_by_key()
        db.session.execute(delete(RoleGrant))
        for role, entry in self.wanted.setup["roles"].items():
            db.session.add_all(RoleGrant(role=role, group_id=ids[key]) for key in entry["groups"])
            db.session.add_all(RoleGrant(role=role, login=login) for login in entry["people"])
        db.session.flush()
        check_all_soon()

    def _give_edit_rights(self) -> None:
        if self.comparison.touches("edit_rights"):
            remove_edit_rights([each.id for each in edit_rights()])
            for entry in self.wanted.setup["edit_rights"].values():
                store_edit_right(EditRight(**entry))

    def _remove_directories(self) -> list[Text]:
        for key in self._to_remove("directories"):
            give_up_all(key, self.actor)
        return [
            ngettext(
                "%(n)s person of the directory “%(key)s” stays here as a local person.",
                "%(n)s people of the directory “%(key)s” stay here as local people.",
                remove_directory(key),
                key=key,
            )
            for key in self._to_remove("directories")
        ]

    def _put_in_order(self) -> None:
        put_in_order(list(self.wanted.setup["directories"]))
        put_profile_in_order(
            list(self.wanted.setup["categories"]), list(self.wanted.setup["fields"])
        )
        for position, key in enumerate(self.wanted.setup["org_charts"], start=1):
            chart = db.session.scalars(select(OrgChart).where(OrgChart.key == key)).one()
            chart.position = position
        db.session.flush()
        if self.comparison.touches("lists"):
            put_lists_in_order(self.wanted.setup["lists"])

    def _tell(self) -> None:
        """Renew what is kept about people, so that a restriction counts at once.

        A group by itself restricts nothing: of its members those who come and go are renewed.
        """
        if self.comparison.touches("directories"):
            close_sessions_without_a_door()
        if self.comparison.touches("groups"):
            settle_local_groups()
        if self._changes_option(LICENCE_GROUP):
            renew_standings()
        if self._changes_option(ACTIVE_USERS):
            charts.note_outdated()
        if self._changes_option(PHONE_REGION):
            tell_found_otherwise(select(Person.id))
        else:
            tell_values_changed(found_otherwise(self.stored, self.wanted.setup, self.comparison))
        charts.count_outdated()


def _reference(entry: Mapping[str, Any]) -> str:
    if entry["bind_password_env"]:
        return f"env:{entry['bind_password_env']}"
    return f"file:{entry['bind_password_file']}" if entry["bind_password_file"] else ""


def _store_group(key: str, entry: Mapping[str, Any]) -> None:
    group = db.session.scalar(select(Group).where(Group.key == key)) or Group(key=key)
    group.name = entry["name"]
    group.dn = entry["dn"]
    group.logins = list(entry["members"])
    group.directory_id = db.session.scalar(
        select(Directory.id).where(Directory.key == entry["directory"])
    )
    db.session.add(group)
    db.session.flush()


def _remove_groups(keys: list[str]) -> None:
    """Take groups away that nothing names any more.

    A deleted field that only they could read does not come back: everybody could read it then.
    """
    ids = select(Group.id).where(Group.key.in_(keys)).scalar_subquery()
    narrowed = (
        select(ProfileField.key)
        .join(FieldGroup, FieldGroup.field_id == ProfileField.id)
        .where(FieldGroup.group_id.in_(ids))
    )
    forget_fields(db.session.scalars(narrowed).all())
    for kind in (Membership, NestedGroup):
        db.session.execute(delete(kind).where(kind.group_id.in_(ids)))
    db.session.execute(delete(Group).where(Group.key.in_(keys)))


def _store_org_chart(key: str, entry: Mapping[str, Any]) -> None:
    chart = db.session.scalar(select(OrgChart).where(OrgChart.key == key)) or OrgChart(key=key)
    chart.name = entry["name"]
    chart.manager_field = entry["manager_field"]
    chart.dotted_fields = list(entry["dotted_fields"])
    chart.top = list(entry["top"])
    chart.is_outdated = True
    db.session.add(chart)
    db.session.flush()
