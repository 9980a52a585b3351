"""What names people by login follows them when a directory calls them otherwise (B75 to B77).

Roles, edit rights and local groups hold logins as an administrator wrote them. Whoever is renamed
keeps what the old login gave, and whoever has the old login next gets nothing by it. Where the new
login is not theirs alone, the number stands in its place, as in `id:7`, until it is: two people who
swap their logins may be written one after the other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, select

from lupweb.accounts.models import RoleGrant
from lupweb.accounts.sessions import check_all_soon
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.people.models import Group, Person
from lupweb.people.names import fold_login
from lupweb.people.queries import HUMAN, number_in, one_of
from lupweb.profiles.models import EditGrantParty

NAMED_ANEW = "person.named_anew"


class Called(Protocol):
    """Somebody as a row is about to call them."""

    @property
    def id(self) -> int:
        """Return the number of the record."""

    @property
    def login(self) -> str:
        """Return the login as it is shown."""

    @property
    def login_folded(self) -> str:
        """Return the login as it is compared."""


class _Holder(NamedTuple):
    id: int
    human: int
    login: str
    folded: str


@dataclass(frozen=True)
class _Holders:
    """Who has which login: as stored, and as it is about to be."""

    before: Sequence[_Holder]
    after: Sequence[_Holder]

    def whose(self, folded: str) -> int | None:
        """Return who is to keep what a login gives; None if the login still says it, or nobody is.

        Of several who have it, it is the one who was here first: a new person inherits nothing.
        """
        had = {each.human for each in self.before if each.folded == folded}
        first = min(had, default=None)
        return None if first is None or self._having(folded) == {first} else first

    def name_of(self, human: int) -> str:
        """Return what names somebody alone: the login, or the number."""
        own = (each for each in self.after if each.id == human and each.folded)
        alone = (each.login for each in own if self._having(each.folded) == {human})
        return next(alone, f"id:{human}")

    def _having(self, folded: str) -> set[int]:
        return {each.human for each in self.after if each.folded == folded}


@dataclass
class _Places:
    """Where somebody is named; without the login, which is personal."""

    roles: list[str] = field(default_factory=list)
    edit_rights: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def follow_logins(rows: Sequence[Called]) -> None:
    """Let what names these people follow them; call it before they are stored, in a transaction.

    One query where nobody is called otherwise than before.
    """
    stored = {each.id: each for each in _read(one_of(Person.id, [row.id for row in rows]))}
    new = {
        row.id: row
        for row in rows
        if row.id in stored and row.login_folded != stored[row.id].folded
    }
    named = _named() if new else set()
    moved = {stored[id_].folded for id_ in new} | {row.login_folded for row in new.values()}
    moved.discard("")
    numbers = {number for each in named if (number := number_in(each)) is not None}
    if not numbers and named.isdisjoint(moved):
        return
    numbered = _read(one_of(Person.id, numbers))
    humans = {each.human for each in numbered}
    called = {each.folded for each in _read(one_of(Person.id, humans))} - {""}
    before = _read(Person.login_folded.in_(called | moved) | one_of(Person.id, {*humans, *new}))
    holders = _Holders(before, [_renamed(each, new.get(each.id)) for each in before])
    whose = {f"id:{each.id}": each.human for each in numbered}
    for login in moved:
        if (human := holders.whose(login)) is not None:
            whose[login] = human
    _rename(whose, {human: holders.name_of(human) for human in whose.values()})


def _read(condition: ColumnElement[bool]) -> list[_Holder]:
    rows = select(Person.id, HUMAN, Person.login, Person.login_folded).where(condition)
    return [_Holder(*row) for row in db.session.execute(rows)]


def _renamed(holder: _Holder, row: Called | None) -> _Holder:
    return holder._replace(login=row.login, folded=row.login_folded) if row else holder


def _named() -> set[str]:
    """Return every login that a role, an edit right or a local group names, folded."""
    grants = db.session.scalars(select(RoleGrant.login).where(RoleGrant.login != ""))
    parties = select(EditGrantParty.login).where(EditGrantParty.login != "")
    groups = db.session.scalars(select(Group.logins).where(Group.directory_id.is_(None)))
    logins = (*grants, *db.session.scalars(parties), *(each for found in groups for each in found))
    return set(map(fold_login, logins))


def _rename(whose: Mapping[str, int], texts: Mapping[int, str]) -> None:
    """Write other texts wherever a name stands that is somebody's.

    :param whose: folded name -> whom it means
    :param texts: whom -> what names them from now on
    """
    humans = {name: human for name, human in whose.items() if fold_login(texts[human]) != name}
    places: defaultdict[int, _Places] = defaultdict(_Places)
    for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.login != "")).all():
        human = humans.get(fold_login(grant.login))
        if human is not None:
            grant.login = texts[human]
            places[human].roles.append(str(grant.role))
    parties = select(EditGrantParty).where(EditGrantParty.login_folded.in_(humans))
    for party in db.session.scalars(parties).all():
        human = humans[party.login_folded]
        party.login, party.login_folded = texts[human], fold_login(texts[human])
        places[human].edit_rights.append(str(party.grant_id))
    _rename_members(humans, texts, places)
    for human, found in places.items():
        said = {name: each for name, each in vars(found).items() if each}
        note_event("", NAMED_ANEW, f"person:{human}", {}, said)
    if places:
        check_all_soon()


def _rename_members(
    humans: Mapping[str, int], texts: Mapping[int, str], places: defaultdict[int, _Places]
) -> None:
    local = select(Group).where(Group.directory_id.is_(None)).order_by(Group.id)
    for group in db.session.scalars(local.with_for_update()).all():
        theirs = [humans.get(fold_login(login)) for login in group.logins]
        members = zip(group.logins, theirs, strict=True)
        named = [login if human is None else texts[human] for login, human in members]
        for human in dict.fromkeys(theirs):
            if human is not None:
                places[human].groups.append(group.key)
        if named != list(group.logins):
            group.logins = list(dict.fromkeys(named))
