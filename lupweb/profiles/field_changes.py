"""What a change of a field means for the values that people have: how many, and which fit."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType
from lupweb.field_types.conversion import converted
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import people_or_entries
from lupweb.profiles.service import tell_found_otherwise
from lupweb.profiles.visibility import may_read, may_see
from lupweb.profiles.writing import Hand, store_for_many
from lupweb.texts import Text, _

AT_ONCE = 1_000
MOST_LISTED = 20


@dataclass(frozen=True)
class Coverage:
    """How many of the people whom the site shows have a value."""

    have: int
    people: int


@dataclass(frozen=True)
class Misfit:
    """A value that does not fit, of somebody whom the viewer may see it of."""

    name: str
    handle: str
    value: str
    reason: Text | str


@dataclass(frozen=True)
class Fit:
    """How the values of a field fit a type.

    :param values: how many people have one
    :param misfits: how many of them do not fit
    :param listed: some of these
    :param is_hidden: the viewer may not read the field, and is told nothing of its values
    """

    values: int = 0
    misfits: int = 0
    listed: Sequence[Misfit] = field(default=())
    is_hidden: bool = False


def coverage(key: str) -> Coverage:
    """Return how many people have a value of a field; one query."""
    shown = select(func.count(), func.count().filter(_has_value(key))).where(
        Person.state.in_(SHOWN)
    )
    people, have = db.session.execute(shown).one()
    return Coverage(have, people)


def values_kept(key: str) -> int:
    """Return how many people have a value of a field, whether they are shown or not; one query."""
    return db.session.scalar(select(func.count()).where(_has_value(key))) or 0


def values_of_field(key: str) -> Iterator[tuple[int, str]]:
    """Yield everybody who has a value of a field, with the value; one query."""
    rows = select(Person.id, Person.document["values", key].as_string()).where(_has_value(key))
    for person_id, value in db.session.execute(
        rows.order_by(Person.id), execution_options={"yield_per": AT_ONCE}
    ):
        if value:
            yield person_id, value


def fit_of(viewer: Viewer, shown: FieldLayout, new: FieldType | None = None) -> Fit:
    """Return how the values of a field fit its type, or another one; reads all of them.

    Who may not read the field is told nothing: whoever may try types one after the other learns a
    value from how many fit.

    :param new: the type that it may get; None: the one it has
    """
    if not may_read(viewer, shown):
        return Fit(is_hidden=True)
    values = misfits = 0
    some: list[tuple[int, str, Text | str]] = []
    for person_id, value in values_of_field(shown.key):
        values += 1
        reason = _why_not(value, shown.type, new)
        if reason:
            misfits += 1
            if len(some) < MOST_LISTED:
                some.append((person_id, value, reason))
    return Fit(values, misfits, _listed(viewer, shown, some))


def convert_values(layout: Layout, key: str, old: FieldType, new: FieldType, hand: Hand) -> None:
    """Store what the values of a field become under another type.

    What does not fit stays as it is.

    :param layout: the profile as it is from now on
    """
    made = (
        (person_id, value, _converted(value, old, new)) for person_id, value in values_of_field(key)
    )
    changed = {person_id: {key: after} for person_id, value, after in made if after != value}
    _store(layout, changed, hand)


def compute_values(layout: Layout, computed: FieldLayout, hand: Hand) -> None:
    """Store the values of a field that follows from others, for everybody.

    :param layout: the profile as it is from now on
    """
    kind = computed.type
    concerned = or_(*(_has_value(key) for key in (computed.key, *kind.sources)))
    rows = select(Person.id, Person.document).where(concerned).order_by(Person.id)
    changed = {}
    for person_id, document in db.session.execute(rows, execution_options={"yield_per": AT_ONCE}):
        values = values_of(document)
        after = kind.compute(values)
        if after != values.get(computed.key, ""):
            changed[person_id] = {computed.key: after}
    _store(layout, changed, hand)


def tell_values_changed(keys: Collection[str]) -> None:
    """Let whoever keeps tables about values of these fields renew them.

    Also where nobody has one: a field that became a facet gets its column so.
    """
    if not keys:
        return
    held = or_(*(_has_value(key) for key in sorted(keys)))
    first = select(func.min(Person.id)).scalar_subquery()
    tell_found_otherwise(select(Person.id).where(or_(held, Person.id == first)))


def _has_value(key: str) -> ColumnElement[bool]:
    value: ColumnElement[str] = Person.document["values", key].as_string()
    return value != ""  # where there is none the condition is NULL, which counts as no


def _store(layout: Layout, changed: Mapping[int, Mapping[str, str]], hand: Hand) -> None:
    ids = list(changed)
    for start in range(0, len(ids), AT_ONCE):
        block = ids[start : start + AT_ONCE]
        store_for_many(layout, {person_id: changed[person_id] for person_id in block}, hand)


def _converted(value: str, old: FieldType, new: FieldType) -> str:
    try:
        return converted(value, old, new)
    except InvalidValue:
        return value


def _why_not(value: str, old: FieldType, new: FieldType | None) -> Text | str:
    """Return why a value does not fit; "" if it does."""
    if new is None:
        return "" if old.fits(value) else _("Nobody could enter it like this.")
    try:
        converted(value, old, new)
    except InvalidValue as error:
        return error.message
    return ""


def _listed(
    viewer: Viewer, shown: FieldLayout, some: Sequence[tuple[int, str, Text | str]]
) -> list[Misfit]:
    ids = [person_id for person_id, _value, _reason in some]
    rows = db.session.scalars(select(Person).where(Person.id.in_(ids), Person.state.in_(SHOWN)))
    people = {person.id: person for person in rows}
    groups = groups_of(ids)
    items = (item for _id, value, _why in some for item in value.split("\n"))
    named = people_or_entries(items) if shown.type.names_people else NOBODY
    return [
        Misfit(people[id_].name, f"id:{id_}", shown.type.text(value, None, named), reason)
        for id_, value, reason in some
        if id_ in people and may_see(viewer, shown, id_, groups[id_])
    ]
