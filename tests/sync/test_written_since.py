"""Between sweeps only what the server says was written is looked at (sync.md section 12)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.people.queries import find_person, get_person
from lupweb.people.states import PersonState
from lupweb.sync import server_record
from lupweb.sync.server import ServerNow, written_since
from tests.factories import SUFFIX, a_connection, a_profile, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.sync.observing import changes_read, synchronized, values

ONE, TWO = "20260505120000.000001Z#000000#001#000000", "20260505130000.000000Z#000000#002#000000"
LATER = "20260506120000.000000Z#000000#001#000000"
PROVIDERS = ServerNow("OpenLDAP", (SUFFIX,), marks=(ONE, TWO))
CONTROLLER = ServerNow("Active Directory", (SUFFIX,), "CN=DC1", "ab", ("100",))
BY_MARK = "only what was written since the last run"


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (PROVIDERS, replace(PROVIDERS, marks=(LATER, TWO)), f"(entryCSN>={ONE})"),
        (PROVIDERS, replace(PROVIDERS, marks=(LATER, f"2027{TWO[4:]}")), f"(entryCSN>={ONE})"),
        (CONTROLLER, replace(CONTROLLER, marks=("107",)), "(uSNChanged>=101)"),
        (PROVIDERS, PROVIDERS, ""),
        (PROVIDERS, replace(PROVIDERS, marks=(LATER,)), ""),
        (PROVIDERS, replace(PROVIDERS, marks=(LATER, TWO, f"{LATER[:22]}#000000#003#0")), ""),
        (PROVIDERS, replace(PROVIDERS, marks=(LATER, f"2025{TWO[4:]}")), ""),
        (CONTROLLER, replace(CONTROLLER, marks=("107",), name="CN=DC2"), ""),
        (CONTROLLER, replace(CONTROLLER, marks=("107",), life="cd"), ""),
        (CONTROLLER, replace(CONTROLLER, marks=("99",)), ""),
        (CONTROLLER, replace(CONTROLLER, marks=()), ""),
        (replace(CONTROLLER, marks=()), CONTROLLER, ""),
    ],
)
def test_a_mark_that_moved_says_what_to_ask_for_or_that_all_are_to_be_compared(
    before: ServerNow, now: ServerNow, found: str
) -> None:
    assert written_since(before.document(), now) == found


def make_company(directory: FakeDirectory) -> None:
    for number in range(8):
        an_entry(directory, f"p{number}", title="Clerk")
    a_connection(directory)
    a_profile()
    with transaction():
        get_directory("main").marks = True


@pytest.fixture
def office(
    in_app: Flask, directory: FakeDirectory, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> FakeDirectory:
    """Eight people, all read, of a server that says how far it has come."""
    office = companies.again(in_app, directory, make_company)

    def now(*_question: object) -> ServerNow:
        stamps = [each.values["entryCSN"][0] for each in office.server.entries.values()]
        return ServerNow("OpenLDAP", (SUFFIX,), marks=(max(stamps).decode(),))

    monkeypatch.setattr(server_record, "server_now", now)
    synchronized(office)
    office.server.questions.clear()
    return office


def keys_asked(office: FakeDirectory) -> int:
    """Return how many comparisons of everybody there were."""
    asked = [each for each in office.server.questions if "page 1" in each]
    office.server.questions.clear()
    everybody = f"page 1 of {get_directory('main').user_filter}"
    return sum(each == everybody for each in asked)


def test_only_who_was_written_is_asked_for_and_the_counters_add_up(office: FakeDirectory) -> None:
    office.set("p1", "title", [b"Boss"])
    an_entry(office, "new")

    document = changes_read(office)

    assert BY_MARK in document["reason"]
    assert (document["changed"], document["new"], document["unchanged"]) == (1, 1, 7)
    assert (values("p1")["position"], keys_asked(office)) == ("Boss", 0)
    assert BY_MARK not in changes_read(office)["reason"]  # nothing at all was written since


def test_whoever_is_gone_is_found_by_the_comparison_of_everybody_an_hour_later(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.delete("p1")
    office.set("p2", "title", [b"Boss"])

    by_mark = changes_read(office)
    assert (by_mark["missing"], get_person("p1").state) == (0, PersonState.ACTIVE)
    true = clock.now
    monkeypatch.setattr(clock, "now", lambda: true() + timedelta(minutes=61))
    office.set("p2", "title", [b"Chair"])
    hourly = changes_read(office)

    assert (hourly["missing"], hourly["changed"], keys_asked(office)) == (1, 1, 1)


def test_a_move_that_no_stamp_tells_is_found_by_the_comparison_of_everybody(
    office: FakeDirectory,
) -> None:
    """The nightly run finds it as well; a mark is never the only way."""
    away = f"ou=away,{SUFFIX}"
    office.add(away, {"objectClass": [b"organizationalUnit"]})
    changes_read(office)
    entry = office.server.entries.pop(f"uid=p3,ou=people,{SUFFIX}")
    office.server.entries[f"uid=p3,{away}"] = replace(entry, dn=f"uid=p3,{away}")

    assert changes_read(office)["missing"] == 0
    assert synchronized(office)["missing"] == 1


def test_what_counts_as_unread_is_read_whatever_the_server_says(office: FakeDirectory) -> None:
    with transaction():
        unread = select(Identity.id).where(Identity.dn_folded.contains("uid=p4,"))
        here = Identity.id.in_(unread.scalar_subquery())
        db.session.execute(update(Identity).where(here).values(stamp=""))
    office.server._entry("p4").values["title"] = [b"Boss"]  # and no stamp moves

    document = changes_read(office)

    assert (document["changed"], document["unchanged"]) == (1, 7)
    assert values("p4")["position"] == "Boss"


def test_where_hardly_anybody_has_a_stamp_everybody_is_compared(office: FakeDirectory) -> None:
    with transaction():
        db.session.execute(update(Identity).values(stamp=""))
    office.set("p5", "title", [b"Boss"])

    changes_read(office)

    assert (keys_asked(office) > 0, values("p5")["position"]) == (True, "Boss")


def test_a_date_that_was_entered_compares_everybody(office: FakeDirectory) -> None:
    with transaction():
        get_directory("main").last_sync_date = "01-01-2026 00:00:00"
    office.set("p6", "title", [b"Boss"])

    changes_read(office)

    assert keys_asked(office) > 0
    assert find_person("p6") is not None
