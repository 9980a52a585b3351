"""Groups between the runs: read when one of them changed, or when people came, went or moved."""

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.errors import AlreadyRunning
from lupweb.people.models import Group, Membership, Person
from lupweb.runs.leases import take
from lupweb.runs.models import Run
from lupweb.runs.service import request
from lupweb.runs.states import covers
from lupweb.runs.timetable import TRIGGER
from lupweb.sync.service import perform, run
from tests.databases import both_databases
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
