"""Clocks that are wrong, directories put back or copied late: compared for being the same, never
for being later, so that no change is lost."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.errors import AlreadyRunning
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.runs import service as runs
from lupweb.runs.leases import take
from lupweb.runs.models import Run
from lupweb.runs.states import CHANGES, FULL, GROUPS
from lupweb.runs.timetable import arrange, claim, due, upcoming
from lupweb.sync import phases
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized, values

SUBJECT = "directory:main"
JUMPS = [timedelta(days=1), timedelta(days=-1), timedelta(hours=-1), timedelta(days=-20_000)]


@pytest.fixture
def office(company: FakeDirectory) -> FakeDirectory:
    """The five and ten more, all read."""
    for number in range(10):
        an_entry(company, f"more{number}")
    synchronized(company)
    return company


def jump(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let the clock of this machine, and that of the directory, go wrong."""
    true = clock.now
    monkeypatch.setattr(clock, "now", lambda: true() + by)


@pytest.mark.parametrize("by", JUMPS)
@pytest.mark.parametrize("mode", ["full", "changes"])
def test_x31_a_clock_that_jumps_loses_no_change(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch, by: timedelta, mode: str
) -> None:
    with monkeypatch.context() as wrong:
        jump(wrong, by)
        office.set("ada", "telephoneNumber", [b"+49 611 1"])
        there = changes_read(office, mode)
        office.set("ben", "title", [b"Boss"])
    back = changes_read(office, mode)

    assert [(each["state"], each["changed"]) for each in (there, back)] == [("done", 1)] * 2
    assert (values("ada")["phone"], values("ben")["position"]) == ("+49 611 1", "Boss")


def test_x31_a_lease_goes_by_the_clock_of_the_database(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        held = take(SUBJECT, "somebody")
    jump(monkeypatch, timedelta(days=1))

    with pytest.raises(AlreadyRunning):
        changes_read(office)

    with transaction():
        held.release()
    assert changes_read(office)["state"] == "done"


def test_x31_no_time_is_missed_or_taken_twice_when_the_clock_jumps(office: FakeDirectory) -> None:
    noon = datetime(2026, 5, 5, 12, tzinfo=clock.now().tzinfo)
    with transaction():
        arrange({(SUBJECT, CHANGES): ("*/15 * * * *", "UTC")}, noon)

    assert claimed(noon + timedelta(days=1)) == 1
    assert claimed(noon) == 0  # the clock is put right again: nothing is due twice
    (row,) = upcoming()
    assert row.next_at == noon + timedelta(days=1, minutes=15)
    with transaction():
        arrange({(SUBJECT, CHANGES): ("*/15 * * * *", "UTC")}, noon)
    assert claimed(noon + timedelta(days=1, minutes=15)) == 1


def claimed(now: datetime) -> int:
    """Claim what is due; return how much that is."""
    found = due(now)
    for each in found:
        with transaction():
            claim(each, now)
    return len(found)


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_x33_a_directory_put_back_from_a_backup_is_read_as_it_is(
    office: FakeDirectory, mode: str
) -> None:
    """Stamps go back, somebody who left is there again, somebody who came is not."""
    backup = deepcopy(office.server.entries)
    office.delete("dea")
    an_entry(office, "fay")
    office.set("ada", "telephoneNumber", [b"+49 611 2"])
    synchronized(office)
    fay = get_person("fay").id
    office.server.entries = backup

    document = changes_read(office, mode)

    assert document["mode"] == mode
    assert [document[key] for key in ("changed", "back", "missing", "new")] == [1, 1, 1, 0]
    assert values("ada")["phone"] == "+49 611 20570"
    assert get_person(f"id:{fay}").state == PersonState.MISSING


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_x34_a_copy_that_lags_behind_loses_nothing_for_longer_than_one_run(
    office: FakeDirectory, mode: str
) -> None:
    late = deepcopy(office.server.entries)
    office.set("ada", "telephoneNumber", [b"+49 611 3"])
    for number in range(5):
        an_entry(office, f"young{number}")
    synchronized(office)
    current = office.server.entries

    office.server.entries = late
    lagging = changes_read(office, mode)
    office.server.entries = current
    good = changes_read(office, mode)

    assert (lagging["state"], lagging["missing"], lagging["changed"]) == ("done", 5, 1)
    assert (good["back"], good["changed"], good["new"]) == (5, 1, 0)
    assert (values("ada")["phone"], active_people()) == ("+49 611 3", 20)


def test_x34_a_copy_that_lags_far_behind_hides_nobody(office: FakeDirectory) -> None:
    late = deepcopy(office.server.entries)
    for number in range(11):
        an_entry(office, f"young{number}")
    synchronized(office)

    office.server.entries = late
    lagging = changes_read(office)

    assert (lagging["state"], lagging["held"], active_people()) == ("held", 11, 26)


def test_x04_runs_of_changes_begin_a_broken_list_again_and_hide_nobody(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every page of the list, once and for good."""
    monkeypatch.setattr(phases, "PAGE_SIZES", (4, 2, 1))
    for page in (1, 2, 3, 4):
        office.set("ada", "telephoneNumber", [f"+49 611 {page}".encode()])
        for_good = breaking(office, page, times=9)
        once = breaking(office, page, times=1)

        assert (for_good["state"], for_good["missing"], for_good["changed"]) == ("failed", 0, 0)
        assert (once["state"], once["missing"], once["changed"]) == ("done", 0, 1)
        assert "restarted once" in once["message"]
        assert (values("ada")["phone"], active_people()) == (f"+49 611 {page}", 15)


def breaking(office: FakeDirectory, page: int, *, times: int) -> dict[str, Any]:
    """Read changes over connections of which the first so many break off at a page."""
    left = [times]
    connect = office.connect

    def unreliable(*server: object) -> FakeDirectory:
        office.fail_at_page(page if left[0] > 0 else 0)
        left[0] -= 1
        return connect(*server)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(office, "connect", unreliable)
        document = changes_read(office)
    office.fail_at_page(0)
    return document


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_x36_one_bad_person_stops_nobody_and_is_listed_in_runs_of_every_kind(
    office: FakeDirectory, mode: str
) -> None:
    office.set("ada", "telephoneNumber", [b"+49\xff\xfe"])
    office.set("ada", "title", [b"Countess"])
    office.set("dea", "uid", [])
    office.set("ben", "title", [b"Boss"])

    document = changes_read(office, mode)

    assert (document["state"], document["mode"], document["failed"]) == ("partial", mode, 1)
    assert (document["changed"], document["missing"], active_people()) == (2, 0, 15)
    assert values("ada") == {"phone": "+49 611 20570", "position": "Countess"}
    assert {(each["login"], each["field"]) for each in document["errors"]} >= {("ada", "phone")}
    assert any("uid=dea" in each["text"] for each in document["errors"])


def test_x39_a_flood_of_requests_leaves_one_run_of_a_kind(office: FakeDirectory) -> None:
    """Drains are of the write-back; these are the runs that anybody may ask for."""
    for number in range(300):
        with transaction():
            mode = (GROUPS, CHANGES, FULL)[number % 3]
            runs.request(SUBJECT, trigger="test", mode=mode, reason="flood")

    waiting = select(func.count(Run.id)).where(Run.state == "queued")
    assert db.session.scalar(waiting) == 3
