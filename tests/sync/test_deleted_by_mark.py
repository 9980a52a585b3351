"""Who was deleted, told by a mark: a real Active Directory (sync.md section 12)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.directories.service import get_directory
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from tests.factories import an_empty_directory
from tests.fakes import FakeDirectory
from tests.servers.samba import RunningSamba, require_samba, running_samba
from tests.sync.domain import KEY, Domain, a_domain

BY_MARK = "only what was written since the last run"
MANY = 14


@pytest.fixture
def directory() -> FakeDirectory:
    """What the application would ask if nobody told it whom."""
    return an_empty_directory()


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSamba]:
    """An empty domain controller."""
    require_samba()
    with running_samba(tmp_path_factory.mktemp("deleted")) as server:
        yield server


@pytest.fixture
def domain(in_app: Flask, samba: RunningSamba) -> Iterator[Domain]:
    """A branch of it that was read, and is asked by marks from now on."""
    with a_domain(samba) as branch:
        branch.configure(marks=True)
        for number in range(MANY):
            branch.person(f"p{number}")
        branch.read("full")
        yield branch


def state(login: str) -> PersonState:
    """Return the state of somebody."""
    found = get_person(login).state
    end_reading()
    return found


def test_who_was_deleted_is_missing_at_once(domain: Domain) -> None:
    domain.handle.delete_s(f"CN=p3,{domain.people}")

    done = domain.read()

    assert BY_MARK in done["reason"]
    assert (done["state"], done["missing"], done["seen"]) == ("done", 1, MANY - 1)
    assert (done["unchanged"], state("p3")) == (MANY - 1, PersonState.MISSING)
    assert domain.read("full")["missing"] == 0


def test_who_only_left_what_is_read_waits_for_the_comparison_of_all(domain: Domain) -> None:
    """No mark hides anybody but by a delete that is told."""
    domain.move(f"CN=p3,{domain.people}", "p3", domain.outside)

    done = domain.read()

    assert (BY_MARK in done["reason"], done["missing"]) == (True, 0)
    assert state("p3") is PersonState.ACTIVE


def test_whoever_is_not_known_is_no_matter(domain: Domain) -> None:
    """A branch, a group and somebody who came and went are deleted as well."""
    domain.handle.delete_s(domain.group("g"))
    domain.handle.delete_s(domain.person("guest"))
    domain.handle.delete_s(domain.outside)

    done = domain.read()

    assert BY_MARK in done["reason"]
    assert (done["state"], done["missing"], done["unchanged"]) == ("done", 0, MANY)


def test_the_brake_counts_the_deleted_and_the_mark_stays_where_it_was(domain: Domain) -> None:
    for number in range(MANY - 2):
        domain.handle.delete_s(f"CN=p{number},{domain.people}")

    held = domain.read()

    assert (BY_MARK in held["reason"], held["state"]) == (True, "held")
    assert (held["missing"], held["held"], state("p0")) == (0, MANY - 2, PersonState.ACTIVE)
    assert domain.read()["state"] == "held"


def test_somebody_deleted_and_put_back_in_between_is_there(domain: Domain) -> None:
    domain.handle.delete_s(f"CN=p3,{domain.people}")
    domain.person("p3")

    done = domain.read()

    assert (done["missing"], done["new"]) == (1, 1)  # another id is another person
    assert (done["state"], state("p4")) == ("done", PersonState.ACTIVE)


def test_an_account_that_may_not_see_the_deleted_hides_nobody_by_a_mark(domain: Domain) -> None:
    domain.account("reader", "Re-pw-2026!")
    domain.sign_in_as(f"reader@{domain.samba.realm}", "Re-pw-2026!")
    domain.read("full")
    domain.handle.delete_s(f"CN=p3,{domain.people}")

    done = domain.read()

    assert (BY_MARK in done["reason"], done["missing"]) == (True, 0)


def test_several_controllers_at_one_address_are_asked_by_no_mark(domain: Domain) -> None:
    with transaction():
        row = get_directory(KEY)
        row.server = {**row.server, "name": "CN=another"}
    domain.person("new")

    flipped = domain.read()

    assert "Several servers answer at" in " ".join(each["text"] for each in flipped["errors"])
    assert (flipped["state"], flipped["new"]) == ("done", 1)
    domain.person("newer")
    later = domain.read()
    assert (later["new"], BY_MARK in later["reason"]) == (1, False)
    assert "Several servers answer at" in later["errors"][0]["text"]


def test_another_address_of_the_same_directory_goes_by_marks_again(domain: Domain) -> None:
    with transaction():
        row = get_directory(KEY)
        row.server = {**row.server, "balanced": "ldaps://all.example.com"}
    domain.person("new")

    done = domain.read()

    assert (BY_MARK in done["reason"], done["errors"]) == (True, [])
    kept = db.session.scalars(select(Directory.server)).one()
    assert "balanced" not in kept
