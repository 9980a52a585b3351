"""People as lists need them: rows, without the life of a model object."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from lupweb.database import db

TWIN = (
    "EXISTS (SELECT 1 FROM person AS twin WHERE twin.login_folded = person.login_folded AND"
    " coalesce(twin.merged_into_id, twin.id) <> coalesce(person.merged_into_id, person.id))"
)
COLUMNS = f"id, login, login_folded, name, email, picture_hash, CAST(document AS VARCHAR), {TWIN}"
IN_SQLITE = "SELECT {} FROM person WHERE id IN (SELECT value FROM json_each(?))"
IN_POSTGRESQL = "SELECT {} FROM person WHERE id = ANY(%s::int[])"


class PersonSummary(NamedTuple):
    """What a list needs of a person.

    Equal ones look the same: all that is shown of somebody, beside whom their values name, is here.

    :param document_text: the document, as JSON
    :param has_twin: whether somebody else has the same login
    """

    id: int
    login: str
    login_folded: str
    name: str
    email: str
    picture_hash: str
    document_text: str
    has_twin: bool

    @property
    def document(self) -> Mapping[str, Any]:
        """Return the document, with all values."""
        found: Mapping[str, Any] = json.loads(self.document_text)
        return found


def summaries(ids: Sequence[int]) -> list[PersonSummary]:
    """Return these people, in the order of `ids`; one query."""
    found = {row[0]: PersonSummary._make(row) for row in rows_of(COLUMNS, ids)}
    return [found[person_id] for person_id in ids if person_id in found]


def rows_of(columns: str, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return columns of these people, in no order; one query, and none about nobody.

    What the database is sent is ready: to build it takes longer than to find a page of people.

    :param columns: as in SQL; ours, and never what anybody typed
    """
    if not ids:
        return []
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        given = f"[{','.join(map(str, ids))}]"
        return connection.exec_driver_sql(IN_SQLITE.format(columns), (given,)).all()
    return connection.exec_driver_sql(IN_POSTGRESQL.format(columns), (list(ids),)).all()
