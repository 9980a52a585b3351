"""Records that may be one person are proposed, and never joined by a guess."""

import pytest
from sqlalchemy import select

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.audit.models import AuditEvent
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.duplicates.comparing import compare
from lupweb.duplicates.merging import MergeRequest, merge
from lupweb.errors import Forbidden, NotFound
from lupweb.options.registry import MATCH_PEOPLE_BY
from lupweb.options.service import options, set_option
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import load_layout
from lupweb.sync.link_queue import (
    Why,
    proposals,
    propose_again,
    tell_apart,
    waiting_pairs,
)
from tests.databases import both_databases, counted_queries
from tests.factories import a_local_person, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import synchronized
from tests.sync.test_directories import company as two_directories
from tests.sync.two_directories import Company

__all__ = ["two_directories"]

ADMIN = Viewer(person_id=None, role=Role.ADMINISTRATOR, account_id=1)


def pairs() -> dict[tuple[int, int], Why]:
    db.session.rollback()
    return waiting_pairs()


def people(login: str) -> list[int]:
    """Return the numbers of all records with a login, the oldest first."""
    db.session.rollback()
    rows = select(Person.id).where(Person.login == login).order_by(Person.id)
    return list(db.session.scalars(rows))


def pair_of(login: str) -> tuple[int, int]:
    first, second = people(login)
    return first, second


def recreate(company: FakeDirectory, login: str) -> None:
    company.delete(login)
    an_entry(company, login)


@both_databases
def test_b76_an_account_that_was_made_anew_is_a_new_person_and_is_proposed(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    recreate(company, "dea")

    synchronized(company)

    old, new = pair_of("dea")
    assert pairs() == {(old, new): Why.RECREATED}
    states = [db.session.get_one(Person, id_).state for id_ in (old, new)]
    assert states == [PersonState.MISSING, PersonState.ACTIVE]
    (line,) = proposals(ADMIN, 1).lines
    assert [each.entries[0].is_gone for each in (line.first, line.second)] == [True, False]
    assert "made anew" in str(line.reason)


@pytest.mark.parametrize("by", ["", "email"])
def test_b76_an_account_made_anew_is_proposed_whatever_matches_people(
    company: FakeDirectory, by: str
) -> None:
    with transaction():
        set_option(MATCH_PEOPLE_BY, by)
    synchronized(company)
    recreate(company, "dea")

    synchronized(company)

    assert pairs() == {pair_of("dea"): Why.RECREATED}


def test_who_is_only_gone_or_local_is_no_proposal(company: FakeDirectory) -> None:
    """B109: a local account of the same name is never a person of the directory."""
    synchronized(company)
    company.delete("dea")
    synchronized(company)
    a_local_person("dea")
    a_local_person("ada")

    assert pairs() == {}


@both_databases
def test_b78_of_more_than_two_who_fit_none_is_joined_and_all_are_proposed(
    two_directories: Company,
) -> None:
    twin = an_entry(two_directories.second, "twin", "Ben")
    two_directories.second.set(twin, "uid", [b"ben"])
    an_entry(two_directories.second, "ben", "Ben")
    two_directories.read("main")

    two_directories.read("second")

    first, second, third = people("ben")
    assert pairs() == {(first, second): Why.SAME_MATCH, (first, third): Why.SAME_MATCH}
    tied = db.session.scalars(select(Identity.person_id).where(Identity.person_id == first)).all()
    assert len(tied) == 1


def test_b78_who_was_told_apart_from_one_stays_so_when_that_one_is_merged(
    two_directories: Company,
) -> None:
    twin = an_entry(two_directories.second, "twin", "Ben")
    two_directories.second.set(twin, "uid", [b"ben"])
    an_entry(two_directories.second, "ben", "Ben")
    two_directories.read("main")
    two_directories.read("second")
    first, second, third = people("ben")

    with transaction():
        tell_apart(ADMIN, (first, third))
    assert pairs() == {(first, second): Why.SAME_MATCH}
    revision = compare(ADMIN, load_layout(), options(), (second, first)).revision
    with transaction():
        merge(ADMIN, load_layout(), options(), MergeRequest(second, first, {}, revision))
    two_directories.read("main")
    two_directories.read("second")

    assert pairs() == {}


def test_b79_the_same_unique_id_in_two_directories_is_two_identities_and_is_flagged(
    two_directories: Company,
) -> None:
    same = two_directories.main.get("ben", "entryUUID")
    two_directories.second.set("cem", "entryUUID", same)
    two_directories.read("main")

    two_directories.read("second")

    ben, cem = get_person("ben").id, get_person("cem").id
    assert pairs() == {(ben, cem): Why.SAME_ID}


def test_two_people_are_not_proposed_again_until_somebody_takes_that_back(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    recreate(company, "dea")
    synchronized(company)
    old, new = pair_of("dea")

    with transaction():
        tell_apart(ADMIN, (new, old))
        tell_apart(ADMIN, (old, new))
    assert pairs() == {}
    assert proposals(ADMIN, 1, decided=True).total == 1
    events = select(AuditEvent.actor).where(AuditEvent.kind == "person.told_apart")
    assert db.session.scalars(events).all() == [ADMIN.actor]

    with transaction():
        propose_again(ADMIN, (old, new))
    assert pairs() == {(old, new): Why.RECREATED}


def test_only_administrators_look_and_decide(company: FakeDirectory) -> None:
    synchronized(company)
    somebody = Viewer(person_id=get_person("ada").id, role=Role.EMPLOYEE, account_id=2)

    with pytest.raises(Forbidden):
        proposals(somebody, 1)
    with pytest.raises(Forbidden):
        tell_apart(somebody, (1, 2))
    with pytest.raises(NotFound), transaction():
        tell_apart(ADMIN, (1, 999_999))
    with pytest.raises(NotFound), transaction():
        tell_apart(ADMIN, (1, 1))


def test_a_page_of_proposals_takes_as_many_queries_however_many_there_are(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    recreate(company, "dea")
    synchronized(company)
    with counted_queries() as one:
        proposals(ADMIN, 1)
    recreate(company, "eve")
    recreate(company, "cem")
    synchronized(company)

    with counted_queries() as three:
        assert proposals(ADMIN, 7).total == 3

    assert len(one) == len(three) <= 9
