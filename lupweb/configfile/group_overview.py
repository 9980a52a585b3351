"""Groups as administrators see them: what is in them, why, and what names them. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import open_setup
from lupweb.configfile.group_uses import GROUPS, Use, uses_of
from lupweb.configfile.power import why_closed
from lupweb.configfile.stored import Setup
from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.ldap.dn import fold_dn
from lupweb.people.lookalikes import told_apart
from lupweb.people.memberships import (
    Belonging,
    GroupsInside,
    Inside,
    MemberCount,
    MemberPage,
    belongings,
    groups_by_dn,
    groups_inside,
    member_counts,
    members,
    people_through,
    waiting_logins,
)
from lupweb.people.models import Group
from lupweb.runs.models import Run
from lupweb.texts import Text, _


@dataclass(frozen=True)
class GroupRow:
    """One group.

    :param name: with the key behind it, where another name looks the same
    :param directory: name of the directory that holds it; "" for a local one
    :param logins: how many were declared of a local group, those that wait among them
    :param read_run_id: the run that read it last; None: none yet
    :param trouble: "gone" or "refused" if that run could not read it
    """

    id: int
    key: str
    name: str
    directory: str
    dn: str
    logins: int
    members: MemberCount
    uses: Sequence[Use]
    read_run_id: int | None
    trouble: str

    @property
    def is_local(self) -> bool:
        """Return whether its members are entered here."""
        return not self.directory


@dataclass(frozen=True)
class InsideRow:
    """A group inside; `people` belong through it, `key` is ours if it is declared here as well."""

    inside: Inside
    people: int
    key: str


@dataclass(frozen=True)
class GroupPage:
    """One group with a page of its members.

    :param runs: number -> when it began, of those that are named
    :param waiting: logins that were declared and name nobody, or two people
    :param why_closed: why the viewer does not decide who is in it; None if they do
    """

    row: GroupRow
    members: MemberPage
    inside: Sequence[InsideRow]
    waiting: Sequence[str]
    runs: Mapping[int, datetime]
    why_closed: Text | None


@dataclass(frozen=True)
class PersonGroup:
    """A group of one person, and why they are in it."""

    row: GroupRow
    belonging: Belonging


def groups_overview(viewer: Viewer, options: Mapping[str, Any], secret_key: str) -> list[GroupRow]:
    """Return every group, by name; a constant number of queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    rows = _rows(open_setup(viewer, secret_key), options).values()
    return sorted(rows, key=lambda row: (row.name.casefold(), row.key))


def group_page(
    viewer: Viewer,
    key: str,
    secret_key: str,
    options: Mapping[str, Any],
    asked: tuple[str, int],
) -> GroupPage:
    """Return one group with a page of its members; a constant number of queries.

    :param asked: words that name the members who are wanted, and the number of the page
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    """
    setup = open_setup(viewer, secret_key)
    row = _rows(setup, options).get(key)
    if row is None:
        raise NotFound(_("There is no group “%(key)s”.", key=key[:63]))
    inside = GroupsInside() if row.is_local else groups_inside([row.id])
    page = members(row.id, inside, options, *asked)
    named = [row.read_run_id, *(each.belonging.run_id for each in page.rows)]
    waiting = waiting_logins(row.id, setup[GROUPS][key]["members"]) if row.is_local else []
    closed = why_closed(viewer, setup, key)
    return GroupPage(row, page, _inside_rows(row, inside), waiting, started(named), closed)


def why_group_closed(viewer: Viewer, key: str, secret_key: str) -> Text | None:
    """Return why this viewer does not decide who is in a group, or whether it is; None if they do.

    :param key: "" for one that is not there yet
    :raises Forbidden: if `viewer` is no administrator
    """
    return why_closed(viewer, open_setup(viewer, secret_key), key)


def groups_of_one(
    viewer: Viewer, person_id: int, options: Mapping[str, Any], secret_key: str
) -> list[PersonGroup]:
    """Return the groups of one person, by name, and why; a constant number of queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    by_id = {row.id: row for row in _rows(open_setup(viewer, secret_key), options).values()}
    found = [PersonGroup(by_id[each.group_id], each) for each in belongings(person_id)]
    return sorted(found, key=lambda each: each.row.name.casefold())


def why(belonging: Belonging, row: GroupRow) -> Text:
    """Return why somebody is in a group, in words."""
    if row.is_local:
        return _("Entered here")
    if belonging.inside is None:
        return _("Named by the group itself")
    return _("Through %(way)s", way=" › ".join(belonging.inside.names))


def started(run_ids: Iterable[int | None]) -> dict[int, datetime]:
    """Return when these runs began; one query."""
    wanted = {id_ for id_ in run_ids if id_ is not None}
    rows = select(Run.id, Run.started_at).where(Run.id.in_(wanted))
    return dict(db.session.execute(rows).all())


def _rows(setup: Setup, options: Mapping[str, Any]) -> dict[str, GroupRow]:
    counts = member_counts(options)
    columns = select(Group.id, Group.key, Group.read_run_id, Group.trouble)
    stored = {row.key: row for row in db.session.execute(columns)}
    names = told_apart({key: entry["name"] for key, entry in setup[GROUPS].items()})
    return {
        key: GroupRow(
            id=stored[key].id,
            key=key,
            name=names[key],
            directory=_directory_name(setup, entry["directory"]),
            dn=entry["dn"],
            logins=len(entry["members"]),
            members=counts.get(stored[key].id, MemberCount()),
            uses=uses_of(setup, key),
            read_run_id=stored[key].read_run_id,
            trouble=stored[key].trouble,
        )
        for key, entry in setup[GROUPS].items()
    }


def _directory_name(setup: Setup, key: str) -> str:
    return str(setup["directories"][key]["name"] or key) if key else ""


def _inside_rows(row: GroupRow, inside: GroupsInside) -> list[InsideRow]:
    if not inside.by_id:
        return []
    through = people_through(row.id)
    declared = _declared_beside(row.id)
    found = [
        InsideRow(each, through.get(each.id, 0), declared.get(fold_dn(each.dn), ""))
        for each in inside.by_id.values()
    ]
    return sorted(found, key=lambda each: [fold_dn(dn) for dn in each.inside.way])


def _declared_beside(group_id: int) -> dict[str, str]:
    """Return folded DN -> key of the groups of the same directory."""
    directory = db.session.scalar(select(Group.directory_id).where(Group.id == group_id))
    return groups_by_dn(directory) if directory is not None else {}
