"""What names a person by login ends with the purge; whoever has it next has nothing (B76)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from lupweb import clock
from lupweb.accounts.grants import ensure_a_system_administrator_remains, role_of_person
from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.accounts.tokens import Scope, make_token, revoke_token
from lupweb.accounts.viewers import Viewer, viewer_of
from lupweb.audit.events import events_about, note_event
from lupweb.audit.models import AuditEvent, History
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.options.registry import PURGE_AFTER_DAYS
from lupweb.options.service import set_option
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.rights import EditRight, edit_rights, may_edit, store_edit_right
from lupweb.purging.clearing import PREFIX, hash_of_login
from lupweb.purging.service import purge
from lupweb.runs.models import RunProblem
from lupweb.runs.service import note_problem
from lupweb.search.engine import TABLES
from lupweb.sync.records import record
from tests.factories import SECRET_KEY, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies

GONE = "zoe"
CHIEF = "chief"
NAME = "Zoe Zqxname"


def _make(directory: FakeDirectory) -> None:
    """Zoe is named wherever somebody can be named by login, and has left."""
    for login in ("ann", "bob", CHIEF):
        an_entry(directory, login)
    zoe = an_entry(directory, GONE, NAME)
    a_connection(directory)
    a_profile()
    _name_her()
    first = a_run(directory)
    with transaction():
        note_problem(first, f"The entry {zoe.upper()} was refused.")
        note_problem(first, "Another entry was refused.")
    _make_a_token()
    directory.delete(GONE)
    a_run(directory)
    an_entry(directory, GONE, "Zoe Newcomer")
    a_run(directory)
    with transaction():
        left = update(History).where(History.new == "missing")
        db.session.execute(left.values(at=clock.now() - timedelta(days=100)))
        set_option(PURGE_AFTER_DAYS, 90)


def _name_her() -> None:
    with transaction():
        for role, login in ((Role.ADMINISTRATOR, "Zoe"), (Role.ADMINISTRATOR, "bob"),
                            (Role.SYSTEM_ADMINISTRATOR, CHIEF)):  # fmt: skip
            db.session.add(RoleGrant(role=role, login=login))
        db.session.add(Group(key="team", name="Team", logins=["ZOE", "ann"]))
        db.session.add(
            OrgChart(key="line", name="Line", manager_field="manager", top=[GONE, "bob"])
        )
        store_edit_right(EditRight(profiles_of_people=("ann",), editor_people=(GONE, "bob")))
        store_edit_right(EditRight(profiles_of_people=(GONE,), editor_people=("bob",)))
        store_edit_right(EditRight(profiles_of_people=("bob",), editor_people=(GONE,)))
        note_event("", "group.members_added", "team", {}, {"members": [GONE, "ann"]})
        note_event("", "edit_right.added", f"@ann by @bob, @{GONE}", {}, {"editor_people": [GONE]})


def _make_a_token() -> None:
    with transaction():
        account = User(person_id=get_person(GONE).id)
        db.session.add(account)
        db.session.flush()
        viewer = viewer_of(account)
        number, _text = make_token(viewer, "Zqx telephone", [Scope.PEOPLE], 90)
        revoke_token(viewer, number)


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Ann, Bob, a chief, Zoe who left a hundred days ago, and somebody new with her login."""
    return companies.again(in_app, directory, _make)


@pytest.fixture
def purged(company: FakeDirectory) -> dict[str, object]:
    """The record of the purge, after which the directory is read again."""
    found = record(purge(secret_key=SECRET_KEY, trigger="test"))
    a_run(company)
    db.session.rollback()
    return found


def _people() -> list[Person]:
    """Return the newcomer, and whom she has the login of."""
    rows = db.session.scalars(select(Person).order_by(Person.id.desc())).all()
    gone = next(each for each in rows if each.state in (PersonState.PURGED, PersonState.MISSING))
    return [get_person(GONE), gone]


def test_b76_whoever_has_the_login_next_gets_no_right(purged: dict[str, object]) -> None:
    newcomer, gone = _people()

    assert gone.state is PersonState.PURGED
    assert newcomer.id != gone.id
    assert role_of_person(newcomer) is Role.EMPLOYEE
    viewer = Viewer(person_id=newcomer.id)
    assert not any(may_edit(viewer, get_person(each), frozenset()) for each in ("ann", "bob"))
    assert not may_edit(Viewer(person_id=get_person("bob").id), newcomer, frozenset())
    groups = select(Membership.group_id).where(Membership.person_id == newcomer.id)
    assert list(db.session.scalars(groups)) == []


def test_others_who_were_named_beside_stay_named(purged: dict[str, object]) -> None:
    assert [each.right for each in edit_rights()] == [
        EditRight(profiles_of_people=("ann",), editor_people=("bob",))
    ]
    assert role_of_person(get_person("bob")) is Role.ADMINISTRATOR
    assert db.session.scalars(select(Group.logins)).one() == ["ann"]
    chart = db.session.scalars(select(OrgChart)).one()
    assert chart.top == ["bob"]
    ensure_a_system_administrator_remains()


def test_the_report_and_the_record_say_what_was_taken(purged: dict[str, object]) -> None:
    _newcomer, gone = _people()

    assert purged["message"] == (
        "The values of 1 person who left long ago were cleared for good. 6 roles, edit rights,"
        " local groups or org charts that named them by login do so no more."
    )
    (event,) = (each for each in events_about(f"person:{gone.id}") if each.kind == "person.purged")
    taken = {name: before for name, (before, _after) in event.changes.items() if before}
    assert {name: len(each) for name, each in taken.items()} == {
        "roles": 1, "edit_rights": 3, "groups": 1, "org_charts": 1,
    }  # fmt: skip
    assert (taken["roles"], taken["groups"], taken["org_charts"]) == (
        ["administrator"], ["team"], ["line"],
    )  # fmt: skip


def test_sentences_of_runs_and_names_of_tokens_go(purged: dict[str, object]) -> None:
    problems = list(db.session.scalars(select(RunProblem.text)))
    tokens = select(AuditEvent).where(AuditEvent.kind.startswith("token."))
    events = list(db.session.scalars(tokens))

    assert [each for each in problems if "entry" in each] == ["Another entry was refused."]
    assert {each.kind for each in events} == {"token.made", "token.revoked"}
    assert all(set(each.changes) == {"scopes", "ends"} for each in events)


def test_what_was_recorded_names_her_by_the_hash_unless_another_has_the_login(
    company: FakeDirectory, events: Callable[[], str]
) -> None:
    company.delete(GONE)  # the newcomer leaves too, and is due as well
    a_run(company)
    with transaction():
        db.session.execute(update(History).values(at=clock.now() - timedelta(days=100)))
        db.session.execute(update(Identity).where(Identity.dn.contains(GONE)).values(is_gone=True))
    assert GONE in events()

    purge(secret_key=SECRET_KEY, trigger="test")

    hashed = PREFIX + hash_of_login(GONE, SECRET_KEY)
    assert GONE not in events().replace(hashed, "")
    assert f"@ann by @bob, @{hashed}" in events()


def test_words_of_the_search_go_from_the_file_as_well(
    company: FakeDirectory,
) -> None:
    assert b"qxname" in _index()

    purge(secret_key=SECRET_KEY, trigger="test")

    assert b"qxname" not in _index()


@pytest.fixture
def events() -> Callable[[], str]:
    """Returns what is recorded of the set-up, as text."""

    def told() -> str:
        db.session.rollback()
        rows = db.session.scalars(select(AuditEvent)).all()
        return "\n".join(f"{each.kind} {each.about} {each.changes}" for each in rows)

    return told


def _index() -> bytes:
    """Return what stands in the tables that FTS5 keeps behind its own."""
    db.session.rollback()
    blocks: list[bytes] = []
    for name in TABLES:
        query = text(f"SELECT block FROM {name}_data")  # noqa: S608 - a name of ours
        blocks += db.session.scalars(query)
    return b"".join(blocks)
