"""Groups between the runs: read when one of them changed, or when people came, went or moved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import AlreadyRunning
from lupweb.notices.troubles import TroubleKind, troubles
from lupweb.people.models import Group, Membership, Person
from lupweb.runs.leases import take
from lupweb.runs.models import Run
from lupweb.runs.service import request
from lupweb.runs.states import covers
from lupweb.runs.timetable import TRIGGER
from lupweb.sync.memberships import Moved
from lupweb.sync.records import record
from lupweb.sync.service import perform, run
from tests.databases import both_databases, counted_queries
from tests.factories import SECRET_KEY, SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"


def groups_read(company: FakeDirectory) -> int:
    return run(
        "main", secret_key=SECRET_KEY, connect=company.connect, trigger="test", mode="groups"
    )


def members() -> list[str]:
    db.session.rollback()
    rows = select(Person.login).join(Membership).join(Group).where(Group.key == "safety")
    return sorted(db.session.scalars(rows))


def dn(login: str) -> bytes:
    return f"uid={login},ou=people,{SUFFIX}".encode()


def questions(company: FakeDirectory) -> list[str]:
    asked = list(company.server.questions)
    company.server.questions.clear()
    return asked


@both_databases
def test_a_right_that_was_taken_is_gone_after_a_run_of_the_groups_alone(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    company.set(SAFETY, "member", [dn("ben")])
    questions(company)

    groups_read(company)

    assert members() == ["ben"]
    assert not any("inetOrgPerson" in each for each in questions(company))


def test_groups_that_did_not_change_are_not_read_again(company: FakeDirectory) -> None:
    synchronized(company)
    questions(company)

    number = groups_read(company)

    assert f"read {SAFETY}" not in questions(company)
    assert "No group has changed" in db.session.get_one(Run, number).message


def test_a_run_of_changes_reads_the_groups_that_changed(company: FakeDirectory) -> None:
    synchronized(company)
    company.set(SAFETY, "member", [dn("ben")])

    changes_read(company)

    assert members() == ["ben"]


def test_a_member_who_moved_stays_one_although_no_group_changed(company: FakeDirectory) -> None:
    """With refint the member value is rewritten; here the group names both before the move."""
    for number in range(3):
        an_entry(company, f"more{number}")
    moved = f"uid=ada,ou=board,ou=people,{SUFFIX}"
    company.set(SAFETY, "member", [dn("ada"), moved.encode()])
    synchronized(company)
    company.rename("ada", moved)

    assert changes_read(company)["mode"] == "changes"
    assert members() == ["ada"]


def test_who_is_new_is_a_member_at_once_although_no_group_changed(company: FakeDirectory) -> None:
    for number in range(3):
        an_entry(company, f"more{number}")
    company.set(SAFETY, "member", [dn("ada"), dn("fay")])
    synchronized(company)
    assert members() == ["ada"]
    an_entry(company, "fay", "Fay")

    assert changes_read(company)["mode"] == "changes"
    assert members() == ["ada", "fay"]


def test_a_group_inside_that_changed_is_noticed(company: FakeDirectory) -> None:
    inner = f"cn=inner,ou=groups,{SUFFIX}"
    company.add(inner, {"objectClass": [b"groupOfNames"], "cn": [b"inner"], "member": [dn("ben")]})
    company.set(SAFETY, "member", [inner.encode()])
    synchronized(company)
    assert members() == ["ben"]
    company.set(inner, "member", [dn("cem")])

    groups_read(company)

    assert members() == ["cem"]


def test_a_group_that_could_not_be_read_is_read_by_the_next_run(company: FakeDirectory) -> None:
    synchronized(company)
    company.set(SAFETY, "member", [dn("ben")])
    company.fail_at_page(1)
    groups_read(company)
    assert members() == ["ada"]
    company.fail_at_page(0)

    groups_read(company)

    assert members() == ["ben"]


def test_a_run_of_groups_by_the_schedule_that_found_nothing_leaves_no_record(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    for members_ in ([dn("ada")], [dn("ben")]):
        with transaction():
            number = request("directory:main", trigger=TRIGGER, mode="groups", reason="due")
        perform(number, secret_key=SECRET_KEY, connect=company.connect)
        assert (db.session.get(Run, number) is None) == (members_ == [dn("ada")])
        db.session.rollback()
        company.set(SAFETY, "member", [dn("ben")])
    assert members() == ["ben"]


def test_a_run_of_groups_refuses_to_overlap_with_another_run(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        take("directory:main", "somebody")

    with pytest.raises(AlreadyRunning):
        groups_read(company)


def test_a_run_of_changes_that_waits_does_the_groups_as_well() -> None:
    assert covers("changes", "groups")
    assert covers("full", "groups")
    assert not covers("groups", "auto")
    assert not covers("groups", "changes")


@pytest.fixture
def crowd(company: FakeDirectory) -> FakeDirectory:
    """Twelve more people, all of them members."""
    logins = [f"m{number}" for number in range(12)]
    for login in logins:
        an_entry(company, login)
    company.set(SAFETY, "member", [dn(login) for login in logins])
    synchronized(company)
    return company


def test_g9_20_a_group_that_loses_most_members_is_emptied_at_once_and_that_is_told(
    crowd: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = len(db.session.scalars(select(Person.id).where(Person.state == "active")).all())
    crowd.delete(SAFETY)

    number = groups_read(crowd)

    assert members() == []
    texts = [each["text"] for each in record(number)["errors"]]
    assert any(each.startswith("12 of the 12 members of the group “safety” left") for each in texts)
    assert any("is not in the directory" in each for each in texts)
    (told,) = troubles()
    assert (told.kind, told.run_id, told.is_bad) == (TroubleKind.MEMBERS_LEFT, number, False)
    assert (
        len(db.session.scalars(select(Person.id).where(Person.state == "active")).all()) == people
    )
    db.session.rollback()
    true = clock.now
    monkeypatch.setattr(clock, "now", lambda: true() + timedelta(hours=25))
    assert troubles() == []


def test_g9_20_a_group_filter_that_finds_no_group_takes_nobody_out(crowd: FakeDirectory) -> None:
    with transaction():
        directory = get_directory("main")
        directory.group_filter, directory.additional_group_dn = "(cn=nothing)", "ou=people"

    document = changes_read(crowd)

    texts = [each["text"] for each in document["errors"] if "group" in each["text"]]
    assert (document["state"], texts, len(members())) == ("done", [], 12)


@pytest.mark.parametrize(
    ("before", "left", "is_told"),
    [(12, 12, True), (10, 10, False), (40, 20, False), (40, 21, True)],
)
def test_administrators_are_told_of_more_than_ten_members_and_half_of_them(
    before: int, left: int, is_told: bool
) -> None:
    assert Moved(before, left).is_great_loss is is_told


def test_many_local_groups_take_as_many_statements_as_few(company: FakeDirectory) -> None:
    def statements_with(number: int) -> int:
        with transaction():
            db.session.add_all(
                Group(key=f"local-{number}-{each}", name="Local", logins=["ben", f"later-{each}"])
                for each in range(number)
            )
        changes_read(company)  # makes the members of the new ones
        with counted_queries() as sent:
            changes_read(company)
        # what a run keeps of its directory depends on the second in which it began
        return sum(not each.startswith("UPDATE directory") for each in sent)

    synchronized(company)

    assert statements_with(2) == statements_with(40)
    db.session.rollback()
    rows = select(Membership.group_id, Person.login).join(Person)
    assert {login for _group, login in db.session.execute(rows)} >= {"ben"}
    count = select(Group.id).join(Membership).where(Group.key.startswith("local-"))
    assert len(db.session.scalars(count).all()) == 42
