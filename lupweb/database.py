"""The database: one base class, its column types, and the only commit in the package."""

import enum
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import DiskFull, QueryCanceled
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, MetaData, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

WRITE = "lup_write"
REPEATABLE = "lup_repeatable"
IF_FREE = "lup_if_free"
PATIENCE_MS = 5000
"""How long SQLite waits for a lock that somebody else holds."""
PAGE_STATEMENT_S = 2
"""How long a statement may take PostgreSQL on behalf of a page (hostile-input.md B90)."""
STEPS_AT_ONCE, MOST_STEPS = 1_000_000, 200_000_000
"""The same for SQLite, in steps of its virtual machine, of which that is about as many: it makes
rows while they are fetched, so its time is also that of whoever takes them."""
BULK_PRAGMAS = ("cache_size = -8192", "wal_autocheckpoint = 8192")
"""Of a connection that writes much: 8 MiB of pages in memory, 32 MiB before they are moved."""
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, aware, in UTC; SQLite would give it back without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; refuse a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[dict[str, Any]]):
    """A JSON document. A change inside it is not seen: give the column a new one."""

    impl = JSON
    cache_ok = True


def _values(choices: type[enum.Enum]) -> list[str]:
    return [str(choice.value) for choice in choices]


class Base(DeclarativeBase):
    """The base of every model. A choice is stored as text: a new member needs no new schema."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=40, values_callable=_values)
        },
    )


def compact_json(value: Any) -> str:
    """Return `value` as JSON, the same bytes for equal values."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


db = SQLAlchemy(
    model_class=Base,
    # values of people would stand in every message about a statement that failed
    engine_options={"json_serializer": compact_json, "hide_parameters": True},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@contextmanager
def transaction(*, waits: bool = True) -> Iterator[None]:
    """Write everything inside the block, or nothing of it.

    Ends the read that went before, and takes SQLite's write lock at the start: a transaction that
    reads before it writes would fail there at once when another one writes (style.md section 10).

    :param waits: no: for what may be left undone. It holds up nobody: OperationalError if another
        one writes now, on SQLite, and it may be forgotten in a power cut there
    """
    db.session.rollback()
    is_repeatable = db.session.info.get(REPEATABLE, False)
    chosen = {WRITE: True, REPEATABLE: is_repeatable, IF_FREE: not waits}
    db.session.connection(execution_options=chosen)
    waiting: list[Callable[[], None]] = []
    db.session.info["after_commit"] = waiting
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.session.info.pop("after_commit", None)
    for act in waiting:
        act()


@contextmanager
def repeatable() -> Iterator[None]:
    """Let the transactions inside the block be forgotten in a power cut, on SQLite.

    For work that is simply done again, such as a run; it does not wait for the disk then. The first
    transaction after the block makes all of them last.
    """
    db.session.info[REPEATABLE] = True
    try:
        yield
    finally:
        db.session.info.pop(REPEATABLE, None)


def after_commit(act: Callable[[], None]) -> None:
    """Call `act` when the transaction at work has been committed, and not otherwise.

    One that is equal to another that waits is called once.
    """
    if act not in db.session.info["after_commit"]:
        db.session.info["after_commit"].append(act)


class _Limit(threading.local):
    """Whether what this thread asks a database is for a page, and how far SQLite has come."""

    is_on = False
    steps = 0

    def is_reached(self) -> bool:
        """Count steps; return whether SQLite is to break off."""
        self.steps += STEPS_AT_ONCE
        return self.steps > MOST_STEPS


_limit = _Limit()


def limit_statements(*, is_on: bool = True) -> None:
    """Let statements of this thread that only read end with an OperationalError if they take long.

    Counts for transactions that begin from now on.
    """
    _limit.is_on = is_on


def page_seconds() -> float | None:
    """Return how long this thread may work at what no statement is, for a page.

    None: as long as it must, since no page asks for it, or one of administrators.
    """
    return PAGE_STATEMENT_S if _limit.is_on else None


def take_time() -> None:
    """Let the statements of this transaction take as long as they must, limit or not.

    For what reads everybody once, to be kept for many pages, and for files that are streamed.
    """
    if _limit.is_on and db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL statement_timeout = 0"))


def was_too_long(error: OperationalError) -> bool:
    """Return whether a statement was broken off because of its limit."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_INTERRUPT or isinstance(error.orig, QueryCanceled)


def is_full(error: OperationalError) -> bool:
    """Return whether the database has no room left to write."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or isinstance(error.orig, DiskFull)


def in_transaction() -> bool:
    """Return whether the session holds a transaction, be it only for reading."""
    return bool(db.session().in_transaction())


def is_writing() -> bool:
    """Return whether the session is in a transaction that may write, and so be rolled back."""
    return bool(db.session.connection().get_execution_options().get(WRITE))


def end_reading() -> None:
    """Give the read transaction back, so that a directory may be asked."""
    db.session.rollback()


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {PATIENCE_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    is_limited = _limit.is_on and not options.get(WRITE)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        if is_limited:
            driver.execute(f"SET LOCAL statement_timeout = '{PAGE_STATEMENT_S}s'")
        return
    driver.set_progress_handler(_limit.is_reached if is_limited else None, STEPS_AT_ONCE)
    if not options.get(WRITE):
        driver.execute("BEGIN")  # asks nothing of the file, so that nothing can be wrong with it
        return
    if options.get(IF_FREE):
        _begin_if_free(connection)
        return
    is_repeatable = options.get(REPEATABLE)
    driver.execute(f"PRAGMA synchronous = {'NORMAL' if is_repeatable else 'FULL'}")
    if is_repeatable:
        for pragma in BULK_PRAGMAS:
            driver.execute(f"PRAGMA {pragma}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Engine, "before_cursor_execute")
def _count_anew(*_told: Any) -> None:
    _limit.steps = 0


def _begin_if_free(connection: Connection) -> None:
    """Take the write lock if nobody has it, without waiting for the disk later."""
    connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE_MS}")
