"""The one door to a person's document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blinker import Signal
from sqlalchemy import bindparam, delete, insert, select, update

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import IndexedValue

changed = Signal("ids of people whose values, groups or visibility changed; in the transaction")
BLOCK = 500


@dataclass(frozen=True)
class PersonRow:
    """What one person is to be after a block was applied.

    :param id: None for a new person
    """

    id: int | None
    login: str
    login_folded: str
    name: str
    sort_name: str
    email: str
    state: PersonState
    is_listed: bool
    document: Mapping[str, Any]
    provenance: Mapping[str, Any]
    content_hash: bytes
    changed_keys: frozenset[str]


def apply_changes(layout: Layout, rows: Sequence[PersonRow]) -> list[int]:
    """Store what a source delivered for these people; in blocks, without a model object each.

    Must be called inside a transaction. Sends `changed` for all of them.

    :returns: the ids of the people, in the order of `rows`
    """
    new = [row for row in rows if row.id is None]
    known = [row for row in rows if row.id is not None]
    made = iter(_insert(new))
    if known:
        db.session.connection().execute(
            update(Person).where(Person.id == bindparam("_id")).values(rev=Person.rev + 1),
            [{**_columns(row), "_id": row.id} for row in known],
        )
    ids = [next(made) if row.id is None else row.id for row in rows]
    _keep_references(layout, zip(ids, rows, strict=True))
    tell_changed(ids)
    return ids


def tell_changed(ids: Sequence[int]) -> None:
    """Let whoever keeps tables about these people renew them, in this transaction."""
    for start in range(0, len(ids), BLOCK):
        changed.send(ids[start : start + BLOCK])


def tell_everybody_changed() -> None:
    """Renew what is kept about every person, as when a category was restricted."""
    tell_changed(list(db.session.scalars(select(Person.id))))


def _insert(rows: Sequence[PersonRow]) -> list[int]:
    if not rows:
        return []
    statement = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, [_columns(row) for row in rows]))


def _columns(row: PersonRow) -> dict[str, Any]:
    return {
        "login": row.login,
        "login_folded": row.login_folded,
        "name": row.name,
        "sort_name": row.sort_name,
        "email": row.email,
        "state": row.state,
        "is_listed": row.is_listed,
        "document": row.document,
        "provenance": row.provenance,
        "content_hash": row.content_hash,
    }


def _keep_references(layout: Layout, rows: Iterable[tuple[int, PersonRow]]) -> None:
    """Index the values that name people; who that is, is settled in the second pass."""
    fields = {field.key: field.id for field in layout.fields() if field.type.refers_to_person}
    stale: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for person_id, row in rows:
        for key in row.changed_keys & fields.keys():
            stale.append({"_person": person_id, "_field": fields[key]})
            value = row.document["values"].get(key, "")
            if value:
                kept.append({"person_id": person_id, "field_id": fields[key], "value": value})
    if stale:
        db.session.connection().execute(
            delete(IndexedValue).where(
                IndexedValue.person_id == bindparam("_person"),
                IndexedValue.field_id == bindparam("_field"),
            ),
            stale,
        )
    if kept:
        db.session.execute(insert(IndexedValue), kept)
