"""Marks of servers that have none: what has a stamp of the last hour before the newest (12)."""

from datetime import UTC, datetime, timedelta

import pytest

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.sync.newest import time_of_stamp
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized, values

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
BY_STAMPS = "the newest one"


class Clock:
    """The time, for lupweb and for the directory."""

    def __init__(self) -> None:
        self.now = NOON

    def goes_on(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


@pytest.fixture
def office(time: Clock, company: FakeDirectory) -> FakeDirectory:
    """The five, read once; then one of them changed three hours later, and was read."""
    synchronized(company)
    with transaction():
        get_directory("main").marks = True
    time.goes_on(hours=3)
    company.set("ada", "title", [b"Countess"])
    changes_read(company)
    time.goes_on(minutes=10)
    return company


def test_only_what_was_written_lately_is_looked_at(office: FakeDirectory) -> None:
    office.set("ben", "title", [b"Captain"])
    office.server.questions.clear()

    document = changes_read(office)

    assert (document["mode"], document["changed"], document["unchanged"]) == ("changes", 1, 4)
    assert BY_STAMPS in document["reason"]
    assert values("ben")["position"] == "Captain"
    lists = [each for each in office.server.questions if each.startswith("page 1")]
    assert any("modifyTimestamp>=20260505140000Z" in each for each in lists), lists


def test_a_change_that_arrives_late_by_less_than_an_hour_is_found(
    office: FakeDirectory, time: Clock
) -> None:
    time.goes_on(minutes=-50)
    office.set("ben", "title", [b"Late"])
    time.goes_on(minutes=50)

    assert BY_STAMPS in changes_read(office)["reason"]

    assert values("ben")["position"] == "Late"


def test_whoever_is_gone_is_hidden_within_an_hour_and_nobody_before(
    office: FakeDirectory, time: Clock
) -> None:
    office.delete("dea")
    changes_read(office)
    assert active_people() == 5

    time.goes_on(hours=1)

    assert BY_STAMPS not in changes_read(office)["reason"]
    assert active_people() == 4


@pytest.mark.parametrize("why", ["pattern", "future", "nonsense", "off"])
def test_where_stamps_say_nothing_everybody_is_compared(office: FakeDirectory, why: str) -> None:
    stamps = {"future": "29990505120000.000000Z#000000#000#000000", "nonsense": "yesterday"}
    with transaction():
        main = get_directory("main")
        if why == "pattern":
            main.timestamp_pattern = "dd.MM.yyyy"
        if why == "off":
            main.marks = False
        if why in stamps:
            found = db.session.query(Identity).filter(Identity.dn.contains("ada")).one()
            found.stamp = stamps[why]
    office.delete("dea")

    document = changes_read(office)

    assert BY_STAMPS not in document["reason"]
    assert active_people() == 4


@pytest.mark.parametrize(
    ("stamp", "time_said"),
    [
        ("20260505115959.123456Z#000001#002#000000", NOON - timedelta(seconds=0.876544)),
        ("20260505120000Z", NOON),
        ("20260505120130Z", None),
        ("4711", None),
        ("", None),
    ],
)
@pytest.mark.usefixtures("time")
def test_the_time_of_a_stamp(stamp: str, time_said: datetime | None) -> None:
    assert time_of_stamp(stamp) == time_said
