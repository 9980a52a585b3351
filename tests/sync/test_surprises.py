"""Another server, one that was put back, and what no run of changes could have seen."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.document import with_values
from lupweb.profiles.editor import fill_from_directory
from lupweb.sync.service import approve
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized, values

every_kind = pytest.mark.parametrize("mode", ["full", "changes"])


@pytest.fixture
def office(company: FakeDirectory) -> FakeDirectory:
    """The five and ten more, all read."""
    for number in range(10):
        an_entry(company, f"more{number}")
    synchronized(company)
    return company


def load_anew(company: FakeDirectory) -> None:
    """Give every entry another unique id, as a reload of all data does."""
    for entry in company.server.entries.values():
        number = int.from_bytes(entry.values["entryUUID"][0][-6:])
        entry.values["entryUUID"] = [f"00000000-0000-4000-8000-{number:012x}".encode()[:36]]


@every_kind
def test_g9_a_directory_where_every_unique_id_is_new_makes_nobody_and_hides_nobody(
    office: FakeDirectory, mode: str
) -> None:
    load_anew(office)

    document = changes_read(office, mode)

    assert (document["state"], document["new"], document["missing"]) == ("held", 0, 0)
    assert "looks like another server" in document["message"]
    assert active_people() == 15
    before = get_person("ada").id
    approve(document["run"])
    assert active_people() == 15
    assert get_person("ada").id != before


def test_g9_another_companys_directory_brings_nobody_before_it_is_approved(
    office: FakeDirectory,
) -> None:
    for login in ("ada", "ben", "cem", "dea", "eve", *(f"more{each}" for each in range(10))):
        office.delete(login)
    for number in range(3):
        an_entry(office, f"foreign{number}")

    document = synchronized(office)

    assert (document["state"], document["new"], document["held"]) == ("held", 0, 18)
    assert active_people() == 15


def test_one_who_stayed_is_enough_to_know_the_directory(office: FakeDirectory) -> None:
    for number in range(10):
        office.delete(f"more{number}")
    for number in range(3):
        an_entry(office, f"young{number}")

    assert synchronized(office)["new"] == 3


@every_kind
def test_x33_a_server_that_went_back_in_time_is_told_and_read_as_it_is(
    office: FakeDirectory, mode: str
) -> None:
    backup = deepcopy(office.server.entries)
    office.set("ada", "telephoneNumber", [b"+49 611 2"])
    synchronized(office)
    office.server.entries = backup

    document = changes_read(office, mode)

    (said,) = [each["text"] for each in document["errors"] if "back in time" in each["text"]]
    assert "1 entry has an older change stamp" in said
    assert (document["state"], values("ada")["phone"]) == ("done", "+49 611 20570")


def disturb(login: str) -> None:
    """Let what is stored differ from the directory although no stamp moved."""
    with transaction():
        person = db.session.get_one(Person, get_person(login).id)
        document, provenance = with_values(
            person.document, person.provenance, {"phone": "0"}, {"source": "ldap"}
        )
        person.document, person.provenance, person.content_hash = document, provenance, b""


def test_a_full_run_says_how_many_differences_no_run_of_changes_had_seen(
    office: FakeDirectory,
) -> None:
    assert "no run of changes had seen: 0." in synchronized(office)["message"]
    disturb("ada")
    office.set("ben", "title", [b"Boss"])  # a stamp moved: a run of changes would have seen it
    assert changes_read(office)["changed"] == 1
    office.set("cem", "title", [b"Boss"])

    document = synchronized(office)

    assert (document["changed"], values("ada")["phone"]) == (2, "+49 611 20570")
    assert "no run of changes had seen: 1." in document["message"]
    (said,) = [each["text"] for each in document["errors"] if "differed" in each["text"]]
    assert said.startswith("1 person differed although neither change stamp nor DN did")
    assert "no run of changes had seen: 0." in synchronized(office)["message"]


def test_a_run_of_changes_looks_for_none(office: FakeDirectory) -> None:
    assert "had seen" not in changes_read(office)["message"]


def test_a_field_that_was_mapped_since_is_no_alarm(office: FakeDirectory) -> None:
    office.set("ada", "description", [b"first"])
    changes_read(office)
    with transaction():
        fill_from_directory("website", "description")

    document = synchronized(office)

    assert (document["changed"], "had seen" in document["message"]) == (1, False)


@every_kind
def test_b87_a_directory_without_end_fails_as_a_whole_and_changes_nobody(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    made_of_pages = FakeDirectory.made_of_pages
    sent = [0]

    def endless(self: FakeDirectory, *question: Any, **how: Any) -> Iterator[Any]:
        while sent[0] < 1_000:
            sent[0] += 1
            yield from made_of_pages(self, *question, **how)

    monkeypatch.setattr(FakeDirectory, "made_of_pages", endless)
    office.set("ada", "title", [b"Countess"])

    document = changes_read(office, mode)

    assert (document["state"], document["missing"]) == ("failed", 0)
    assert "without end" in document["message"]
    assert sent[0] == 102  # once more than twice those of last time, and a hundred
    assert "position" not in values("ada")
