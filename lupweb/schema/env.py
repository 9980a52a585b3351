"""Run by Alembic: connects, and applies the steps in one transaction."""

from typing import Any, Literal

from alembic import context
from flask import current_app

from lupweb.accounts import models as accounts
from lupweb.activity import models as activity
from lupweb.audit import models as audit
from lupweb.contacts import models as contacts
from lupweb.database import WRITE, db
from lupweb.directories import models as directories
from lupweb.duplicates import models as duplicates
from lupweb.lists import models as lists
from lupweb.notices import models as notices
from lupweb.options import models as options
from lupweb.orgchart import models as orgchart
from lupweb.outbox import models as outbox
from lupweb.people import models as people
from lupweb.profiles import models as profiles
from lupweb.runs import models as runs
from lupweb.search import column_models
from lupweb.search import models as search
from lupweb.search.engine import is_kept_by_hand
from lupweb.writeback import models as writeback

MODELS = (
    accounts,
    activity,
    audit,
    contacts,
    directories,
    duplicates,
    lists,
    notices,
    options,
    orgchart,
    outbox,
    people,
    profiles,
    runs,
    search,
    column_models,
    writeback,
)
"""Named here, so that every table is known when versions are compared."""


PLAIN = {
    "Document": "sa.JSON()",
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "Enum": "sa.String(length=40)",
}
"""A step is written in the database's own types: it must not change when our code does."""


def plain_type(kind: str, column_type: object, _context: object) -> str | Literal[False]:
    """Return how a column's type stands in a generated step; False: as usual."""
    return PLAIN.get(type(column_type).__name__, False) if kind == "type" else False


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether models describe what is called so; the words of people stand apart."""
    return not (kind == "table" and is_kept_by_hand(name or ""))


def run() -> None:
    """Apply what Alembic asks for; SQLite's write lock is taken at the start."""
    arguments: dict[str, Any] = current_app.extensions["migrate"].configure_args
    with db.engine.connect().execution_options(**{WRITE: True}) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=plain_type,
            include_name=is_compared,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
