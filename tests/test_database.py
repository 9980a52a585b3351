"""One place commits; times keep their zone; SQLite takes the write lock at the start."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from lupweb.database import after_commit, compact_json, db, in_transaction, transaction
from lupweb.options.models import Option
from lupweb.runs.models import Run
from tests.databases import both_databases

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def a_run_at(instant: datetime) -> Run:
    return Run(subject="test", trigger="test", mode="full", started_at=instant)


@both_databases
def test_an_instant_comes_back_aware_and_in_utc(in_app: Flask) -> None:
    berlin = timezone(timedelta(hours=1))
    with transaction():
        db.session.add(a_run_at(NOON.astimezone(berlin)))

    (found,) = db.session.scalars(select(Run.started_at))

    assert found == NOON
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(in_app: Flask) -> None:
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 that is the point
    with pytest.raises(StatementError, match="without a zone"), transaction():
        db.session.add(a_run_at(naive))


@both_databases
def test_an_error_takes_everything_back(in_app: Flask) -> None:
    def half_done() -> None:
        with transaction():
            db.session.add(Option(key="a", value={"value": "b"}))
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()

    assert db.session.get(Option, "a") is None


def test_what_waits_for_the_commit_happens_after_it_and_only_then(in_app: Flask) -> None:
    happened: list[bool] = []
    with transaction():
        after_commit(lambda: happened.append(in_transaction()))
        assert happened == []
    assert happened == [False]


def test_what_waits_for_a_commit_that_never_comes_does_not_happen(in_app: Flask) -> None:
    happened: list[bool] = []

    def taken_back() -> None:
        with transaction():
            after_commit(lambda: happened.append(True))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken_back()

    assert happened == []


def test_sqlite_waits_for_another_writer_and_readers_do_not(in_app: Flask) -> None:
    begun = []
    with transaction():
        begun.append(db.session.connection().get_execution_options()["lup_write"])
        with db.engine.connect() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM person")
    assert begun == [True]


def test_sqlite_is_set_up_for_losing_nothing(in_app: Flask) -> None:
    with db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_equal_documents_are_equal_bytes() -> None:
    assert compact_json({"b": "ü", "a": 1}) == compact_json({"a": 1, "b": "ü"}) == '{"a":1,"b":"ü"}'
