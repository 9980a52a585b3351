"""Who is shown, listed, licensed: the column that every search begins with."""

import secrets
from typing import Any

from sqlalchemy import select, update

from lupweb.database import db
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.policies import unlicensed_among
from lupweb.people.states import SHOWN
from lupweb.search import blocks
from lupweb.search.column_models import STANDING, PeopleColumn
from lupweb.search.columns import LISTED, NOT_SHOWN, UNLICENSED, stored_columns
from lupweb.search.columns import SHOWN as SHOWN_ONLY

AT_ONCE = 2_000
"""People who are read at once where everybody is."""


def standing_of(row: Any, *, is_licensed: bool) -> int:
    """Return the code of a person.

    :param row: anything with the `state` and `is_listed` of a person
    """
    return standing(row.state, is_listed=row.is_listed, is_licensed=is_licensed)


def standing(state: str, *, is_listed: bool, is_licensed: bool) -> int:
    """Return the code of a person."""
    if state not in SHOWN:
        return NOT_SHOWN
    if not is_listed:
        return SHOWN_ONLY
    return LISTED if is_licensed else UNLICENSED


def take_turn() -> None:
    """Let one transaction after the other change columns, and nobody trust earlier counts."""
    token = secrets.randbits(62)
    db.session.execute(update(PeopleColumn).where(PeopleColumn.id == STANDING).values(token=token))


def renew_standings() -> None:
    """Write the column anew for everybody, as when another group has the licences."""
    take_turn()
    column, chosen, last = stored_columns().standing, options(), 0
    table = Person.__table__.c
    rows = select(table.id, table.state, table.is_listed).order_by(table.id).limit(AT_ONCE)
    while found := db.session.execute(rows.where(table.id > last)).all():
        last = found[-1].id
        ids = [row.id for row in found]
        unlicensed = unlicensed_among(ids, chosen)
        codes = [standing_of(row, is_licensed=row.id not in unlicensed) for row in found]
        blocks.write(ids, {column.id: codes}, {column.id: column.typecode})
