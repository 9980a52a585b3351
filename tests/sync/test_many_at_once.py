"""What a run does not do to many people without being asked, and what it then does."""

from collections.abc import Callable
from typing import Any

import pytest

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, LeaseLost, ReadOnlyMode
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import load_layout
from lupweb.profiles.writing import Hand, store_values
from lupweb.runs.models import Run
from lupweb.sync import apply, releasing
from lupweb.sync.records import details, record
from lupweb.sync.service import approve, run
from tests.databases import both_databases
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, manager_of, synchronized, values

PEOPLE = 30
EMPTIED = 21


@pytest.fixture
def many(company: FakeDirectory) -> FakeDirectory:
    """Thirty more people, each with a phone number and a title; all of them were read."""
    for number in range(PEOPLE):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}", title="Clerk")
    synchronized(company)
    return company


def swept(directory: FakeDirectory) -> dict[str, Any]:
    """Read changes; return the record."""
    found = run(
        "main", secret_key=SECRET_KEY, connect=directory.connect, trigger="test", mode="changes"
    )
    return record(found)


def emptied_run(company: FakeDirectory) -> dict[str, Any]:
    """Let 21 people lose their phone number, and one of them get another title."""
    for number in range(EMPTIED):
        company.set(f"p{number}", "telephoneNumber", [])
    company.set("p0", "title", [b"Director"])
    return synchronized(company)


@both_databases
def test_b70_x12_a_field_that_many_would_lose_is_held_and_no_other(many: FakeDirectory) -> None:
    document = emptied_run(many)

    assert (document["state"], document["held"], document["skipped"]) == ("held", EMPTIED, EMPTIED)
    assert "“Phone” would become empty for 21 of the 31 people" in document["message"]
    assert (values("p0")["phone"], values("p0")["position"]) == ("+49 611 0", "Director")
    (guard,) = details(document["run"])["guards"]
    assert (guard["guard"], guard["field"], guard["count"], guard["limit"]) == (
        "clear", "phone", EMPTIED, 20
    )  # fmt: skip

    approve(document["run"])

    released = record(document["run"])
    assert (released["state"], released["held"], released["changed"]) == ("done", 0, EMPTIED)
    assert released["skipped"] == 0
    assert "phone" not in values("p0")
    assert values("p29")["phone"] == "+49 611 29"
    assert synchronized(many)["changed"] == 0


def test_twenty_people_may_lose_a_field_at_once(many: FakeDirectory) -> None:
    for number in range(EMPTIED - 1):
        many.set(f"p{number}", "telephoneNumber", [])

    document = synchronized(many)

    assert (document["state"], document["changed"]) == ("done", EMPTIED - 1)


def test_addresses_that_many_would_lose_are_held(many: FakeDirectory) -> None:
    for number in range(EMPTIED):
        many.set(f"p{number}", "mail", [])

    document = synchronized(many)

    assert (document["state"], document["held"]) == ("held", EMPTIED)
    assert get_person("p0").email == "p0@example.com"
    approve(document["run"])
    assert get_person("p0").email == ""


def test_what_is_held_is_held_by_the_next_run_of_changes_too(many: FakeDirectory) -> None:
    first = emptied_run(many)

    second = swept(many)

    assert (second["state"], second["held"]) == ("held", EMPTIED)
    approve(first["run"])  # it is the same set, so either of them may be approved
    assert "phone" not in values("p0")
    assert [record(each["run"])["held"] for each in (first, second)] == [0, 0]


def test_b108_another_set_than_the_one_that_was_shown_is_not_approved(many: FakeDirectory) -> None:
    first = emptied_run(many)
    shown = db.session.get_one(Run, first["run"]).held_digest
    many.set("p25", "telephoneNumber", [])
    second = synchronized(many)

    with pytest.raises(Forbidden, match="out of date"):
        approve(first["run"], shown)
    with pytest.raises(Forbidden, match="has changed since"):
        approve(second["run"], shown)
    assert values("p0")["phone"] == "+49 611 0"


def test_what_changed_since_it_was_held_stays_and_is_listed(many: FakeDirectory) -> None:
    document = emptied_run(many)
    with transaction():
        hand = Hand("user", "account:1", clock.now())
        store_values(load_layout(), get_person("p3"), {"phone": "+49 611 777"}, hand)

    approve(document["run"])

    assert values("p3")["phone"] == "+49 611 777"
    assert "phone" not in values("p4")
    released = record(document["run"])
    assert [(each["login"], each["field"]) for each in released["errors"][-1:]] == [("p3", "phone")]
    assert (released["changed"], released["skipped"]) == (EMPTIED - 1, 1)


def test_new_names_of_more_than_half_are_held_and_the_rest_is_written(many: FakeDirectory) -> None:
    for number in range(18):
        many.set(f"p{number}", "displayName", [f"Person {number}".encode()])
        many.set(f"p{number}", "title", [b"Manager"])

    document = synchronized(many)

    assert (document["state"], document["held"]) == ("held", 18)
    assert (get_person("p0").name, values("p0")["position"]) == ("P0", "Manager")
    approve(document["run"])
    assert get_person("p0").name == "Person 0"
    assert synchronized(many)["changed"] == 0


def test_b82_far_more_people_than_are_known_are_held_and_then_made(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    ada = "uid=ada,ou=people,dc=example,dc=com"
    for number in range(PEOPLE):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}", manager=ada)
    company.set("ada", "title", [b"Countess"])

    document = synchronized(company)

    assert (document["state"], document["held"], document["new"]) == ("held", PEOPLE, 0)
    assert (active_people(), values("ada")["position"]) == (5, "Countess")
    approve(document["run"])
    assert active_people() == PEOPLE + 5
    assert record(document["run"])["new"] == PEOPLE
    assert (values("p7")["phone"], manager_of("p7")) == ("+49 611 7", "ada")
    assert synchronized(company)["unchanged"] == PEOPLE + 5


def administrator(login: str | None) -> None:
    """Make a person an administrator, or add a local one."""
    with transaction():
        if login is None:
            user = User(local_name="root", role=Role.SYSTEM_ADMINISTRATOR)
        else:
            user = User(person_id=get_person(login).id, role=Role.SYSTEM_ADMINISTRATOR)
        db.session.add(user)


def switched_off(company: FakeDirectory) -> None:
    company.set("ada", "shadowExpire", [b"1"])


def gone(company: FakeDirectory) -> None:
    company.delete("ada")


@pytest.mark.parametrize("leave", [switched_off, gone])
def test_the_last_administrator_stays_and_is_listed(
    company: FakeDirectory, leave: Callable[[FakeDirectory], None]
) -> None:
    synchronized(company)
    administrator("ada")
    leave(company)
    company.delete("dea")

    document = synchronized(company)

    assert get_person("ada").state == PersonState.ACTIVE
    assert (document["missing"], document["disabled"]) == (1, 0)
    (error,) = [each for each in document["errors"] if each["field"] == "@state"]
    assert error["login"] == "ada"
    assert "nobody could administer" in error["text"]


def test_an_administrator_who_is_not_the_last_may_leave(company: FakeDirectory) -> None:
    synchronized(company)
    administrator("ada")
    administrator(None)
    company.delete("ada")

    assert synchronized(company)["missing"] == 1


def test_an_approval_that_was_interrupted_is_completed_by_the_next_one(
    many: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = emptied_run(many)
    monkeypatch.setattr(releasing, "AT_ONCE", 5)
    write = apply.Writer.write
    calls: list[int] = []

    def dies(self: apply.Writer, plans: Any) -> Any:
        calls.append(len(plans))
        if len(calls) == 3:
            raise LeaseLost("the process died")
        return write(self, plans)

    with monkeypatch.context() as patch:
        patch.setattr(apply.Writer, "write", dies)
        with pytest.raises(LeaseLost):
            approve(document["run"])
    assert record(document["run"])["state"] == "held"
    with_phone = [each for each in range(EMPTIED) if "phone" in values(f"p{each}")]
    assert 0 < len(with_phone) < EMPTIED

    approve(document["run"])

    assert not [each for each in range(EMPTIED) if "phone" in values(f"p{each}")]
    assert record(document["run"])["state"] == "done"


def test_b110_nothing_is_approved_in_read_only_mode(many: FakeDirectory) -> None:
    document = emptied_run(many)

    with pytest.raises(ReadOnlyMode):
        approve(document["run"], read_only=True)

    assert record(document["run"])["state"] == "held"
