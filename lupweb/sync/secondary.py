"""Indexes that only speed needs: a first load of many people does without them until its end.

Keeping them while a hundred thousand rows come in takes longer than making them afterwards, and
each block of people would write most of their pages anew. Meanwhile everything is found as before,
only slower. Whoever comes after a load that was killed makes them: the next run of any directory,
and an upgrade. Only on SQLite: PostgreSQL would lock out everybody who reads.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Index, Table, text

from lupweb.database import Model, db, end_reading, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.profiles.models import IndexedValue

MODELS: Sequence[type[Model]] = (Person, Identity, IndexedValue)
THERE = text("SELECT name FROM sqlite_master WHERE type = 'index'")


def set_aside() -> None:
    """Drop them; call inside a transaction. Nothing happens on PostgreSQL."""
    there = _there()
    if there is None:
        return
    for index in _secondary(MODELS):
        if index.name in there:
            index.drop(db.session.connection())


def missing(models: Sequence[type[Model]] = MODELS) -> list[Index]:
    """Return those that are not there, of the tables of these models; one query."""
    there = _there()
    return [] if there is None else [each for each in _secondary(models) if each.name not in there]


def make_missing(models: Sequence[type[Model]] = MODELS) -> None:
    """Make those that are not there, in a transaction each: others write in between."""
    wanted = missing(models)
    end_reading()
    for index in wanted:
        with transaction():
            index.create(db.session.connection(), checkfirst=True)


@contextmanager
def every_index() -> Iterator[None]:
    """Make those that are missing, before the block and behind it, however it ends."""
    make_missing()
    try:
        yield
    finally:
        make_missing()


def _secondary(models: Sequence[type[Model]]) -> list[Index]:
    """Return them in the order of their names; what is unique stays, since it keeps rows out."""
    tables = [model.__table__ for model in models]
    found = [each for table in tables if isinstance(table, Table) for each in table.indexes]
    return sorted((each for each in found if not each.unique), key=lambda each: str(each.name))


def _there() -> set[str] | None:
    """Return the names of the indexes that are there; None on a database that keeps them."""
    if db.session.connection().dialect.name != "sqlite":
        return None
    return set(db.session.scalars(THERE))
