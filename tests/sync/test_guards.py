"""Whatever a server answers, nobody is hidden by mistake."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lupweb.database import transaction
from lupweb.directories.service import get_directory
from lupweb.errors import AlreadyRunning
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs.leases import take
from lupweb.sync.records import record
from lupweb.sync.service import run, subject_of
from tests.factories import SECRET_KEY, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized, values


def test_a_person_who_is_gone_becomes_missing_and_comes_back_whole(company: FakeDirectory) -> None:
    synchronized(company)
    before = get_person("dea").id
    kept = {name: company.get("dea", name) for name in ("entryUUID", "uid", "cn", "sn", "mail")}
    company.delete("dea")

    gone = synchronized(company)

    assert (gone["missing"], gone["state"]) == (1, "done")
    assert get_person("dea").state == PersonState.MISSING

    an_entry(company, "dea", "Dea")
    company.set("dea", "entryUUID", kept["entryUUID"])
    back = synchronized(company)

    assert back["back"] == 1
    assert (get_person("dea").id, get_person("dea").state) == (before, PersonState.ACTIVE)


@pytest.mark.parametrize("read", [synchronized, changes_read])
def test_a_login_attribute_that_is_not_there_fails_the_run_and_says_why(
    company: FakeDirectory, read: Callable[[FakeDirectory], dict[str, Any]]
) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").login_attribute = "uidd"

    document = read(company)

    assert (document["state"], document["failed"], document["missing"]) == ("failed", 5, 0)
    assert "uidd" in document["message"]
    assert active_people() == 5


def test_nobody_found_where_people_were_known_hides_nobody(company: FakeDirectory) -> None:
    synchronized(company)
    for uid in ("ada", "ben", "cem", "dea", "eve"):
        company.delete(uid)

    document = synchronized(company)

    assert (document["state"], document["held"], document["missing"]) == ("held", 5, 0)
    assert "Nobody was hidden" in document["message"]
    assert active_people() == 5


def test_more_than_ten_people_and_five_percent_are_not_hidden_without_being_asked(
    company: FakeDirectory,
) -> None:
    for number in range(30):
        an_entry(company, f"p{number}")
    synchronized(company)
    for number in range(11):
        company.delete(f"p{number}")
    company.set("ada", "title", [b"Countess"])

    document = synchronized(company)

    assert (document["state"], document["held"]) == ("held", 11)
    assert active_people() == 35
    assert values("ada")["position"] == "Countess"


def test_how_many_may_go_missing_at_once_is_a_setting_of_each_directory(
    company: FakeDirectory,
) -> None:
    for number in range(30):
        an_entry(company, f"p{number}")
    synchronized(company)
    with transaction():
        directory = get_directory("main")
        directory.most_missing, directory.most_missing_percent = 3, 0
    for number in range(4):
        company.delete(f"p{number}")
    held = synchronized(company)
    with transaction():
        get_directory("main").most_missing_percent = 12  # of 35 people: 4

    assert (held["state"], held["held"], active_people()) == ("held", 4, 35)
    assert synchronized(company)["missing"] == 4


def test_nobody_found_at_the_first_run_is_refused(company: FakeDirectory) -> None:
    for uid in ("ada", "ben", "cem", "dea", "eve"):
        company.delete(uid)

    document = synchronized(company)

    assert document["state"] == "refused"
    assert "Check base DN" in document["message"]


@pytest.mark.parametrize("fault", ["down", "credentials", "page", "limit"])
def test_a_server_that_answers_badly_fails_the_run_and_hides_nobody(
    company: FakeDirectory, fault: str
) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 5"])
    cause: Mapping[str, Any] = {
        "down": company.go_down,
        "credentials": company.refuse_credentials,
        "page": lambda: company.fail_at_page(1),
        "limit": lambda: company.limit_size(3),
    }
    cause[fault]()

    document = synchronized(company)

    assert document["state"] == "failed"
    assert document["message"]
    assert active_people() == 5


def test_the_next_good_run_repairs_everything(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 5"])
    company.go_down()
    synchronized(company)
    company.come_up()

    document = synchronized(company)

    assert (document["state"], document["changed"]) == ("done", 1)


def test_an_attribute_that_the_schema_does_not_know_empties_nothing(company: FakeDirectory) -> None:
    with transaction():
        define_field("room", "Room", category="work", source=Source.LDAP, attribute="roomNumbr")

    document = synchronized(company)

    complaint = document["errors"][0]["text"]
    assert "roomNumbr" in complaint
    assert "roomNumber" in complaint


def test_while_a_run_is_at_work_another_is_refused(company: FakeDirectory) -> None:
    with transaction():
        take(subject_of("main"), "somebody else")

    with pytest.raises(AlreadyRunning, match="somebody else"):
        a_run(company)


def test_in_read_only_mode_nothing_is_read(company: FakeDirectory) -> None:
    run_id = run(
        "main", secret_key=SECRET_KEY, connect=company.connect, trigger="test", read_only=True
    )

    assert record(run_id)["state"] == "refused"
    assert company.server.questions == []
