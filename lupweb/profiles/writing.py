"""Store what was entered about one person: values, references and history, in one step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lupweb.audit.service import Change, record
from lupweb.database import compact_json, db
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.document import (
    as_json,
    content_hash,
    origin_of_value,
    values_of,
    with_values,
)
from lupweb.profiles.layout import Layout
from lupweb.profiles.references import naming_fields, references_of
from lupweb.profiles.service import PersonRow, update_people

COMPUTED = "computed"
"""The source of a value that follows from others."""


@dataclass(frozen=True)
class Hand:
    """Whose hand writes.

    :param source: `user` for what people enter; its name in provenance and history
    :param actor: `person:<id>` or `account:<id>`
    :param directory: key of the directory that holds the value; "" if none does
    :param named: single value -> whom it names, as far as that is known besides by number
    """

    source: str
    actor: str
    at: datetime
    directory: str = ""
    named: Mapping[str, int] = field(default_factory=dict)

    def origin(self, source: str) -> dict[str, str]:
        """Return what stands in the provenance of a value of this source."""
        origin = {"by": self.actor, "at": self.at.isoformat(), "source": source}
        return {**origin, "directory": self.directory} if self.directory else origin


def store_values(
    layout: Layout, person: Person, entered: Mapping[str, str], hand: Hand
) -> dict[str, str]:
    """Store values, and those that follow from them; return all that changed, by field key.

    Writes nothing if nothing changes. Whoever calls it holds the person (`FOR UPDATE`).

    :param entered: field key -> new stored value; "" takes the value away
    """
    before = values_of(person.document)
    entered = {key: new for key, new in entered.items() if new != before.get(key, "")}
    if not entered:
        return {}
    found = computed_values(layout, {**before, **entered}, entered)
    computed = {key: new for key, new in found.items() if new != before.get(key, "")}
    changes = {**entered, **computed}
    update_people([_row(layout, person, entered, computed, hand)], keeps_logins=True)
    for source, part in ((hand.source, entered), (COMPUTED, computed)):
        rows = [Change(person.id, key, before.get(key, ""), new) for key, new in part.items()]
        record(rows, source=source, run_id=None, at=hand.at, actor=hand.actor)
    return changes


def store_for_many(
    layout: Layout,
    entered: Mapping[int, Mapping[str, str]],
    hand: Hand,
    *,
    is_recorded: bool = True,
) -> None:
    """Store what a change of the set-up makes of many people's values; in a transaction.

    Where a value came from stays as it is known: nobody entered it anew.

    :param entered: id of the person -> field key -> new stored value; hold no more than a block
    """
    people = db.session.scalars(select(Person).where(Person.id.in_(entered)).order_by(Person.id))
    rows, changes = [], []
    for person in people:
        before, new = values_of(person.document), entered[person.id]
        new = {**computed_values(layout, {**before, **new}, new), **new}
        rows.append(_kept_row(layout, person, new))
        changes += [
            Change(person.id, key, before.get(key, ""), value)
            for key, value in new.items()
            if before.get(key, "") != value
        ]
    update_people(rows, keeps_logins=True)
    if is_recorded:
        record(changes, source=hand.source, run_id=None, at=hand.at, actor=hand.actor)


def computed_values(
    layout: Layout, values: Mapping[str, str], changed: Iterable[str]
) -> dict[str, str]:
    """Return the values of all fields that follow from changed ones, also over several steps.

    :param values: field key -> value, with the changes
    """
    fields = [each for each in layout.fields() if each.type.sources]
    found: dict[str, str] = {}
    touched = set(changed)
    for _round in fields:  # a chain is at most as long as there are such fields; a ring ends
        for each in fields:
            if each.key not in found and not touched.isdisjoint(each.type.sources):
                found[each.key] = each.type.compute({**values, **found})
                touched.add(each.key)
    return found


def _kept_row(layout: Layout, person: Person, new: Mapping[str, str]) -> PersonRow:
    document, provenance = person.document, person.provenance
    for key, value in new.items():
        origin = dict(origin_of_value(provenance, key))
        document, provenance = with_values(document, provenance, {key: value}, origin)
    return person_row(layout, person, document, provenance, new)


def _row(
    layout: Layout,
    person: Person,
    entered: Mapping[str, str],
    computed: Mapping[str, str],
    hand: Hand,
) -> PersonRow:
    document, provenance = with_values(
        person.document, person.provenance, entered, hand.origin(hand.source)
    )
    document, provenance = with_values(document, provenance, computed, hand.origin(COMPUTED))
    row = person_row(layout, person, document, provenance, entered)
    for each in row.references:
        each.referred_id = each.referred_id or hand.named.get(each.value)
    return row


def person_row(
    layout: Layout,
    person: Person,
    document: Mapping[str, Any],
    provenance: Mapping[str, Any],
    entered: Mapping[str, str],
) -> PersonRow:
    """Return what a person is to be, who stays what they are but for their values.

    :param entered: the values that change: their references are written anew
    """
    values = values_of(document)
    stored = as_json(values)
    names = (person.login, person.name, person.sort_name, person.email)
    return PersonRow(
        id=person.id,
        login=person.login,
        login_folded=person.login_folded,
        name=person.name,
        sort_name=person.sort_name,
        email=person.email,
        state=PersonState(person.state),
        is_listed=person.is_listed,
        values=values,
        document=stored,
        provenance=compact_json(provenance),
        content_hash=content_hash(stored, *names),
        references=references_of(naming_fields(layout), entered),
    )
