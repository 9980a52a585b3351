"""What a run holds back, and its release."""

import pytest
from sqlalchemy import select

from lupweb.audit.models import History
from lupweb.database import db
from lupweb.errors import Forbidden
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.sync.records import details, record, status
from lupweb.sync.service import approve
from tests.databases import both_databases
from tests.factories import SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, synchronized

PEOPLE = 30
GONE = 11


def held_run(company: FakeDirectory) -> int:
    """Lose 11 people of 35; return the number of the run that held them."""
    for number in range(PEOPLE):
        an_entry(company, f"p{number}")
    synchronized(company)
    for number in range(GONE):
        company.delete(f"p{number}")
    document = synchronized(company)
    assert (document["state"], document["held"]) == ("held", GONE)
    return int(document["run"])


@both_databases
def test_what_was_held_is_listed_and_released_by_name(company: FakeDirectory) -> None:
    run_id = held_run(company)
    listed = details(run_id)["held_people"]
    assert {each["action"] for each in listed} == {"hide"}
    assert len(listed) == GONE

    took = record(run_id)["seconds"]

    approve(run_id)

    assert active_people() == PEOPLE + 5 - GONE
    document = record(run_id)
    assert document["seconds"] == took  # the run, not how long it waited for somebody
    assert (document["state"], document["missing"], document["held"]) == ("done", GONE, 0)
    assert get_person("p0").state == PersonState.MISSING


def test_b108_a_held_set_that_is_out_of_date_is_not_released(company: FakeDirectory) -> None:
    run_id = held_run(company)
    company.delete("p20")
    synchronized(company)

    with pytest.raises(Forbidden, match="out of date"):
        approve(run_id)

    assert active_people() == PEOPLE + 5


def test_a_run_that_holds_nothing_cannot_be_released(company: FakeDirectory) -> None:
    run_id = int(synchronized(company)["run"])

    with pytest.raises(Forbidden, match="holds nothing"):
        approve(run_id)


def test_what_came_back_is_kept_without_anybody_s_help(company: FakeDirectory) -> None:
    held_run(company)
    for number in range(GONE):
        an_entry(company, f"p{number}")

    document = synchronized(company)

    # the entries were made anew, so these are new people, and the old ones are still held
    assert document["new"] == GONE
    assert document["state"] == "held"


def test_few_switched_off_accounts_are_disabled_and_many_are_held(company: FakeDirectory) -> None:
    for number in range(PEOPLE):
        an_entry(company, f"p{number}")
    synchronized(company)
    company.set("ada", "shadowExpire", [b"1"])

    few = synchronized(company)

    assert (few["state"], few["disabled"], few["changed"]) == ("done", 1, 1)
    assert get_person("ada").state == PersonState.DISABLED

    for number in range(GONE):
        company.set(f"p{number}", "shadowExpire", [b"1"])

    many = synchronized(company)

    assert (many["state"], many["held"], many["skipped"], many["disabled"]) == ("held", 11, 11, 0)
    approve(int(many["run"]))
    assert get_person("p0").state == PersonState.DISABLED


def test_an_account_that_is_switched_on_again_is_shown_again(company: FakeDirectory) -> None:
    company.set("ada", "shadowExpire", [b"1"])
    synchronized(company)
    assert get_person("ada").state == PersonState.DISABLED
    company.set("ada", "shadowExpire", [])

    synchronized(company)

    assert get_person("ada").state == PersonState.ACTIVE


def test_a_run_tells_each_value_before_and_after(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])
    company.set("ada", "displayName", [b"Ada King"])

    run_id = int(synchronized(company)["run"])

    (person,) = details(run_id)["people"]
    assert person["login"] == "ada"
    assert person["changes"] == [
        {
            "field": "@name",
            "before": "Ada Lovelace",
            "after": "Ada King",
            "rule": "Main LDAP: attribute “displayName”",
        },
        {
            "field": "phone",
            "before": "+49 611 20570",
            "after": "+49 611 99999",
            "rule": "Main LDAP: attribute “telephoneNumber”",
        },
    ]


def test_the_first_reading_writes_no_history_and_lists_its_people(company: FakeDirectory) -> None:
    run_id = int(synchronized(company)["run"])

    assert db.session.scalars(select(History)).all() == []
    assert [person["new"] for person in details(run_id)["people"]] == [True] * 5


def test_the_status_names_the_last_run_of_each_directory(company: FakeDirectory) -> None:
    assert status()["directories"][0]["state"] == "never"
    run_id = int(synchronized(company)["run"])

    found = status()

    assert [each["run"] for each in found["last"]] == [run_id]
    assert found["running"] == []
    (directory,) = found["directories"]
    assert (directory["key"], directory["state"]) == ("main", "done")
    assert directory["last_full"]


def test_groups_inside_groups_count_and_a_ring_of_them_ends(company: FakeDirectory) -> None:
    inner, outer = f"cn=inner,ou=groups,{SUFFIX}", f"cn=safety,ou=groups,{SUFFIX}"
    company.add(
        inner,
        {
            "objectClass": [b"groupOfNames"],
            "member": [f"uid=ben,ou=people,{SUFFIX}".encode(), outer.encode()],
        },
    )
    company.set(outer, "member", [f"uid=ada,ou=people,{SUFFIX}".encode(), inner.encode()])

    synchronized(company)

    members = select(Person.login).join(Membership).join(Group).where(Group.key == "safety")
    assert set(db.session.scalars(members)) == {"ada", "ben"}
