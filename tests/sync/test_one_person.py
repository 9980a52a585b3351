"""One person read because somebody asks: the same plan and record as a run, without a lease."""

import pytest

from lupweb.database import transaction
from lupweb.errors import NotFound
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.runs.leases import take
from lupweb.sync.one_person import read_person
from lupweb.sync.records import details, record, status
from lupweb.sync.service import approve
from tests.databases import both_databases
from tests.factories import SECRET_KEY, SUFFIX, a_local_person, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import PARTS, synchronized, values


def read(company: FakeDirectory, login: str, *, read_only: bool = False) -> int:
    return read_person(
        login,
        secret_key=SECRET_KEY,
        connect=company.connect,
        trigger="test",
        read_only=read_only,
    )


def test_one_person_is_read_and_recorded_while_a_run_is_at_work(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 0"])
    company.set("ben", "title", [b"Boss"])
    with transaction():
        take("directory:main", "another run")

    document = details(read(company, "ADA"))

    assert (document["mode"], document["state"], document["changed"]) == ("person", "done", 1)
    assert document["message"] == "ada was read: 1 value changed."
    assert document["seen"] == sum(document[part] for part in PARTS)
    assert [each["login"] for each in document["people"]] == ["ada"]
    assert "ada" in document["reason"]
    assert values("ada")["phone"] == "+49 611 0"
    assert values("ben").get("position") != "Boss"


def test_an_unchanged_person_is_a_success(company: FakeDirectory) -> None:
    synchronized(company)

    assert record(read(company, "ada"))["unchanged"] == 1


@both_databases
def test_what_a_run_holds_is_not_taken_from_somebody_who_is_read_alone(
    company: FakeDirectory,
) -> None:
    for number in range(30):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}00")
    synchronized(company)
    for number in range(30):
        company.set(f"p{number}", "telephoneNumber", [])
    held = synchronized(company)
    assert held["state"] == "held"
    company.set("p7", "title", [b"Boss"])

    document = record(read(company, "p7"))

    assert (document["state"], document["changed"]) == ("done", 1)
    assert "holds back" in document["message"]
    assert (values("p7")["phone"], values("p7")["position"]) == ("+49 611 700", "Boss")
    approve(held["run"])
    assert "phone" not in values("p7")


@both_databases
def test_who_was_read_again_since_is_left_as_they_are_by_an_approval(
    company: FakeDirectory,
) -> None:
    for number in range(30):
        an_entry(company, f"p{number}")
    synchronized(company)
    for number in range(11):
        company.rename(f"p{number}", f"uid=p{number},dc=elsewhere")
    held = synchronized(company)
    company.rename("p7", f"uid=p7,ou=people,{SUFFIX}")
    read(company, "p7")

    approve(held["run"])

    assert get_person("p7").state == PersonState.ACTIVE
    assert get_person("p8").state == PersonState.MISSING
    document = details(held["run"])
    assert (document["state"], document["missing"]) == ("partial", 10)
    listed = [each["login"] for each in document["errors"] if each["field"] == "@state"]
    assert listed == ["p7"]


def test_a_value_that_is_back_since_is_not_emptied_by_an_approval(company: FakeDirectory) -> None:
    for number in range(30):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}00")
    synchronized(company)
    for number in range(30):
        company.set(f"p{number}", "telephoneNumber", [])
    held = synchronized(company)
    company.set("p7", "telephoneNumber", [b"+49 611 700"])
    read(company, "p7")

    approve(held["run"])

    assert values("p7")["phone"] == "+49 611 700"
    assert "phone" not in values("p8")


def test_who_was_switched_on_again_since_is_not_switched_off_by_an_approval(
    company: FakeDirectory,
) -> None:
    for number in range(30):
        an_entry(company, f"p{number}")
    synchronized(company)
    for number in range(11):
        company.set(f"p{number}", "shadowExpire", [b"1"])
    held = synchronized(company)
    company.set("p7", "shadowExpire", [])
    read(company, "p7")

    approve(held["run"])

    assert get_person("p7").state == PersonState.ACTIVE
    assert get_person("p8").state == PersonState.DISABLED


def test_what_a_later_run_no_longer_holds_is_read(company: FakeDirectory) -> None:
    for number in range(30):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}00")
    synchronized(company)
    for number in range(30):
        company.set(f"p{number}", "telephoneNumber", [])
    synchronized(company)
    for number in range(30):
        company.set(f"p{number}", "telephoneNumber", [f"+49 611 {number}00".encode()])
    synchronized(company)
    company.set("p7", "telephoneNumber", [])

    assert record(read(company, "p7"))["changed"] == 1
    assert "phone" not in values("p7")


def test_a_directory_that_is_away_leaves_the_stored_values(company: FakeDirectory) -> None:
    synchronized(company)
    company.go_down()

    assert record(read(company, "ada"))["state"] == "failed"
    assert values("ada")["phone"] == "+49 611 20570"


def test_read_only_mode_reads_nobody(company: FakeDirectory) -> None:
    synchronized(company)

    assert record(read(company, "ada", read_only=True))["state"] == "refused"


def test_somebody_whom_no_directory_holds_is_not_read(company: FakeDirectory) -> None:
    synchronized(company)
    a_local_person("zoe")

    with pytest.raises(NotFound):
        read(company, "zoe")


def test_the_last_run_of_a_directory_is_none_of_one_person(company: FakeDirectory) -> None:
    synchronized(company)
    read(company, "ada")

    assert [each["mode"] for each in status()["last"]] == ["full"]
