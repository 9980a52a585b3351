"""Many rows at once, in the way that costs each database least; inside a transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Boolean, Table, func, insert, literal, select
from sqlalchemy.exc import DatabaseError

from lupweb.database import Model, db
from lupweb.people import versions

Rows = Sequence[Sequence[Any]]


def insert_rows(model: type[Model], columns: Sequence[str], rows: Rows) -> None:
    """Insert rows whose values are as the driver takes them: JSON as text, a choice as its value.

    :param columns: their names; every column without a default of the database is among them
    :raises SQLAlchemyError: if the database refuses a row; none of them is there then
    """
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 for the type checker
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        if table.name in versions.MADE_OF:
            versions.note_change(connection)  # COPY is sent past what would notice it
        _copy(connection.connection.driver_connection, table.name, columns, rows)
        return
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(columns))
    order = [columns.index(name) for name in compiled.positiontup or ()]
    if order != list(range(len(columns))):
        rows = [[row[place] for place in order] for row in rows]
    connection.exec_driver_sql(str(compiled), rows)


def insert_columns(model: type[Model], columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows that come as columns, by name; else the same as `insert_rows`.

    :param columns: as long as each other, or endless where all rows share a value; not all are
    """
    if db.session.connection().dialect.name == "sqlite":
        columns = {name: _as_sqlite_takes(model, name, each) for name, each in columns.items()}
    insert_rows(model, list(columns), list(zip(*columns.values(), strict=False)))


def _as_sqlite_takes(model: type[Model], name: str, column: Iterable[Any]) -> Iterable[Any]:
    """Return true and false as 1 and 0.

    The driver looks for an adapter of every value that is no number and no text, which takes about
    as long as storing it.
    """
    return map(int, column) if isinstance(model.__table__.c[name].type, Boolean) else column


def allot_ids(model: type[Model], count: int) -> Sequence[int]:
    """Return `count` ids, rising, that no row of the table has and nobody else will take."""
    id_ = model.__table__.c.id
    if db.session.connection().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        each = func.generate_series(1, count).table_valued("n")
        return sorted(db.session.scalars(select(func.nextval(sequence)).select_from(each)))
    last = db.session.scalar(select(func.coalesce(func.max(id_), literal(0)))) or 0
    return range(last + 1, last + 1 + count)


def _copy(driver: Any, table: str, columns: Sequence[str], rows: Rows) -> None:
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DatabaseError(f"COPY {table}", None, error) from error
