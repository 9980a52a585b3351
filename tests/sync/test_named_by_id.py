"""Who is named by id where the directory tells it: a real Active Directory (sync.md section 8)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, end_reading
from lupweb.directories.models import NamedEntry
from lupweb.people.models import Person
from lupweb.profiles.models import IndexedValue
from lupweb.sync.one_person import read_person
from lupweb.sync.records import record
from lupweb.sync.service import plan_only
from tests.factories import SECRET_KEY, an_empty_directory
from tests.fakes import FakeDirectory
from tests.servers.samba import RunningSamba, require_samba, running_samba
from tests.sync.domain import KEY, Domain, a_domain, managers, value

BYSTANDERS = 12


@pytest.fixture
def directory() -> FakeDirectory:
    """What the application would ask if nobody told it whom."""
    return an_empty_directory()


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSamba]:
    """An empty domain controller."""
    require_samba()
    with running_samba(tmp_path_factory.mktemp("named")) as server:
        yield server


@pytest.fixture
def domain(in_app: Flask, samba: RunningSamba) -> Iterator[Domain]:
    """A branch of it that is read."""
    with a_domain(samba) as branch:
        branch.configure()
        for number in range(BYSTANDERS):  # so that it is worth while to read changes only
            branch.person(f"p{number}")
        yield branch


def test_a_manager_who_comes_into_scope_by_another_dn_is_linked_at_once(domain: Domain) -> None:
    """The stamp of who names the manager does not move, and the DN in hand is old."""
    boss = domain.person("boss", under=domain.outside)
    domain.person("ann", manager=boss)
    assert domain.read("full")["state"] == "done"
    assert managers() == {"ann": None}

    came = domain.move(boss, "Chief", domain.people)
    changes = domain.read()

    assert (changes["mode"], changes["new"]) == ("changes", 1)
    assert managers() == {"ann": "boss"}
    assert value("ann", "manager") == came
    assert domain.read("full")["unseen"] == 0  # an alarm otherwise


def test_the_id_counts_and_not_a_dn_that_somebody_else_has_by_now(domain: Domain) -> None:
    boss = domain.person("boss")
    domain.person("ann", manager=boss)
    domain.read("full")
    assert managers() == {"ann": "boss"}

    domain.move(boss, "Chief", domain.outside)
    domain.person("boss", uid="other")
    changes = domain.read()

    assert managers() == {"ann": None}
    assert [each["login"] for each in changes["errors"]] == ["ann"]
    assert "not among those that are read" in changes["errors"][0]["text"]
    assert domain.read("full")["unseen"] == 0  # an alarm otherwise


def test_another_entry_of_the_same_dn_is_linked_once_it_is_named(domain: Domain) -> None:
    boss = domain.person("boss")
    ann = domain.person("ann", manager=boss)
    domain.read("full")
    domain.handle.delete_s(boss)
    domain.person("boss", uid="heir")
    domain.set(ann, "manager", boss)

    domain.read()

    assert managers() == {"ann": "heir"}


def test_no_id_is_ever_part_of_what_is_stored(domain: Domain) -> None:
    """An SID says more about an account than anybody has to see here."""
    boss = domain.person("boss", title="<GUID=1>;<SID=S-1-5>;written like one")
    domain.person("ann", manager=boss)

    domain.read("full")

    documents = [
        *db.session.scalars(select(Person.document)),
        *db.session.scalars(select(IndexedValue.value)),
    ]
    kept = db.session.scalars(select(NamedEntry.dn_folded)).one()
    end_reading()
    assert "S-1-5-" not in str(documents)
    assert value("ann", "manager") == boss
    assert value("boss", "position") == "<GUID=1>;<SID=S-1-5>;written like one"
    assert kept == boss.casefold()


def test_a_dry_run_keeps_nothing_of_ids(domain: Domain) -> None:
    domain.person("ann", manager=domain.person("boss"))

    number = plan_only(KEY, secret_key=SECRET_KEY, connect=domain.connect, trigger="test")

    assert record(number)["new"] == BYSTANDERS + 2
    assert db.session.scalar(select(NamedEntry.named_id)) is None


def test_reading_one_person_forgets_an_id_that_may_be_old(domain: Domain) -> None:
    """The form waits a second at most: ids are left to runs, and DNs of now say who is meant."""
    boss = domain.person("boss")
    ann = domain.person("ann", manager=boss)
    domain.read("full")
    domain.handle.delete_s(boss)
    domain.person("boss", uid="heir")
    domain.set(ann, "manager", boss)
    domain.set(ann, "title", "Clerk")

    read_person("ann", secret_key=SECRET_KEY, connect=domain.connect, trigger="test")

    kept = set(db.session.scalars(select(NamedEntry.named_id)))
    end_reading()
    assert kept == set()
    domain.read()
    assert managers() == {"ann": "heir"}
