"""End what names people by login: whoever has that login next is somebody else (B76)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select, update

from lupweb.accounts.models import RoleGrant
from lupweb.audit.models import AuditEvent
from lupweb.database import db
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Group, Person
from lupweb.people.names import fold_login
from lupweb.profiles.models import EditGrantParty, GrantSide
from lupweb.profiles.rights import remove_edit_rights

EDIT_RIGHT = "edit_right."
NAMING = ("role.", EDIT_RIGHT, "group.", "org_chart.", "person.merged", "person.separated")
"""How the kinds of events begin that may name people by login."""
OF_TOKENS = "token."
LOGIN = re.compile(r"@(.+?)(?=, | by |$)")
"""A login in what an edit right is known by."""
AT_ONCE = 1_000
"""Rows that are held in memory of a whole table."""


@dataclass
class Taken:
    """What named one person and does so no more; without the login, which is to be forgotten.

    :param edit_rights: their numbers
    :param groups: keys of local groups
    """

    roles: list[str] = field(default_factory=list)
    edit_rights: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    org_charts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return in how many places the person was named."""
        return sum(map(len, self.said().values()))

    def said(self) -> dict[str, list[str]]:
        """Return what an event tells of it."""
        return {name: found for name, found in vars(self).items() if found}


def take_names(people: Sequence[Person]) -> dict[int, Taken]:
    """Take these people out of roles, edit rights, local groups and org charts; in a transaction.

    Nobody loses what counts: whoever is purged could not sign in, and a login that somebody else
    has as well gave nothing.

    :returns: their ids -> what named them
    """
    found_of = {each.id: Taken() for each in people}
    taken = {f"id:{each.id}": found_of[each.id] for each in people}
    taken |= {each.login_folded: found_of[each.id] for each in reversed(people)}
    taken.pop("", None)
    _take_from_roles(taken)
    _take_from_edit_rights(taken)
    _take_from_groups(taken)
    _take_from_org_charts(taken)
    db.session.flush()
    return found_of


def forget_in_events(hashes: Mapping[str, str], actors: Collection[str]) -> None:
    """Let what was recorded of the set-up name these people by the hash, and no token by its name.

    A login that somebody else has now is theirs, and stays. Call it when the people are cleared.

    :param hashes: folded login -> what stands in its place
    :param actors: whom the names of tokens are forgotten of, as in `AuditEvent.actor`
    """
    theirs = db.session.scalars(select(Person.login_folded).where(Person.login_folded.in_(hashes)))
    stays = {"", *theirs}
    hidden = {login: hash_ for login, hash_ in hashes.items() if login not in stays}
    own = AuditEvent.kind.startswith(OF_TOKENS, autoescape=True) & AuditEvent.actor.in_(actors)
    kinds = (AuditEvent.kind.startswith(each, autoescape=True) for each in NAMING)
    columns = select(AuditEvent.id, AuditEvent.kind, AuditEvent.about, AuditEvent.changes)
    rows = db.session.execute(
        columns.where(or_(own, *kinds)), execution_options={"yield_per": AT_ONCE}
    )
    told_anew = []
    for id_, kind, about, changes in rows:
        now = _hidden_in(about, hidden) if kind.startswith(EDIT_RIGHT) else about
        if kind.startswith(OF_TOKENS):
            said = {name: each for name, each in changes.items() if name != "name"}
        else:
            said = {name: _hidden(each, hidden) for name, each in changes.items()}
        if (now, said) != (about, changes):
            told_anew.append({"id": id_, "about": now, "changes": said})
    if told_anew:
        db.session.execute(update(AuditEvent), told_anew)


def _take_from_roles(taken: Mapping[str, Taken]) -> None:
    for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.login != "")).all():
        if (found := taken.get(fold_login(grant.login))) is not None:
            found.roles.append(str(grant.role))
            db.session.delete(grant)


def _take_from_groups(taken: Mapping[str, Taken]) -> None:
    local = select(Group).where(Group.directory_id.is_(None)).order_by(Group.id)
    for group in db.session.scalars(local.with_for_update()).all():
        left = _named(group.logins, taken)
        for found in left:
            found.groups.append(group.key)
        if left:
            group.logins = [each for each in group.logins if fold_login(each) not in taken]


def _take_from_org_charts(taken: Mapping[str, Taken]) -> None:
    for chart in db.session.scalars(select(OrgChart)).all():
        left = _named(chart.top, taken)
        for found in left:
            found.org_charts.append(chart.key)
        if left:
            chart.top = [each for each in chart.top if fold_login(each) not in taken]
            chart.is_outdated = True


def _take_from_edit_rights(taken: Mapping[str, Taken]) -> None:
    """Take the logins out; a right that has nobody left on one side says nothing, and goes."""
    named = select(EditGrantParty).where(EditGrantParty.login_folded.in_(taken))
    parties = db.session.scalars(named).all()
    for party in parties:
        taken[party.login_folded].edit_rights.append(str(party.grant_id))
        db.session.delete(party)
    db.session.flush()
    ids = {party.grant_id for party in parties}
    sides: dict[int, set[str]] = {id_: set() for id_ in ids}
    left = select(EditGrantParty.grant_id, EditGrantParty.side)
    for id_, side in db.session.execute(left.where(EditGrantParty.grant_id.in_(ids))):
        sides[id_].add(side)
    remove_edit_rights([id_ for id_, there in sides.items() if len(there) < len(GrantSide)])


def _named(logins: Sequence[str], taken: Mapping[str, Taken]) -> list[Taken]:
    """Return what was taken of each of these names that is there, once each."""
    return [taken[each] for each in dict.fromkeys(map(fold_login, logins)) if each in taken]


def _hidden(value: Any, hashes: Mapping[str, str]) -> Any:
    """Return what an event says with hashes in place of logins, however deep in lists."""
    if isinstance(value, str):
        return hashes.get(fold_login(value), value)
    if isinstance(value, list):
        return [_hidden(each, hashes) for each in value]
    return value


def _hidden_in(label: str, hashes: Mapping[str, str]) -> str:
    """Return how an edit right is known, with hashes in place of logins (`right_label`)."""
    return LOGIN.sub(lambda found: f"@{hashes.get(fold_login(found[1]), found[1])}", label)
