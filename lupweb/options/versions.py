"""Which set-up of the site is read: another token after every change of it, on whatever database.

What is built from the set-up may be kept as long as the token stays the same. It is written in the
transaction of the change itself, and drawn by lot: one that was rolled back never comes again.
"""

import secrets
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Update, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from lupweb.database import db
from lupweb.options.models import Option

KEY = "setup"
"""The row of the table of options; no option is called so."""
MADE_OF = frozenset({
    "option", "category", "category_group", "profile_field", "field_group",
    "saved_list", "saved_list_group", "start_page", "org_chart",
})  # fmt: skip
"""The tables of options, categories, fields, lists and charts: writing there changes the set-up."""
READ = f"SELECT CAST(value AS VARCHAR) FROM option WHERE key = '{KEY}'"  # noqa: S608 - a name of ours
OWN = "lup_setup_token"
STAYS = {OWN: True}
"""Options of a statement that writes to such a table and leaves the set-up as it is."""


def setup_token() -> str:
    """Return the token of the set-up, "" as long as nobody has changed it; one query."""
    return str(db.session.connection().exec_driver_sql(READ).scalar() or "")


@event.listens_for(Engine, "before_execute")
def _renew_token(
    connection: Connection, statement: Any, _many: Any, _values: Any, options: Any
) -> None:
    if not isinstance(statement, Insert | Update | Delete) or OWN in options:
        return
    if getattr(statement.table, "name", "") not in MADE_OF:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    renewed = insert(Option).values(key=KEY, value={"value": secrets.token_hex(8)})
    changed = renewed.on_conflict_do_update(
        index_elements=["key"], set_={"value": renewed.excluded.value}
    )
    connection.execute(changed, execution_options={OWN: True})
