"""A company in a directory that anything may happen to, and what lupweb ought to know of it.

What ought to be is read here from the entries of the stand-in, plainly, and not by the product.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import OPERATOR
from lupweb.audit.models import History
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Group, Membership, Person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.sources import Source
from lupweb.runs.models import PlanItem, Run
from lupweb.sync.modes import NOTHING_WRITTEN, STAMPED_SINCE, WRITTEN_SINCE
from tests.factories import (
    SECRET_KEY,
    SUFFIX,
    a_connection,
    a_group,
    a_profile,
    an_empty_directory,
    an_entry,
)
from tests.fakes import FakeDirectory
from tests.ldap.fake_server import StoredEntry

PEOPLE = f"ou=people,{SUFFIX}"
AWAY = f"ou=groups,{SUFFIX}"
SAFETY = f"cn=safety,{AWAY}"
MANY = 24
NAMES = ("@login", "@name", "@email", "@state")
PAST, NEVER = b"1", b"-1"


@dataclass
class World:
    """The directory, and what people entered in the browser.

    :param mapping: field key -> attribute; "" where people enter the value themselves
    :param entered: person, field key -> what such a field holds
    :param edited: those of them that somebody typed
    """

    directory: FakeDirectory = field(default_factory=an_empty_directory)
    mapping: dict[str, str] = field(
        default_factory=lambda: {
            "phone": "telephoneNumber",
            "position": "title",
            "department": "departmentNumber",
            "location": "l",
            "emergency": "homePhone",
            "manager": "manager",
            "nickname": "",
        }
    )
    entered: dict[tuple[int, str], str] = field(default_factory=dict)
    edited: set[tuple[int, str]] = field(default_factory=set)

    def begin(self) -> None:
        """Let there be people, a branch, a group, and a set-up that names them."""
        for number in range(MANY):
            an_entry(
                self.directory, f"p{number:02}", telephoneNumber=f"+49 611 {number}", title="Clerk"
            )
        self.directory.add(f"ou=south,{PEOPLE}", {"objectClass": [b"organizationalUnit"]})
        a_group(self.directory, a_connection(self.directory), "safety", ["p00", "p01"])
        a_profile()
        with transaction():
            define_field("nickname", "Nickname", category="work")

    def entries(self) -> list[StoredEntry]:
        """Return everybody, also who is out of scope, in the order in which they came."""
        return [
            each
            for each in self.directory.server.entries.values()
            if b"inetOrgPerson" in each.values.get("objectClass", [])
        ]

    def in_scope(self) -> dict[str, StoredEntry]:
        """Return the people whom a run has to find: unique id -> entry."""
        return {
            each.values["entryUUID"][0].decode(): each
            for each in self.entries()
            if each.dn.casefold().endswith(f",{PEOPLE}")
        }

    def wanted(self, entry: StoredEntry) -> dict[str, str]:
        """Return what is to be stored of somebody; without what cannot be read."""
        login = first(entry, "uid")
        found = {
            "@login": login,
            "@name": first(entry, "displayName") or first(entry, "cn") or login,
            "@email": first(entry, "mail"),
            "@state": "disabled" if first(entry, "shadowExpire") == PAST.decode() else "active",
        }
        found |= {key: first(entry, name) for key, name in self.mapping.items() if name}
        return {key: value for key, value in found.items() if value is not None}

    def members(self) -> set[str]:
        """Return the folded DNs of the group's members."""
        return {each.decode().casefold() for each in self.directory.get(SAFETY, "member")}

    def own(self, key: str) -> None:
        """Let people enter a field themselves from now on; what it holds stays."""
        self.map(key, "")
        self.remember()

    def map(self, key: str, attribute: str) -> None:
        """Let the directory fill a field, or nobody but people."""
        self.mapping[key] = attribute
        self.edited = {pair for pair in self.edited if pair[1] != key}
        with transaction():
            stored = open_setup(OPERATOR, SECRET_KEY)
            source = str(Source.LDAP if attribute else Source.USER)
            changed = {**stored["fields"][key], "source": source, "attribute": attribute}
            fields = {**stored["fields"], key: changed}
            change_setup(OPERATOR, stored, {"fields": fields}, SECRET_KEY)

    def forget(self, ids: Set[int]) -> None:
        """Forget what these people entered."""
        self.entered = {pair: each for pair, each in self.entered.items() if pair[0] not in ids}
        self.edited = {pair for pair in self.edited if pair[0] not in ids}

    def remember(self) -> None:
        """Note what is stored of fields that people own, where nobody typed anything."""
        keys = [key for key, name in self.mapping.items() if not name]
        for person in people():
            for key in keys:
                if (person.id, key) not in self.edited:
                    self.entered[person.id, key] = person.document["values"].get(key, "")


def first(entry: StoredEntry, attribute: str) -> str | None:
    """Return the lowest value; "" if there is none; None if it cannot be read."""
    values = entry.values.get(attribute, [])
    try:
        return min(values).decode() if values else ""
    except UnicodeDecodeError:
        return None


def people() -> list[Person]:
    db.session.rollback()
    return list(db.session.scalars(select(Person).order_by(Person.id)))


def present() -> dict[str, tuple[Identity, Person]]:
    """Return whose entries are there: unique id -> entry, person."""
    db.session.rollback()
    rows = (
        select(Identity, Person)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.is_gone.is_(False))
    )
    return {entry.unique_id: (entry, person) for entry, person in db.session.execute(rows)}


def stored(person: Person) -> dict[str, str]:
    """Return what is stored of somebody, by the keys of `World.wanted`."""
    named = (person.login, person.name, person.email, str(person.state))
    return {**person.document["values"], **dict(zip(NAMES, named, strict=True))}


def snapshot() -> list[Any]:
    """Return everything that a run may change, but for its own records."""
    db.session.rollback()
    tables = (Person, Identity, Membership, IndexedValue, History)
    return [
        sorted(map(repr, map(tuple, db.session.execute(select(each.__table__))))) for each in tables
    ]


@dataclass(frozen=True)
class Held:
    """What a run says that it left as it was.

    :param whole: unique ids, and ids of people, that are held as a whole
    :param parts: unique id -> the fields that are held
    """

    whole: frozenset[object]
    parts: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, run_id: int) -> "Held":
        rows = select(PlanItem).where(PlanItem.run_id == run_id, PlanItem.guard != "")
        whole: set[object] = set()
        parts: dict[str, frozenset[str]] = {}
        for each in db.session.scalars(rows):
            if each.action == "change" and each.guard in {"clear", "rename"}:
                parts[each.unique_id] = parts.get(each.unique_id, frozenset()) | set(each.changes)
            else:
                whole |= {each.unique_id or each.person_id}
        return cls(frozenset(whole), parts)


def is_by_mark(run_id: int) -> bool:
    """Return whether a run relied on what the server says, and looked at some people only."""
    reason = db.session.get_one(Run, run_id).reason
    return reason in {str(each.reason) for each in (NOTHING_WRITTEN, WRITTEN_SINCE, STAMPED_SINCE)}


def check_everybody(world: World, run_id: int) -> None:
    """Everybody is as the directory says, or the run says that they are not.

    Who is gone, or moved with the branch, is not noticed by a mark (sync.md section 12).
    """
    by_mark = is_by_mark(run_id)
    held, found, entries = Held.of(run_id), present(), world.in_scope()
    for unique_id, entry in entries.items():
        if unique_id in held.whole or not first(entry, "uid"):
            continue
        assert unique_id in found, f"{entry.dn} was not brought by run {run_id}"
        identity, person = found[unique_id]
        assert by_mark or identity.dn.casefold() == entry.dn.casefold()
        check_values(world, entry, person, held.parts.get(unique_id, frozenset()))
    if by_mark:
        return
    unread = {each.dn.casefold() for each in entries.values() if not first(each, "uid")}
    for unique_id, (identity, person) in found.items():
        # what cannot be read stands where they stood: it is in the list, and nobody is hidden
        if identity.dn.casefold() in unread:
            continue
        # whoever is disabled is hidden already; a run that hides nobody leaves them so
        is_hidden = bool(held.whole) and person.state == PersonState.DISABLED
        is_said = is_hidden or unique_id in held.whole or person.id in held.whole
        assert unique_id in entries or is_said, f"{identity.dn} is gone and was not noticed"
    check_references(world, found, held)


def check_values(
    world: World, entry: StoredEntry, person: Person, left_out: Iterable[str] = ()
) -> None:
    """Every value is that of the directory."""
    wanted, is_stored = world.wanted(entry), stored(person)
    differing = {
        key: (value, is_stored.get(key, ""))
        for key, value in wanted.items()
        if key not in left_out and value != is_stored.get(key, "")
    }
    assert not differing, f"{entry.dn}: wanted, stored: {differing}"


def check_references(
    world: World, found: Mapping[str, tuple[Identity, Person]], held: Held
) -> None:
    """Managers and members of the group are those whom the directory names."""
    if held.whole:
        return
    by_dn = {entry.dn.casefold(): person for entry, person in found.values()}
    rows = (
        select(IndexedValue.person_id, IndexedValue.key, IndexedValue.referred_id)
        .join(Person, Person.id == IndexedValue.person_id)
        .where(IndexedValue.is_dn, Person.state != PersonState.MISSING)
    )
    for person_id, dn, referred_id in db.session.execute(rows):
        leader = by_dn.get(dn)
        assert referred_id == (leader.id if leader else None), f"{person_id} is led by {dn}"
    members = (
        select(Membership.person_id)
        .join(Group)
        .join(Person, Person.id == Membership.person_id)
        .where(Group.key == "safety", Person.state != PersonState.MISSING)
    )
    wanted = {person.id for dn, person in by_dn.items() if dn in world.members()}
    stored_members = set(db.session.scalars(members))
    assert stored_members == wanted, f"members: {stored_members}, wanted: {wanted}"


def check_own_values(world: World) -> None:
    """What people own is what was saved last."""
    for person in people():
        for key, name in world.mapping.items():
            if not name:
                value = person.document["values"].get(key, "")
                assert value == world.entered.get((person.id, key), ""), (person.login, key)
