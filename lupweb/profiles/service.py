"""The one door to a person's document."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blinker import Signal
from sqlalchemy import Select, bindparam, delete, select, update

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.queries import BY_NUMBER, HUMAN, LARGEST_ID
from lupweb.people.states import PersonState
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.references import REFERENCE_COLUMNS, Reference
from lupweb.profiles.renaming import follow_logins

changed = Signal(
    "`ids` of people whose values, groups or visibility changed; in the transaction."
    " `rows`: their `PersonRow`s, in the same order, or None where only the ids are known."
    " `new`: all of them were made just now, so nothing is kept about them yet: their `NewPeople`."
    " `only_references`: nothing changed but whom their values name."
)
outdated = Signal(
    "A change of the set-up concerns more people than can be renewed with it; in the transaction."
    " From its end on nothing may be told by what was kept before; it is renewed afterwards."
)
ahead = Signal(
    "A first load asks, with its layout, what may be made of people before they are written: in the"
    " process that reads them. Answered with an `Ahead`; `NewPeople.ahead` brings it what it made."
)
BLOCK = 1_000
"""Most people of one signal, unless all of them are new."""
MOST_AT_ONCE = 1_000
"""People who are renewed together with a change of the set-up."""


@dataclass(slots=True)
class PersonRow:
    """What one person is to be.

    :param values: those of the document: field key -> value
    :param document: as JSON (`document.as_json`)
    :param provenance: as JSON
    :param references: single values that name people, of the fields that changed
    """

    id: int
    login: str
    login_folded: str
    name: str
    sort_name: str
    email: str
    state: PersonState
    is_listed: bool
    values: Mapping[str, str]
    document: str
    provenance: str
    content_hash: bytes
    references: Sequence[Reference] = ()


def update_people(rows: Sequence[PersonRow], *, keeps_logins: bool = False) -> None:
    """Store what became of people who are known, and send `changed`; inside a transaction.

    What names them by login follows them.

    :param keeps_logins: whether nobody is called otherwise, or nothing is to follow
    """
    if not rows:
        return
    if not keeps_logins:
        follow_logins(rows)
    values: dict[str, Any] = {name: bindparam(name) for name in _updated(rows[0]) if name != "_id"}
    statement = update(Person.__table__).where(Person.id == bindparam("_id"))  # type: ignore[arg-type]
    db.session.connection().execute(
        statement.values(**values, rev=Person.rev + 1), [_updated(row) for row in rows]
    )
    stale = [
        {"_person": row.id, "_field": field_id}
        for row in rows
        for field_id in {each.field_id for each in row.references}
    ]
    if stale:
        db.session.connection().execute(
            delete(IndexedValue).where(
                IndexedValue.person_id == bindparam("_person"),
                IndexedValue.field_id == bindparam("_field"),
            ),
            stale,
        )
    _insert_references(rows)
    tell_changed([row.id for row in rows], rows=rows)


def tell_changed(
    ids: Sequence[int],
    *,
    rows: Sequence[PersonRow] | None = None,
    only_references: bool = False,
) -> None:
    """Let whoever keeps tables about these people renew them, in this transaction."""
    for start in range(0, len(ids), BLOCK):
        part = slice(start, start + BLOCK)
        changed.send(
            list(ids[part]),
            rows=None if rows is None else rows[part],
            only_references=only_references,
        )


def tell_found_otherwise(people: Select[int]) -> None:
    """Let what is kept about these people follow a change of the set-up.

    If they are few, in this transaction; else afterwards, and nobody is told by what was kept.

    :param people: their ids
    """
    ids = list(db.session.scalars(people.limit(MOST_AT_ONCE + 1)))
    if len(ids) > MOST_AT_ONCE:
        outdated.send()
    else:
        tell_changed(ids)


def tell_everybody_changed() -> None:
    """Renew what is kept about every person, as when a category was restricted."""
    tell_changed(list(db.session.scalars(select(Person.id))))


def _updated(row: PersonRow) -> dict[str, Any]:
    """Return the values of an update; "_id" is the person's id."""
    return {
        "_id": row.id,
        "login": row.login,
        "login_folded": row.login_folded,
        "name": row.name,
        "sort_name": row.sort_name,
        "email": row.email,
        "state": row.state,
        "is_listed": row.is_listed,
        "document": json.loads(row.document),  # SQLAlchemy takes no JSON that is written already
        "provenance": json.loads(row.provenance),
        "content_hash": row.content_hash,
    }


def _insert_references(rows: Iterable[PersonRow]) -> None:
    """Store whom the values of people name; numbers name who has them at once."""
    references = [each for row in rows for each in row.references]
    named = named_by_number(
        [each.value for each in references if not each.is_dn and each.referred_id is None]
    )
    for each in references:
        each.referred_id = each.referred_id or named.get(each.value)
    kept = [
        (row.id, each.field_id, each.place, each.value, each.key, each.is_dn, each.referred_id)
        for row in rows
        for each in row.references
        if each.value
    ]
    insert_rows(IndexedValue, REFERENCE_COLUMNS, kept)


def named_by_number(values: Iterable[str]) -> dict[str, int]:
    """Return whom numbers name, as in `id:7`: a run is not needed to know it."""
    numbers = {value: int(found[1]) for value in values if (found := BY_NUMBER.fullmatch(value))}
    ids = sorted(number for number in set(numbers.values()) if number <= LARGEST_ID)
    there: dict[int, int] = {}
    for start in range(0, len(ids), BLOCK):
        some = Person.id.in_(ids[start : start + BLOCK])
        there |= dict(db.session.execute(select(Person.id, HUMAN).where(some)).all())
    return {value: there[number] for value, number in numbers.items() if number in there}
