"""Who stays who, whatever becomes of names, branches and logins: in runs of every kind."""

from typing import Any

import pytest
from sqlalchemy import func, select

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.ldap.entry import Entry
from lupweb.people.models import Person
from lupweb.people.queries import find_person, get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.writing import Hand, store_values
from lupweb.sync.disabled import NEVER, disabled_reason
from tests.factories import SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, manager_of, synchronized, values
from tests.sync.test_changes import swap
from tests.sync.test_directories import company as two_directories
from tests.sync.two_directories import Company

__all__ = ["two_directories"]

every_kind = pytest.mark.parametrize("mode", ["full", "changes"])


@pytest.fixture
def office(company: FakeDirectory) -> FakeDirectory:
    """The five and ten more, all read; Ada has a nickname that she gave herself."""
    for number in range(10):
        an_entry(company, f"more{number}")
    with transaction():
        define_field("nickname", "Nickname", category="work")
    synchronized(company)
    entered("ada", "Countess")
    return company


def entered(login: str, nickname: str) -> None:
    """Let somebody save a value of their own."""
    with transaction():
        person = get_person(login)
        hand = Hand("user", f"person:{person.id}", clock.now())
        store_values(load_layout(), person, {"nickname": nickname}, hand)


def read(company: FakeDirectory, mode: str) -> dict[str, Any]:
    """Run in a mode; the record has to say that it was this one."""
    document = changes_read(company, mode)
    assert document["mode"] == mode
    return document


def state_of(person_id: int) -> PersonState:
    db.session.rollback()
    return db.session.get_one(Person, person_id).state


@every_kind
def test_b75_a_new_login_another_branch_and_another_address_are_the_same_person(
    office: FakeDirectory, mode: str
) -> None:
    ada = get_person("ada").id
    office.add(f"ou=south,ou=people,{SUFFIX}", {"objectClass": [b"organizationalUnit"]})
    office.rename("ada", f"uid=countess,ou=south,ou=people,{SUFFIX}")
    office.set("countess", "mail", [b"countess@example.com"])
    for login in ("ben", "cem"):
        office.set(login, "manager", [f"uid=countess,ou=south,ou=people,{SUFFIX}".encode()])

    document = read(office, mode)

    assert (document["new"], document["missing"], document["changed"]) == (0, 0, 3)
    renamed = get_person("countess")
    assert (renamed.id, renamed.email) == (ada, "countess@example.com")
    assert find_person("ada") is None
    assert values("countess")["nickname"] == "Countess"
    assert (manager_of("ben"), manager_of("cem")) == ("countess", "countess")
    rows = select(History.old, History.new).where(
        History.person_id == ada, History.field_key == "@login"
    )
    assert db.session.execute(rows).all() == [("ada", "countess")]


@every_kind
def test_b76_who_is_made_anew_under_an_old_login_inherits_nothing(
    office: FakeDirectory, mode: str
) -> None:
    ada = get_person("ada").id
    office.delete("ada")
    an_entry(office, "ada", "Ada Nova")

    document = read(office, mode)

    assert (document["new"], document["missing"]) == (1, 1)
    assert state_of(ada) == PersonState.MISSING
    rows = select(Person).where(Person.login == "ada", Person.state == PersonState.ACTIVE)
    anew = db.session.scalars(rows).one()
    assert anew.id != ada
    assert "nickname" not in anew.document["values"]
    old = db.session.get_one(Person, ada)
    assert old.document["values"]["nickname"] == "Countess"


@every_kind
def test_b77_two_people_who_swap_logins_take_along_what_is_theirs(
    office: FakeDirectory, mode: str
) -> None:
    ada, ben = get_person("ada").id, get_person("ben").id
    entered("ben", "Benny")
    swap(office, "ada", "ben")

    document = read(office, mode)

    assert (document["new"], document["missing"]) == (0, 0)
    assert (get_person("ben").id, get_person("ada").id) == (ada, ben)
    assert (values("ben")["nickname"], values("ada")["nickname"]) == ("Countess", "Benny")
    assert (values("ben")["phone"], values("ada")["position"]) == ("+49 611 20570", "Engineer")


@every_kind
def test_b77_three_people_may_pass_their_logins_round(office: FakeDirectory, mode: str) -> None:
    ids = {login: get_person(login).id for login in ("ada", "ben", "cem")}
    swap(office, "ada", "ben")
    swap(office, "ben", "cem")

    assert read(office, mode)["new"] == 0

    assert {login: get_person(login).id for login in ids} == {
        "ben": ids["cem"], "cem": ids["ada"], "ada": ids["ben"]
    }  # fmt: skip


def test_b79_one_unique_id_in_two_directories_is_two_entries(two_directories: Company) -> None:
    main, second = two_directories.main, two_directories.second
    cloned = main.get("ben", "entryUUID")
    second.set("cem", "entryUUID", cloned)

    two_directories.read("main")
    document = two_directories.read("second")

    assert (document["state"], document["new"], document["shadowed"]) == ("done", 1, 1)
    rows = select(Identity).where(Identity.unique_id == cloned[0].decode())
    found = db.session.scalars(rows).all()
    assert len({each.directory_id for each in found}) == len(found) == 2
    assert len({each.person_id for each in found}) == 2
    second.delete("cem")
    assert two_directories.read("second", "changes")["missing"] == 1
    assert get_person("ben").state == PersonState.ACTIVE
    assert db.session.scalar(select(func.count(Person.id))) == 3


@pytest.mark.parametrize("never", [str(each).encode() for each in sorted(NEVER)] + [b"-1", b"x"])
def test_b85_an_account_that_expires_never_is_not_switched_off(never: bytes) -> None:
    now = clock.now()

    assert disabled_reason(Entry("cn=x", {"accountExpires": [never]}), now) == ""
    negative = {"lockoutDuration": [b"-18000000000"], "lockoutTime": [b"133000000000000000"]}
    assert disabled_reason(Entry("cn=x", negative), now) == ""
    past = {"accountExpires": [b"130000000000000000"]}
    assert disabled_reason(Entry("cn=x", past), now) == "accountExpires"
