"""Keep the words by which people are found, in the transaction that changes people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb.database import db
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout, load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.newcomers import Ahead, NewPeople
from lupweb.profiles.service import PersonRow
from lupweb.profiles.visibility import applies
from lupweb.search import typos
from lupweb.search.engine import engine
from lupweb.search.entries import entries_of
from lupweb.search.models import SearchState
from lupweb.search.words import VERSION, words_of
from lupweb.search.writing import MOST_STORED, NamedRows, Row, writer_of

BLOCK = 1_000
OUTDATED_AFTER = "SELECT outdated_after FROM search_state"


@dataclass(frozen=True)
class StoredRow:
    """A person as read from the database."""

    login: str
    name: str
    email: str
    values: Mapping[str, str]


def renew(
    ids: Sequence[int],
    *,
    rows: Sequence[PersonRow] | None = None,
    new: NewPeople | None = None,
    only_references: bool = False,
    **_extra: Any,
) -> None:
    """Write the words of these people anew; a receiver of `profiles.service.changed`.

    :param rows: the people of `ids`; None: they are read
    :param new: these people, who were made just now: nothing is to be forgotten
    :param only_references: only whom their values refer to has changed
    """
    layout = load_layout(options()["phone_region"])
    if new is not None:
        _write_new(layout, new)
    elif not only_references:
        people = read_rows(ids) if rows is None else list(zip(ids, rows, strict=True))
        _write(layout, ids, people)
    if new is None or new.names_anybody:
        _write_referred(layout, ids, is_new=new is not None)


def ahead(layout: Layout) -> Ahead:
    """Return what makes words of new people; a receiver of `profiles.service.ahead`."""
    return writer_of(layout)


def rebuild() -> None:
    """Write the words of everybody anew, in blocks; call in a transaction."""
    keeper = engine()
    keeper.clear()
    typos.clear()
    layout = load_layout(options()["phone_region"])
    after = 0
    while ids := _next_ids(after):
        _write(layout, ids, read_rows(ids), is_new=True)
        _write_referred(layout, ids, is_new=True)
        after = ids[-1]
    db.session.merge(SearchState(id=1, version=VERSION, outdated_after=None))


def rebuild_if_outdated() -> bool:
    """Write everything anew if other rules wrote it; return whether; call in a transaction."""
    state = db.session.get(SearchState, 1)
    if state is not None and state.version == VERSION:
        return False
    rebuild()
    return True


def renew_block(after: int, count: int) -> list[int]:
    """Write the words of the next people anew; return their ids, in order; in a transaction.

    :param after: their ids are larger
    """
    ids = _next_ids(after, count)
    if ids:
        renew(ids)
    return ids


def outdated_after() -> int | None:
    """Return behind which id other rules than those of now may have made the words; one query.

    None: nobody's words are outdated.
    """
    db.session.flush()  # a statement that is text does not by itself
    found: int | None = db.session.connection().exec_driver_sql(OUTDATED_AFTER).scalar()
    return found


def _next_ids(after: int, count: int = BLOCK) -> list[int]:
    following = select(Person.id).where(Person.id > after).order_by(Person.id).limit(count)
    return list(db.session.scalars(following))


def read_rows(ids: Collection[int]) -> list[tuple[int, Row]]:
    """Return these people as their words are made of them; one query."""
    rows = select(Person.id, Person.login, Person.name, Person.email, Person.document).where(
        Person.id.in_(ids)
    )
    return [
        (id_, StoredRow(login, name, email, values_of(document)))
        for id_, login, name, email, document in db.session.execute(rows)
    ]


def _write(
    layout: Layout, ids: Sequence[int], people: Sequence[tuple[int, Row]], *, is_new: bool = False
) -> None:
    writer = writer_of(layout)
    groups = groups_of(list(ids)) if writer.asks_groups else {}
    found = NamedRows([row for _id, row in people])
    there = [id_ for id_, _row in people]
    keeper = engine()
    if not is_new:
        keeper.remove(ids)
    keeper.add(entries_of(there, writer.columns(found, [groups.get(id_) for id_ in there])))
    typos.keep_words(found.names)


def _write_new(layout: Layout, people: NewPeople) -> None:
    """Write the words of new people, who belong to no group yet.

    What was made ahead counts if it was made by the rules of now: they may have changed meanwhile.
    """
    writer = writer_of(layout)
    is_made = people.ahead is not None and people.ahead[0] is writer
    made = people.ahead[1] if people.ahead and is_made else writer.made_of(people)
    engine().add(entries_of(people.ids, made))
    typos.keep_words(people.names)


def _write_referred(layout: Layout, ids: Sequence[int], *, is_new: bool) -> None:
    """Write the names that values of these people, and of whoever names them, refer to.

    Whoever is not shown is found by nobody else's value either.
    """
    fields = {
        field.id: field for field in layout.fields() if field.searchable and field.type.names_people
    }
    if not fields:
        return
    touched = {*ids}
    if not is_new:  # else nobody names them yet, or whoever does is told of it
        naming = select(IndexedValue.person_id).where(
            IndexedValue.referred_id.in_(ids), IndexedValue.field_id.in_(fields)
        )
        touched |= {*db.session.scalars(naming)}
    people = sorted(touched)
    for start in range(0, len(people), BLOCK):
        _write_names(fields, people[start : start + BLOCK])


def _write_names(fields: Mapping[int, FieldLayout], ids: Sequence[int]) -> None:
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, Person.name)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(
            IndexedValue.person_id.in_(ids),
            IndexedValue.field_id.in_(fields),
            Person.state.in_(SHOWN),
        )
        .order_by(IndexedValue.person_id, IndexedValue.field_id, IndexedValue.place)
    )
    has_limits = any(field.applies_to for field in fields.values())
    groups = groups_of(list(ids)) if has_limits else {}
    found: dict[int, list[str]] = {}
    for person_id, field_id, name in db.session.execute(rows):
        if applies(fields[field_id], groups.get(person_id, frozenset())):
            scoped = [f"{field_id}:{word}" for word in words_of(name).split()]
            found.setdefault(person_id, []).extend(scoped)
    kept = [(id_, " ".join(words[:MOST_STORED])) for id_, words in found.items()]
    engine().set_referred(kept, ids)
