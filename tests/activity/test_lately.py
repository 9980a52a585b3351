"""What changed lately: what people did, and what a synchronization did where it is asked for."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from lupweb.activity.lately import MOST_READINGS, PAGE, ROWS_AT_ONCE, ActivityPage, lately
from lupweb.audit.service import Change, record
from lupweb.database import transaction
from lupweb.field_types.referring import NOT_SHOWN
from lupweb.options.service import options
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from tests.databases import both_databases, counted_queries
from tests.factories import a_connection, a_group, a_profile, a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import layout, viewer_named

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada, Ben and Cem; Sam is the safety officer, and only safety officers see first aid."""
    for login, name in (("ada", "Ada"), ("ben", "Ben"), ("cem", "Cem"), ("sam", "Sam")):
        an_entry(directory, login, name, homePhone="+49 611 1")
    a_group(directory, a_connection(directory), "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    a_run(directory)
    return directory


def changed(login: str, *keys: str, by: str | None = None, minute: int = 0) -> None:
    """Let somebody type something into fields of a profile; in one transaction."""
    person, actor = get_person(login).id, get_person(by or login).id
    with transaction():
        changes = [Change(person, key, "ZQX-BEFORE", "ZQX-AFTER") for key in keys]
        at = NOON.replace(minute=minute)
        record(changes, source="user", run_id=None, at=at, actor=f"person:{actor}")


def page(viewer: str, *, sync: bool = False, before: int | None = None) -> ActivityPage:
    return lately(viewer_named(viewer), layout(), options(), includes_sync=sync, before=before)


def told(viewer: str, *, sync: bool = False) -> list[tuple[str, list[str]]]:
    lines = page(viewer, sync=sync).lines
    return [(each.card.name, [str(label) for label in each.labels]) for each in lines]


def test_a_synchronization_does_not_bury_what_people_did_and_is_nobody(
    company: FakeDirectory,
) -> None:
    changed("cem", "website", by="ben")
    for number in range(40):
        an_entry(company, f"p{number}", f"Person {number}", title="Clerk")
    an_approved_run(company)
    for number in range(40):
        company.set(f"p{number}", "title", [b"Manager"])
    a_run(company)

    (line,) = page("ada").lines
    assert (line.card.name, line.labels, line.by, line.source) == (
        "Cem",
        ["Website"],
        "Ben",
        "user",
    )

    first = page("ada", sync=True)
    assert {(*map(str, each.labels), each.by, each.source) for each in first.lines} == {
        ("Position", "", "ldap")
    }
    lines, last = list(first.lines), first
    while last.older is not None:
        last = page("ada", sync=True, before=last.older)
        lines += last.lines
    assert lines[-1].by == "Ben"
    assert len({each.card.name for each in lines}) == 41


def test_what_was_typed_and_saved_to_ldap_is_by_whoever_typed_it(company: FakeDirectory) -> None:
    ben = get_person("ben").id
    with transaction():
        by = {"run_id": None, "at": NOON, "actor": f"person:{ben}"}
        record([Change(ben, "phone", "", "1")], source="ldap", **by)
        record([Change(ben, "location", "", "x")], source="computed", **by)

    (line,) = page("ada").lines

    assert (line.labels, line.by, line.source) == (["Phone"], "", "user")


def test_b36_restricted_fields_are_told_to_those_who_may_read_them_and_to_their_owner(
    company: FakeDirectory,
) -> None:
    changed("ben", "emergency", "phone", minute=1)
    changed("cem", "emergency", minute=2)

    assert told("ada") == [("Ben", ["Phone"])]
    assert told("ben") == [("Ben", ["Phone", "Emergency contact"])]
    assert [name for name, _labels in told("sam")] == ["Cem", "Ben"]
    assert "ZQX" not in repr(page("sam"))  # values stand in the profiles


def test_who_is_not_in_the_people_directory_is_not_told_of(company: FakeDirectory) -> None:
    changed("ben", "website")
    changed("cem", "website", "@picture")
    company.delete("ben")
    a_run(company)

    assert told("ada") == [("Cem", ["Picture", "Website"])]


@both_databases
def test_it_comes_in_pages_and_none_of_it_twice(company: FakeDirectory) -> None:
    for number in range(PAGE + 7):
        changed("ben", "website", "phone", minute=number)

    first = page("ada")
    second = page("ada", before=first.older)

    minutes = [each.at.minute for each in (*first.lines, *second.lines)]
    assert minutes == list(reversed(range(PAGE + 7)))
    assert (len(first.lines), second.older) == (PAGE, None)


def test_much_that_may_not_be_seen_takes_no_more_queries_and_leads_on(
    company: FakeDirectory,
) -> None:
    changed("cem", "website", minute=1)
    with counted_queries() as few:
        assert len(told("ada")) == 1
    ben = get_person("ben").id
    with transaction():
        for number in range(ROWS_AT_ONCE * MOST_READINGS * 2 // 100):
            changes = [Change(ben, "@picture", "", str(each)) for each in range(100)]
            at = NOON.replace(minute=2 + number % 50, second=number // 50)
            record(changes, source="ldap", run_id=None, at=at)

    with counted_queries() as sent:
        assert told("ada") == [("Cem", ["Website"])]
    assert len(sent) == len(few)

    with counted_queries() as many:
        found = page("ada", sync=True)
    assert len(many) <= len(few) + 2 * MOST_READINGS
    assert found.older is not None


@pytest.mark.usefixtures("company")
def test_an_actor_who_is_not_known_any_more_has_no_name() -> None:
    with transaction():
        change = Change(get_person("ben").id, "website", "", "x")
        record([change], source="user", run_id=None, at=NOON, actor="account:4711")

    (line,) = page("ada").lines
    assert line.by == ""


def test_who_acted_and_does_not_stand_in_the_people_directory_is_not_named(
    company: FakeDirectory,
) -> None:
    changed("cem", "website", by="ben")
    changed("cem", "phone", by="sam", minute=1)
    company.delete("ben")
    a_run(company)
    with transaction():
        get_person("sam").is_listed = False

    assert [str(each.by) for each in page("ada").lines] == [str(NOT_SHOWN)] * 2


def test_what_somebody_did_under_another_record_was_they_themselves(
    company: FakeDirectory,
) -> None:
    changed("cem", "website", by="ben")
    changed("sam", "website", by="ben", minute=1)
    with transaction():
        ben = get_person("ben")
        ben.state, ben.merged_into_id = PersonState.MERGED, get_person("cem").id

    assert [(each.card.name, each.by) for each in page("ada").lines] == [
        ("Sam", "Cem"),
        ("Cem", ""),
    ]
