"""Keep the columns up to date: a receiver of `profiles.changed`, a block of people at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from lupweb.database import db
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.policies import unlicensed_among
from lupweb.people.queries import groups_of, one_of
from lupweb.profiles.document import values_of
from lupweb.profiles.newcomers import NewPeople
from lupweb.profiles.service import PersonRow
from lupweb.profiles.visibility import applies
from lupweb.search import blocks
from lupweb.search.column_fields import ChoiceField, choice_fields
from lupweb.search.column_models import STANDING, PeopleColumn
from lupweb.search.columns import NOT_SHOWN, Column, StoredColumns, stored_columns
from lupweb.search.index import outdated_after
from lupweb.search.ordering import place_of
from lupweb.search.standings import AT_ONCE, standing, standing_of, take_turn
from lupweb.search.values import Coded, code_values

VERSION = "2"
"""Another text whenever other codes are kept, so that an upgrade writes them anew."""
NEW_VALUES = 10_000
"""Codes that a column hands out before those out of use are looked for."""
Groups = Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Facts:
    """What is kept about some people, each list in the same order.

    :param column: returns the value of a field of each, "" where there is none
    """

    ids: Sequence[int]
    standings: Sequence[int]
    places: Sequence[int]
    column: Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Kept:
    """A column of a field, and what it is made of."""

    column: Column
    field: ChoiceField


def renew(
    ids: Sequence[int],
    *,
    rows: Sequence[PersonRow] | None = None,
    new: NewPeople | None = None,
    only_references: bool = False,
    **_extra: Any,
) -> None:
    """Write the codes of these people anew; a receiver of `profiles.changed`.

    A field that became a facet, or means something else now, is filled for everybody; but not here
    while that is left to `fill_missing`.
    """
    if only_references:
        return
    take_turn()
    stored = stored_columns()
    fields = choice_fields()
    kept = _bring_in_line(stored, fields, is_filled_later=outdated_after() is not None)
    facts = _facts_of_new(new) if new is not None else _facts(ids, rows)
    _write_fixed(stored, facts)
    kept = _write_fields(kept, facts, _groups(fields, ids) if new is None else {})
    _fill([_replaced(each) for each in kept if each.column.next_code > each.column.refill_at])


def rebuild_if_outdated() -> bool:
    """Write every column anew if this version keeps others; in a transaction.

    :returns: whether that was necessary
    """
    if stored_columns().standing.meaning == VERSION:
        return False
    take_turn()
    stored = stored_columns()
    _drop(list(stored.by_field.values()))
    for facts in _everybody():
        _write_fixed(stored, facts)
    _bring_in_line(stored_columns(), choice_fields())
    db.session.execute(
        update(PeopleColumn).where(PeopleColumn.id == STANDING).values(meaning=VERSION)
    )
    return True


def drop_outdated() -> None:
    """Forget the columns that may count somebody whom they must not; in a transaction.

    Those are the columns of fields that mean something else now, and of fields that only some
    people have, since others may be in their groups now.
    """
    take_turn()
    meanings = {field.id: field.meaning for field in choice_fields() if not field.applies_to}
    there = stored_columns().by_field.values()
    _drop([each for each in there if meanings.get(each.field_id or 0) != each.meaning])


def fill_missing() -> bool:
    """Fill the columns that fields lack; return whether there were any; in a transaction."""
    take_turn()
    stored = stored_columns()
    fields = choice_fields()
    is_missing = any(field.id not in stored.by_field for field in fields)
    if is_missing:
        _bring_in_line(stored, fields)
    return is_missing


def _bring_in_line(
    stored: StoredColumns, fields: Sequence[ChoiceField], *, is_filled_later: bool = False
) -> list[Kept]:
    """Return the column of each field; drop those of others, fill those that are new."""
    there = {column.field_id: column for column in stored.by_field.values()}
    kept = [
        Kept(there.pop(field.id), field)
        for field in fields
        if field.id in there and there[field.id].meaning == field.meaning
    ]
    _drop(list(there.values()))
    if is_filled_later:
        return kept
    known = {each.field.id for each in kept}
    return kept + _fill([_made(field) for field in fields if field.id not in known])


def _drop(unwanted: Sequence[Column]) -> None:
    ids = [column.id for column in unwanted]
    if ids:
        db.session.execute(delete(PeopleColumn).where(PeopleColumn.id.in_(ids)))


def _made(field: ChoiceField) -> Kept:
    column_id = (db.session.scalar(select(func.max(PeopleColumn.id))) or STANDING) + 1
    column = Column(column_id, field.id, field.meaning, 1, NEW_VALUES)
    db.session.execute(
        insert(PeopleColumn).values(
            id=column.id,
            field_id=field.id,
            meaning=field.meaning,
            next_code=column.next_code,
            refill_at=column.refill_at,
            token=0,
        )
    )
    return Kept(column, field)


def _replaced(kept: Kept) -> Kept:
    """Return an empty column in place of one in which many codes are out of use."""
    _drop([kept.column])
    return _made(kept.field)


def _fill(kept: list[Kept]) -> list[Kept]:
    """Write columns for everybody; return them as they are then."""
    fields = [each.field for each in kept]
    for facts in _everybody() if kept else ():
        kept = _write_fields(kept, facts, _groups(fields, facts.ids))
    filled = []
    for each in kept:
        refill_at = 2 * each.column.next_code + NEW_VALUES
        _note(each.column.id, refill_at=refill_at)
        filled.append(Kept(replace(each.column, refill_at=refill_at), each.field))
    return filled


def _everybody() -> Iterator[Facts]:
    last = 0
    while found := db.session.execute(
        _people().where(Person.id > last).order_by(Person.id).limit(AT_ONCE)
    ).all():
        last = found[-1].id
        yield _facts_of([row.id for row in found], found, [values_of(r.document) for r in found])


def _facts(ids: Sequence[int], rows: Sequence[PersonRow] | None) -> Facts:
    return _stored_facts(ids) if rows is None else _facts_of(ids, rows, [r.values for r in rows])


def _facts_of_new(new: NewPeople) -> Facts:
    unlicensed = unlicensed_among(new.ids, options())
    rows = zip(new.ids, new.states, new.listed, strict=True)
    standings = [
        standing(state, is_listed=is_listed, is_licensed=id_ not in unlicensed)
        for id_, state, is_listed in rows
    ]
    return Facts(new.ids, standings, [*map(place_of, new.sort_names)], new.column)


def _stored_facts(ids: Sequence[int]) -> Facts:
    """Return what is stored about these people; somebody who is no more has nothing."""
    rows = db.session.execute(_people().where(one_of(Person.id, ids))).all()
    there = {row.id for row in rows}
    gone = [id_ for id_ in ids if id_ not in there]
    values = [values_of(row.document) for row in rows]
    found = _facts_of([row.id for row in rows], rows, values)
    return Facts(
        [*found.ids, *gone],
        [*found.standings, *[NOT_SHOWN] * len(gone)],
        [*found.places, *[0] * len(gone)],
        lambda key: [*found.column(key), *[""] * len(gone)],
    )


def _facts_of(
    ids: Sequence[int], rows: Sequence[Any], values: Sequence[Mapping[str, str]]
) -> Facts:
    unlicensed = unlicensed_among(ids, options())
    return Facts(
        ids=ids,
        standings=[
            standing_of(row, is_licensed=id_ not in unlicensed)
            for id_, row in zip(ids, rows, strict=True)
        ],
        places=[place_of(row.sort_name) for row in rows],
        column=lambda key: [each.get(key, "") for each in values],
    )


def _people() -> Select[Any]:
    table = Person.__table__.c
    return select(table.id, table.state, table.is_listed, table.sort_name, table.document)


def _groups(fields: Sequence[ChoiceField], ids: Sequence[int]) -> Groups:
    """Return who belongs to which groups, where it decides whose profile has a field."""
    return groups_of(list(ids)) if any(field.applies_to for field in fields) else {}


def _write_fixed(stored: StoredColumns, facts: Facts) -> None:
    codes = {
        stored.standing.id: facts.standings,
        stored.place.id: facts.places,
    }
    types = {column.id: column.typecode for column in (stored.standing, stored.place)}
    blocks.write(facts.ids, codes, types)


def _write_fields(kept: Sequence[Kept], facts: Facts, groups: Groups) -> list[Kept]:
    """Write the codes of fields; return the columns as they are then."""
    if not kept:
        return []
    values = {each.column.id: _values(each.field, facts, groups) for each in kept}
    coded = code_values(
        {column_id: set(column) - {""} for column_id, column in values.items()},
        {each.column.id: each.field.type for each in kept},
        {each.column.id: each.column.next_code for each in kept},
    )
    grown = [_grown(each, coded[each.column.id]) for each in kept]
    codes = {
        column_id: [coded[column_id].codes[value] for value in column]
        for column_id, column in values.items()
    }
    types = {each.column.id: each.column.typecode for each in grown}
    blocks.write(facts.ids, codes, types)
    return grown


def _values(field: ChoiceField, facts: Facts, groups: Groups) -> Sequence[str]:
    """Return the value of each person, "" for those whose profile does not have the field."""
    column = facts.column(field.key)
    if not field.applies_to:
        return column
    nobody: frozenset[int] = frozenset()
    return [
        value if applies(field, groups.get(id_, nobody)) else ""
        for id_, value in zip(facts.ids, column, strict=True)
    ]


def _grown(kept: Kept, coded: Coded) -> Kept:
    """Make room for the new codes of a column."""
    before = kept.column
    if coded.next_code == before.next_code:
        return kept
    _note(before.id, next_code=coded.next_code)
    after = replace(before, next_code=coded.next_code)
    if after.typecode != before.typecode:
        blocks.widen(before.id, before.typecode, after.typecode)
    return Kept(after, kept.field)


def _note(column_id: int, **values: int) -> None:
    db.session.execute(update(PeopleColumn).where(PeopleColumn.id == column_id).values(**values))
