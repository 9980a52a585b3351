"""Keeps between tests what costs time to make and is the same each time.

Hundreds of tests make an application of their own. What is compiled for it, templates, addresses
and statements, depends on the code alone.
"""

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule

from lupweb import clock
from lupweb.database import db
from tests.fakes import FakeDirectory
from tests.ldap.fake_server import StoredEntry

_NOW = clock.now


def keep_what_is_compiled() -> None:
    """Let every application that is made from now on use what the ones before compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    Rule._compile_builder = _keeping_builders(Rule._compile_builder)  # type: ignore[method-assign]
    db._make_engine = _sharing_statements(db._make_engine)  # type: ignore[method-assign]


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept under its key."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_Builder = Callable[..., tuple[str, str]]


def _keeping_builders(compile_builder: Callable[[Rule, bool], _Builder]) -> Any:
    kept: dict[tuple[object, ...], _Builder] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> _Builder:
        key = (rule.rule, repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return builder


@functools.cache
def _connected_engine() -> Engine:
    """Return an engine that was connected: its dialect knows the version of SQLite."""
    engine = create_engine("sqlite://", **db._engine_options)
    engine.connect().close()
    return engine


def _sharing_statements(make_engine: Callable[..., Engine]) -> Any:
    def make(bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        engine = make_engine(bind_key, options, app)
        if engine.dialect.name == "sqlite":
            first = _connected_engine()
            engine.dialect = engine.pool._dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    return make


@dataclass
class _Kept:
    database: bytes
    entries: dict[str, StoredEntry]
    writes: int


class Companies:
    """The companies that fixtures make, kept as the first of each was made.

    A copy has the entries and the database of the first one; so a fixture that uses it may not
    depend on anything but its own code. Where something was written before it, or the clock was
    set, it is made anew.

    :param empty: a SQLite file of this version with nothing in it
    """

    def __init__(self, empty: Path) -> None:
        self._empty = empty.read_bytes()
        self._kept: dict[str, _Kept] = {}

    def again(
        self, app: Flask, directory: FakeDirectory, make: Callable[[FakeDirectory], None]
    ) -> FakeDirectory:
        """Return `directory` as `make` fills it, with the database as `make` leaves it.

        :param make: called in the application's context, if it was not called before
        """
        with app.app_context():
            file = Path(str(db.engine.url.database))
            if not self._is_untouched(file):
                make(directory)
                return directory
            name = f"{make.__module__}.{make.__qualname__}"
            if name not in self._kept:
                make(directory)
                self._keep(name, file, directory)
        kept = self._kept[name]
        file.write_bytes(kept.database)
        directory.server.entries = copy.deepcopy(kept.entries)
        directory.server.writes = kept.writes
        directory.server.questions.clear()
        return directory

    def _is_untouched(self, file: Path) -> bool:
        if db.engine.dialect.name != "sqlite" or clock.now is not _NOW:
            return False
        db.session.remove()
        db.engine.dispose()
        return file.read_bytes() == self._empty

    def _keep(self, name: str, file: Path, directory: FakeDirectory) -> None:
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
        server = directory.server
        self._kept[name] = _Kept(file.read_bytes(), copy.deepcopy(server.entries), server.writes)
