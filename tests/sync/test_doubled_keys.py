"""Nobody takes the place of somebody by giving their own entry the key of the other one."""

import pytest

from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.sync.rekeying import plan_rekeying, read_keys
from lupweb.sync.retying import rekey
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values

PARTS = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")


@pytest.fixture
def numbered(company: FakeDirectory) -> FakeDirectory:
    """The company, whose people are told apart by their numbers; so are many others."""
    for login in (f"p{number}" for number in range(9)):
        an_entry(company, login, login)
    logins = ["ada", "ben", "cem", "dea", "eve", *(f"p{number}" for number in range(9))]
    for number, login in enumerate(logins, start=100):
        company.set(login, "employeeNumber", [str(number).encode()])
    synchronized(company)
    read = read_keys("main", "employeeNumber", SECRET_KEY, company.connect)
    with transaction():
        rekey(read, plan_rekeying(read).digest, "test")
    synchronized(company)
    return company


@pytest.mark.parametrize("mode", ["full", "changes"])
@pytest.mark.parametrize(("thief", "victim"), [("ada", "eve"), ("eve", "ada")])
@pytest.mark.parametrize("value", ["{}", " {} ", "\u200b{}"])
def test_whoever_is_known_by_a_key_that_another_entry_has_as_well_stays_who_they_are(
    numbered: FakeDirectory, mode: str, thief: str, victim: str, value: str
) -> None:
    number = {"ada": 100, "eve": 104}
    ids = {login: get_person(login).id for login in number}
    numbered.set(thief, "employeeNumber", [value.format(number[victim]).encode()])
    numbered.set(thief, "l", [b"Kiel"])

    done = changes_read(numbered) if mode == "changes" else synchronized(numbered)

    person = get_person(victim)
    assert (person.id, person.login) == (ids[victim], victim)
    assert values(victim).get("location") != "Kiel"
    is_told = any("has the same employeeNumber" in each["text"] for each in done["errors"])
    assert is_told or (mode, value) == ("changes", "\u200b{}")  # which no search finds
    assert done["seen"] == sum(done[part] for part in PARTS)
    assert get_directory("main").keyed_by == "employeeNumber"


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_two_who_change_their_keys_do_not_change_places(numbered: FakeDirectory, mode: str) -> None:
    ids = {login: get_person(login).id for login in ("ada", "eve")}
    numbered.set("ada", "employeeNumber", [b"104"])
    numbered.set("eve", "employeeNumber", [b"100"])

    done = changes_read(numbered, mode)

    assert {login: get_person(login).id for login in ids} == ids
    listed = [each for each in done["errors"] if "of another person" in each["text"]]
    assert (len(listed), done["skipped"], done["missing"]) == (2, 2, 0)


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_nobody_gets_the_place_of_somebody_who_has_left(numbered: FakeDirectory, mode: str) -> None:
    ada = get_person("ada").id
    numbered.delete("ada")
    synchronized(numbered)
    numbered.set("eve", "employeeNumber", [b"100"])

    done = changes_read(numbered, mode)

    db.session.rollback()
    assert db.session.get_one(Person, ada).login == "ada"
    assert db.session.get_one(Person, ada).state is PersonState.MISSING
    assert "of another person" in str(done["errors"])


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_who_gets_another_login_and_dn_is_still_the_same(
    numbered: FakeDirectory, mode: str
) -> None:
    ada = get_person("ada").id
    numbered.set("ada", "uid", [b"ada.king"])
    numbered.rename("ada.king", "uid=ada.king,ou=people,dc=example,dc=com")

    changes_read(numbered, mode)

    assert get_person("ada.king").id == ada
