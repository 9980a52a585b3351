"""Test writing: who may, whom and what it is tried for, and what became of it lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lupweb.accounts.actors import actor_names
from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.audit.models import AuditEvent
from lupweb.database import db, end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.keys import NOT_WRITTEN
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import barred_of, facts_of, get_directory
from lupweb.errors import Forbidden, InvalidValue, ReadOnlyMode
from lupweb.ldap.filters import checked_attribute
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.texts import _
from lupweb.writeback.access import nowhere, tried_access
from lupweb.writeback.access_contact import Contact
from lupweb.writeback.access_steps import AccessState, AccessStep, AccessTest, Subject

TESTED = "writeback.tested"
MOST_AT_ONCE = 60
"""Pairs of a person and an attribute."""
KEPT = 200
"""Tests that are looked through for the last one of each pair."""


@dataclass(frozen=True)
class Asked:
    """What is to be tried.

    :param people: their numbers
    :param writes: write the values that are there again
    """

    people: Sequence[int]
    attributes: Sequence[str]
    writes: bool = False


@dataclass(frozen=True)
class Outside:
    """What is needed to ask directories; `read_only` is switched on outside of the database."""

    secret_key: str
    connect: Connect
    read_only: bool = False


@dataclass(frozen=True)
class KeptTest:
    """A test as it was noted: the last one of this person and attribute.

    :param by: the name of who tried it; "" for the command line
    """

    test: AccessTest
    at: datetime
    by: str


def try_access(viewer: Viewer, key: str, asked: Asked, outside: Outside) -> list[AccessTest]:
    """Test writing to a directory, for each of these people and attributes; stores nothing.

    Asks the directory; writes only if asked to, and then the values that are there.

    :raises Forbidden: if `viewer` is no system administrator
    :raises NotFound: if there is no such directory
    :raises InvalidValue: if nothing that can be tried was named, or writing is off
    :raises ReadOnlyMode: if it is to write, and nothing may be written now
    """
    require_tester(viewer)
    directory = get_directory(key)
    _refuse(directory, asked, outside)
    name, facts = directory.name, facts_of(directory, outside.secret_key)
    chosen = options()
    barred = barred_of(facts, chosen)
    picture = chosen["picture_attribute"] if chosen["picture_source"] == "ldap" else ""
    subjects = _subjects(asked.people, directory.id)
    end_reading()
    with Contact(facts, outside.connect, barred, picture) as contact:
        return [
            tried_access(contact, name, subject, attribute, writes=asked.writes)
            for subject in subjects
            for attribute in dict.fromkeys(asked.attributes)
        ]


def try_access_of(
    viewer: Viewer, person_id: int, attribute: str, outside: Outside, *, writes: bool
) -> AccessTest:
    """Test writing for one person, in the directory that supplies this person; stores nothing.

    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidValue: if this is no attribute, or writing is off
    :raises ReadOnlyMode: if it is to write, and nothing may be written now
    """
    require_tester(viewer)
    asked = Asked([person_id], [attribute], writes)
    supplier = db.session.scalar(
        select(Directory.key)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id == person_id,
            Identity.is_gone.is_(False),
            Directory.is_enabled,
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position)
        .limit(1)
    )
    if supplier is None:
        checked_attribute(attribute)
        return nowhere(_subjects([person_id], 0)[0], attribute, writes=writes)
    return try_access(viewer, supplier, asked, outside)[0]


def note_tests(viewer: Viewer, tests: Sequence[AccessTest]) -> None:
    """Keep what became of tests, for the page and the audit; call inside a transaction."""
    for each in tests:
        kept = {
            "person": each.subject.person_id,
            "attribute": each.attribute,
            "wrote": each.wrote,
            "is_well": each.is_well,
            "rule": each.rule,
            "steps": [[step.id, step.state, str(step.text), str(step.fix)] for step in each.steps],
        }
        note_event(viewer.actor, TESTED, each.directory, {}, kept)


def kept_tests(viewer: Viewer, key: str) -> list[KeptTest]:
    """Return the last test of each pair that was tried lately, the newest first; four queries.

    :raises Forbidden: if `viewer` is no system administrator
    """
    require_tester(viewer)
    events = _events(key)
    last: dict[tuple[int, str], AuditEvent] = {}
    for each in events:
        last.setdefault((_kept(each, "person"), _kept(each, "attribute").casefold()), each)
    subjects = {each.person_id: each for each in _subjects([person for person, _a in last], 0)}
    names = actor_names({each.actor for each in last.values()})
    return [
        KeptTest(_test(each, subjects[person]), each.at, names.get(each.actor, ""))
        for (person, _attribute), each in last.items()
        if person in subjects
    ]


def last_tested(attribute: str, keys: Sequence[str]) -> Mapping[str, datetime]:
    """Return when writing this attribute was tested last, if the test went well: key -> time."""
    found: dict[str, datetime] = {}
    for key in keys:
        of_it = (each for each in _events(key) if _names(each, attribute))
        last = next(of_it, None)
        if last is not None and _kept(last, "is_well"):
            found[key] = last.at
    return found


def proposed_person(key: str) -> Person | None:
    """Return somebody of a directory with whom writing can be tested, or None; one query."""
    rows = (
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Directory.key == key, Identity.is_gone.is_(False), Identity.is_person)
        .order_by(Identity.id)
        .limit(1)
    )
    return db.session.scalar(rows)


def require_tester(viewer: Viewer) -> None:
    """Let nobody pass but system administrators.

    :raises Forbidden: for everybody else
    """
    if not is_system_administrator(viewer):
        raise Forbidden(_("Only system administrators may test writing. Ask one of them."))


def _refuse(directory: Directory, asked: Asked, outside: Outside) -> None:
    for each in asked.attributes:
        checked_attribute(each)
    if not asked.people or not asked.attributes:
        raise InvalidValue(_("Name at least one person and one attribute."))
    if len(asked.people) * len(asked.attributes) > MOST_AT_ONCE:
        raise InvalidValue(
            _("At most %(n)s pairs of a person and an attribute at once.", n=MOST_AT_ONCE)
        )
    if directory.role == DirectoryRole.ALTERNATIVE:
        raise InvalidValue(_("The alternative LDAP is only read, never written."))
    if not asked.writes:
        return
    if not directory.takes_writes:
        is_off = _("Writing to “%(name)s” is off. Nothing was written.", name=directory.name)
        raise InvalidValue(NOT_WRITTEN if directory.writes else is_off)
    if outside.read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was written."))


def _subjects(person_ids: Sequence[int], directory_id: int) -> list[Subject]:
    """Return these people, and who each is in the directory; two queries."""
    ids = list(dict.fromkeys(person_ids))
    people = {
        each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(ids)))
    }
    rows = (
        select(Identity.person_id, Identity.unique_id, Directory.id, Directory.name)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.person_id.in_(ids), Identity.is_gone.is_(False))
        .order_by(Directory.position.desc())
    )
    here: dict[int, str] = {}
    elsewhere: dict[int, str] = {}
    for person_id, unique_id, found_in, name in db.session.execute(rows):
        if found_in == directory_id:
            here[person_id] = unique_id
        else:
            elsewhere[person_id] = name
    return [
        Subject(id_, people[id_].name, people[id_].login, here.get(id_, ""), elsewhere.get(id_, ""))
        for id_ in ids
        if id_ in people
    ]


def _events(key: str) -> Sequence[AuditEvent]:
    rows = select(AuditEvent).where(AuditEvent.kind == TESTED, AuditEvent.about == key)
    return db.session.scalars(rows.order_by(AuditEvent.id.desc()).limit(KEPT)).all()


def _kept(event: AuditEvent, name: str) -> Any:
    """Return what was noted; what is false or empty is noted, too."""
    return event.changes.get(name, [None, ""])[1]


def _names(event: AuditEvent, attribute: str) -> bool:
    return bool(_kept(event, "attribute").casefold() == attribute.casefold())


def _test(event: AuditEvent, subject: Subject) -> AccessTest:
    steps = [
        AccessStep(name, AccessState(state), text, fix)
        for name, state, text, fix in _kept(event, "steps")
    ]
    return AccessTest(
        subject,
        event.about,
        _kept(event, "attribute"),
        bool(_kept(event, "wrote")),
        steps,
        _kept(event, "rule"),
    )
