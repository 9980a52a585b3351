"""A run against the fake directory: what it brings, what it never takes away."""

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from tests.databases import both_databases, counted_queries
from tests.factories import SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import manager_of, synchronized, values


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


def test_a_manager_who_left_is_nobody_s_manager_at_once(company: FakeDirectory) -> None:
    synchronized(company)
    company.delete("ada")

    synchronized(company)

    assert manager_of("ben") is None
