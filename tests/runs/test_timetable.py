"""Schedule rows: as configured, claimed once, and made up for once."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from lupweb.database import db, transaction
from lupweb.runs import timetable
from lupweb.runs.models import Run, Schedule
from lupweb.runs.timetable import Rule, arrange, claim, differs_from, due, upcoming
from tests.databases import both_databases

SUBJECT = "directory:main"
NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
QUARTERS = {(SUBJECT, "changes"): ("*/15 * * * *", "UTC")}


def arranged(wanted: dict[tuple[str, str], Rule], now: datetime = NOON) -> None:
    with transaction():
        arrange(wanted, now)


def next_times() -> dict[str, datetime | None]:
    found = {each.mode: each.next_at for each in upcoming()}
    db.session.rollback()
    return found


@both_databases
def test_the_rows_follow_what_is_configured(in_app: Flask) -> None:
    night = {(SUBJECT, "full"): ("11 1 * * *", "Europe/Berlin")}
    arranged(QUARTERS | night | {("directory:other", "full"): ("off", "UTC")})

    assert not differs_from(QUARTERS | night)
    assert next_times() == {
        "changes": NOON + timedelta(minutes=15),
        "full": datetime(2026, 5, 5, 23, 11, tzinfo=UTC),
    }

    arranged({(SUBJECT, "changes"): ("*/20 * * * *", "UTC")})

    assert next_times() == {"changes": NOON + timedelta(minutes=20)}


def test_a_rule_that_stays_keeps_its_time(in_app: Flask) -> None:
    arranged(QUARTERS)
    arranged(QUARTERS, NOON + timedelta(minutes=40))

    assert next_times() == {"changes": NOON + timedelta(minutes=15)}


@both_databases
def test_x24_two_schedulers_claim_a_time_once(in_app: Flask) -> None:
    arranged(QUARTERS)
    now = NOON + timedelta(minutes=15)
    (first,), (second,) = due(now), due(now)

    with transaction():
        run_id = claim(first, now)
    with transaction():
        assert claim(second, now) is None

    assert [run.id for run in db.session.query(Run)] == [run_id]
    assert next_times() == {"changes": NOON + timedelta(minutes=30)}


def test_times_that_were_missed_are_one_run(in_app: Flask) -> None:
    arranged(QUARTERS)
    later = NOON + timedelta(days=3, minutes=1)

    for each in due(later):
        with transaction():
            claim(each, later)

    assert db.session.query(Run).count() == 1
    assert next_times() == {"changes": later + timedelta(minutes=14)}


def test_nothing_is_due_before_its_time(in_app: Flask) -> None:
    arranged(QUARTERS)

    assert due(NOON + timedelta(minutes=14, seconds=59)) == []


def test_b107_a_row_that_cannot_be_read_stops_no_other(in_app: Flask) -> None:
    with transaction():
        for subject, cron in [(SUBJECT, "garbage"), ("directory:other", "* * * * *")]:
            db.session.add(Schedule(subject=subject, mode="full", cron=cron, next_at=NOON))

    for each in due(NOON):
        with transaction():
            claim(each, NOON)

    assert [each.subject for each in timetable.upcoming()] == ["directory:other"]
