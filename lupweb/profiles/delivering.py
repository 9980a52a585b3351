"""Store what another source than the directories says of people: a file, another LDAP."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.document import origin_of_value, values_of, with_values
from lupweb.profiles.layout import Layout
from lupweb.profiles.service import PersonRow, update_people
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import COMPUTED, computed_values, person_row

RELEASED = "is_released"
"""Stands in the origin of a value whose source does not hold it any more."""


@dataclass(frozen=True)
class Said:
    """What a source says of one person.

    :param values: of the fields that it holds: key -> value; "": it holds none; None: it holds one
        that cannot be kept, so the stored one stays
    :param released: keys of the fields that it does not hold: their values stay, and are free
    """

    values: Mapping[str, str | None]
    released: Collection[str] = ()

    def keeping(self, keys: Collection[str]) -> "Said":
        """Return the same, but the stored values of these fields stay."""
        kept: dict[str, str | None] = {key: None for key in keys if key in self.values}
        return Said({**self.values, **kept}, self.released)


@dataclass(frozen=True)
class Deliverer:
    """Who delivers.

    :param directory: the key of the directory; "" for a file
    :param run_id: None where one person is read outside of runs
    """

    source: Source
    directory: str
    run_id: int | None
    at: datetime

    def origin(self) -> dict[str, str]:
        """Return what stands in the provenance."""
        return {
            "source": str(self.source),
            "directory": self.directory,
            "run": str(self.run_id or ""),
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True)
class Effect:
    """What becomes of one person.

    :param changes: field key -> new value; "" takes it away
    :param locked: keys that were free, and are held by the source from now on
    :param freed: keys that the source held until now
    """

    changes: Mapping[str, str] = field(default_factory=dict)
    locked: Collection[str] = ()
    freed: Collection[str] = ()

    @property
    def is_nothing(self) -> bool:
        """Return whether nothing is to be written."""
        return not (self.changes or self.locked or self.freed)


def effect_of(
    said: Said, values: Mapping[str, str], provenance: Mapping[str, Any], source: Source
) -> Effect:
    """Return what becomes of a person of whom a source says something.

    :param values: what is stored: field key -> value
    """
    return Effect(
        changes={
            key: value
            for key, value in said.values.items()
            if value is not None and value != values.get(key, "")
        },
        locked=[key for key in said.values if not is_held(provenance, key, source)],
        freed=[key for key in said.released if is_held(provenance, key, source)],
    )


def is_held(provenance: Mapping[str, Any], key: str, source: Source) -> bool:
    """Return whether a source holds field `key` of a person, as its last delivery said."""
    origin = origin_of_value(provenance, key)
    return origin.get("source") == str(source) and not origin.get(RELEASED)


def store_delivered(layout: Layout, said: Mapping[int, Said], by: Deliverer) -> list[Change]:
    """Store what a source says, and what follows from it; return the values that changed.

    What nobody can see any more is left as it is. Call inside a transaction.

    :param said: id of the person -> what is said; hold no more than a block
    """
    shown = select(Person).where(Person.id.in_(said), Person.state.in_(SHOWN))
    people = db.session.scalars(
        shown.order_by(Person.id).with_for_update(), execution_options={"populate_existing": True}
    )
    rows: list[PersonRow] = []
    delivered: list[Change] = []
    computed: list[Change] = []
    for person in people:
        effect = effect_of(
            said[person.id], values_of(person.document), person.provenance, by.source
        )
        if not effect.is_nothing:
            rows.append(_row(layout, person, effect, by, (delivered, computed)))
    update_people(rows, keeps_logins=True)
    record(delivered, source=str(by.source), run_id=by.run_id, at=by.at)
    record(computed, source=COMPUTED, run_id=by.run_id, at=by.at)
    return [*delivered, *computed]


def _row(
    layout: Layout,
    person: Person,
    effect: Effect,
    by: Deliverer,
    changed: tuple[list[Change], list[Change]],
) -> PersonRow:
    """Return what a person is to be, and note what changes: what is delivered, what follows."""
    before = values_of(person.document)
    held = {key: before.get(key, "") for key in effect.locked} | dict(effect.changes)
    found = computed_values(layout, {**before, **effect.changes}, effect.changes)
    computed = {key: value for key, value in found.items() if value != before.get(key, "")}
    document, provenance = with_values(person.document, person.provenance, held, by.origin())
    document, provenance = with_values(
        document, provenance, computed, {**by.origin(), "source": COMPUTED}
    )
    for key in effect.freed:
        provenance[key] = {**origin_of_value(provenance, key), RELEASED: True}
    for changes, part in zip(changed, (effect.changes, computed), strict=True):
        changes += [Change(person.id, key, before.get(key, ""), new) for key, new in part.items()]
    return person_row(layout, person, document, provenance, effect.changes)
