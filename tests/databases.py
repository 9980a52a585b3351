"""Marks for tests that run on every database, and a count of queries."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
sqlite_first = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)],
    indirect=True,
)
"""For what asks both alike through the same statements: the second where all is asked for."""
NOT_QUERIES = {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT"}


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements sent to any database inside the block; BEGIN and the like left out."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(None, 1)[0] not in NOT_QUERIES:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
