"""Whether the database answers, and whether its tables are those of this version."""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from lupweb.database import db

SCHEMA = Path(__file__).parent / "schema"
STEP = text("SELECT version_num FROM alembic_version")


def database_answers() -> bool:
    """Return whether the database answers."""
    try:
        with db.engine.connect() as connection:
            return bool(connection.scalar(db.select(1)))
    except SQLAlchemyError:
        return False


def schema_is_current() -> bool:
    """Return whether the database answers, and has the tables of this version; one query."""
    try:
        return not is_of_other_version()
    except SQLAlchemyError:
        return False


def has_tables() -> bool:
    """Return whether the database has any table, of whatever version.

    :raises SQLAlchemyError: if the database does not answer
    """
    return bool(inspect(db.engine).get_table_names())


def is_of_other_version() -> bool:
    """Return whether the tables are those of another version; one query.

    They may become so while a process runs: somebody upgrades the database beside it.

    :raises SQLAlchemyError: if the database does not answer, or has no tables at all
    """
    with db.engine.connect() as connection:
        return connection.scalars(STEP).all() != [_newest_step()]


@cache
def _newest_step() -> str | None:
    return ScriptDirectory(str(SCHEMA)).get_current_head()
