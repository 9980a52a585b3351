"""A run against the fake directory: what it brings, what it never takes away."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.errors import AlreadyRunning
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.sources import Source
from lupweb.runs.leases import take
from lupweb.sync.records import record
from lupweb.sync.service import run, subject_of
from tests.databases import both_databases, counted_queries
from tests.factories import SECRET_KEY, SUFFIX, a_run, an_entry
from tests.fakes import FakeDirectory

PARTS = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")


def synchronized(directory: FakeDirectory) -> dict[str, Any]:
    """Run once; check that the counters add up (interface.md section 5)."""
    document = record(a_run(directory))
    assert document["seen"] == sum(document[part] for part in PARTS)
    return document


def values(login: str) -> Mapping[str, str]:
    db.session.rollback()
    return values_of(get_person(login).document)


def manager_of(login: str) -> str | None:
    person = get_person(login)
    rows = (
        select(Person.login)
        .join(IndexedValue, IndexedValue.referred_id == Person.id)
        .where(IndexedValue.person_id == person.id)
    )
    return db.session.scalar(rows)


@both_databases
def test_the_first_run_brings_everybody_with_values_manager_and_groups(
    company: FakeDirectory,
) -> None:
    document = synchronized(company)

    assert (document["state"], document["mode"], document["new"]) == ("done", "full", 5)
    assert values("ada") == {"phone": "+49 611 20570"}
    assert values("cem")["emergency"] == "+49 611 1"
    assert manager_of("ben") == manager_of("cem") == "ada"
    assert manager_of("dea") is None
    members = select(Person.login).join(Membership).join(Group).where(Group.key == "safety")
    assert list(db.session.scalars(members)) == ["ada"]


@both_databases
def test_a_changed_telephone_number_is_one_changed_person(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])

    document = synchronized(company)

    assert (document["changed"], document["unchanged"], document["values_changed"]) == (1, 4, 1)
    assert values("ada")["phone"] == "+49 611 99999"


def test_an_absent_attribute_takes_the_value_away(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [])

    synchronized(company)

    assert "phone" not in values("ada")


def test_nothing_changed_is_a_success_and_writes_no_person_row(company: FakeDirectory) -> None:
    synchronized(company)

    with counted_queries() as sent:
        document = synchronized(company)

    assert document["message"].startswith("0 changed of 5 people seen")
    writes = [each for each in sent if each.startswith(("UPDATE person", "INSERT INTO person"))]
    assert writes == []


def test_a_renamed_entry_stays_the_same_person(company: FakeDirectory) -> None:
    synchronized(company)
    before = get_person("ben").id
    company.rename("ben", f"uid=ben,ou=groups,{SUFFIX}")
    company.rename(f"uid=ben,ou=groups,{SUFFIX}", f"uid=benjamin,ou=people,{SUFFIX}")
    company.set(f"uid=benjamin,ou=people,{SUFFIX}", "uid", [b"benjamin"])

    document = synchronized(company)

    assert document["new"] == 0
    assert get_person("benjamin").id == before


def test_when_the_manager_moves_the_reports_follow(company: FakeDirectory) -> None:
    synchronized(company)
    company.rename("ada", f"uid=ada.king,ou=people,{SUFFIX}")
    company.set(f"uid=ada.king,ou=people,{SUFFIX}", "uid", [b"ada.king"])
    company.set("ben", "manager", [f"uid=ada.king,ou=people,{SUFFIX}".encode()])

    synchronized(company)

    assert manager_of("ben") == "ada.king"
    assert manager_of("cem") is None  # its value names a DN that nobody has any more


def test_a_manager_who_comes_later_is_found_then(company: FakeDirectory) -> None:
    synchronized(company)
    an_entry(company, "gone", "Gone Before")

    synchronized(company)

    assert manager_of("eve") == "gone"


def test_a_manager_who_is_nobody_is_listed_and_stops_nothing(company: FakeDirectory) -> None:
    document = synchronized(company)

    assert document["state"] == "done"
    assert [(each["login"], each["field"]) for each in document["errors"]] == [("eve", "manager")]


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


def test_a_value_that_cannot_be_read_is_listed_and_the_person_comes_anyway(
    company: FakeDirectory,
) -> None:
    company.set("dea", "title", [b"\xff\xfe"])

    document = synchronized(company)

    assert document["new"] == 5
    assert ("dea", "position") in [(each["login"], each["field"]) for each in document["errors"]]


def test_an_entry_without_a_login_is_listed_and_the_others_come(company: FakeDirectory) -> None:
    company.set("dea", "uid", [b"\x00"])

    document = synchronized(company)

    assert (document["state"], document["new"], document["failed"]) == ("partial", 4, 1)


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


def test_a_group_that_vanished_makes_nobody_a_member(company: FakeDirectory) -> None:
    synchronized(company)
    company.delete(f"cn=safety,ou=groups,{SUFFIX}")

    synchronized(company)

    assert db.session.scalar(select(func.count()).select_from(Membership)) == 0


def test_a_member_who_moved_is_still_one(company: FakeDirectory) -> None:
    synchronized(company)
    company.rename("ada", f"uid=ada2,ou=people,{SUFFIX}")
    company.set(f"uid=ada2,ou=people,{SUFFIX}", "uid", [b"ada2"])
    company.set(
        f"cn=safety,ou=groups,{SUFFIX}", "member", [f"UID=ada2, ou=People,{SUFFIX}".encode()]
    )

    synchronized(company)

    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_two_people_who_swap_their_logins_keep_what_is_theirs(company: FakeDirectory) -> None:
    synchronized(company)
    ada, ben = get_person("ada").id, get_person("ben").id
    company.rename("ada", f"uid=x,ou=people,{SUFFIX}")
    company.rename("ben", f"uid=ada,ou=people,{SUFFIX}")
    company.rename(f"uid=x,ou=people,{SUFFIX}", f"uid=ben,ou=people,{SUFFIX}")
    company.set(f"uid=ada,ou=people,{SUFFIX}", "uid", [b"ada"])
    company.set(f"uid=ben,ou=people,{SUFFIX}", "uid", [b"ben"])

    synchronized(company)

    assert (get_person("ben").id, get_person("ada").id) == (ada, ben)
    assert db.session.scalar(select(func.count(Identity.id))) == 5


def test_an_entry_made_anew_under_an_old_login_is_a_new_person(company: FakeDirectory) -> None:
    synchronized(company)
    old = get_person("dea").id
    company.delete("dea")
    an_entry(company, "dea", "Dea Nova")

    document = synchronized(company)

    assert (document["new"], document["missing"]) == (1, 1)
    people = {person.id: person.state for person in db.session.scalars(select(Person))}
    assert people[old] == PersonState.MISSING


def active_people() -> int:
    db.session.rollback()
    rows = select(func.count(Person.id)).where(Person.state == PersonState.ACTIVE)
    return db.session.scalar(rows) or 0
