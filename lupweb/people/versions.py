"""Which people the site shows: another token after every change of them, on whatever database.

What is made of people, of whom their values name, of who belongs to which group and of what finds
them may be kept as long as the token stays the same; the set-up has one of its own
(`lupweb.options.versions`). It is written at the end of the transaction of the change itself, so
that nobody waits for another one's longer than a commit takes, and drawn by lot: one that was
rolled back never comes again.
"""

import re
import secrets
from typing import Any

from sqlalchemy import Connection, Insert, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from lupweb.options.models import Option
from lupweb.options.versions import STAYS

KEY = "people"
"""The row of the table of options; no option is called so."""
MADE_OF = (
    "person", "membership", "indexed_value", "identity", "people_column", "search_state",
)  # fmt: skip
"""The tables to which nobody writes without a change of what pages of people show. Columns stand
for what is written past these statements: `profiles.service.changed` always renews one."""
_writes = re.compile(rf'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:{"|".join(MADE_OF)})\b')
_CHANGED = "lup_people_changed"


def note_change(connection: Connection) -> None:
    """Let the transaction of `connection` write another token when it is committed."""
    connection.info[_CHANGED] = True


@event.listens_for(Engine, "before_cursor_execute")
def _note_write(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if _writes.match(statement):
        note_change(connection)


@event.listens_for(Session, "before_commit")
def _renew_token(session: Session) -> None:
    if session.in_nested_transaction():
        return  # the row would be held until the transaction around it ends
    session.flush()
    connection = session.connection()
    if connection.info.pop(_CHANGED, False):
        connection.execute(_statement(connection), execution_options=STAYS)


def _statement(connection: Connection) -> Insert:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    renewed = insert(Option).values(key=KEY, value={"value": secrets.token_hex(8)})
    return renewed.on_conflict_do_update(
        index_elements=["key"], set_={"value": renewed.excluded.value}
    )
