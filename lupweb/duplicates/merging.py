"""Put two records of one person together: one stays, the other one leads there from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.giving import hold_administrators, require_power_over
from lupweb.accounts.grants import administrators_remain
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.audit.service import Change
from lupweb.audit.service import record as record_history
from lupweb.database import compact_json, db
from lupweb.duplicates import moving
from lupweb.duplicates.comparing import Comparison, compare
from lupweb.duplicates.models import Merge
from lupweb.errors import ProfileChanged
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
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.pictures import mark_due
from lupweb.profiles.references import Reference, naming_fields, reference
from lupweb.profiles.service import PersonRow, tell_changed, update_people
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import computed_values
from lupweb.texts import _

NAMES = ("login", "login_folded", "name", "sort_name", "email", "is_listed")


@dataclass(frozen=True)
class MergeRequest:
    """What an administrator wants put together.

    :param chosen: field key -> `comparing.OTHER` where the value of the one that goes is wanted
    :param revision: of the page on which that was chosen
    """

    kept_id: int
    other_id: int
    chosen: Mapping[str, str]
    revision: str


@dataclass(frozen=True)
class Values:
    """What becomes of the values of the record that stays.

    :param changes: field key -> new value
    :param before: the same keys, as they were
    """

    changes: Mapping[str, str]
    before: Mapping[str, str]


def merge(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], request: MergeRequest
) -> Merge:
    """Put two records together, all of it or nothing; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, or one of the two is a system administrator
        and the viewer none
    :raises NotFound: if one of them does not exist
    :raises InvalidValue: if these two cannot be put together
    :raises ProfileChanged: if one of them changed since the page was made; with the comparison
    """
    require_administrator(viewer)
    hold_administrators()
    _hold(request)
    ids = (request.kept_id, request.other_id)
    comparison = compare(viewer, layout, options, ids, request.chosen)
    if comparison.needs_system:
        require_power_over(viewer, Role.SYSTEM_ADMINISTRATOR)
    if comparison.revision != request.revision:
        raise ProfileChanged(
            _("One of the two records has changed since. Look again. Nothing was changed."),
            compare(viewer, layout, options, ids, request.chosen),
        )
    return _put_together(viewer, layout, comparison)


def _hold(request: MergeRequest) -> None:
    ids = (request.kept_id, request.other_id)
    rows = select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    db.session.execute(rows).all()


def _put_together(viewer: Viewer, layout: Layout, comparison: Comparison) -> Merge:
    kept, other = comparison.kept.person, comparison.other.person
    remains = administrators_remain()
    before = _standing_of(kept)
    values = _values(layout, comparison)
    origins = {key: dict(origin_of_value(kept.provenance, key)) for key in values.changes}
    record = Merge(kept_id=kept.id, merged_id=other.id, at=clock.now(), actor=viewer.actor)
    _take_over(kept, comparison)
    db.session.flush()
    update_people([_row(layout, comparison, values)], keeps_logins=True)
    db.session.expire(kept)
    record.moved = {
        "values": {key: [values.before[key], new] for key, new in values.changes.items()},
        "origins": origins,
        "kept": {"before": before, "after": _standing_of(kept)},
        "other": _standing_of(other),
        **moving.move(kept.id, other.id),
    }
    db.session.add(record)
    other.state, other.merged_into_id, other.rev = PersonState.MERGED, kept.id, other.rev + 1
    db.session.flush()
    _tell(viewer, comparison, record, values)
    remains()
    return record


def _values(layout: Layout, comparison: Comparison) -> Values:
    before = values_of(comparison.kept.person.document)
    theirs = values_of(comparison.other.person.document)
    taken = {key: theirs.get(key, "") for key in comparison.taken}
    computed = computed_values(layout, {**before, **taken}, taken)
    changes = {**taken, **{k: v for k, v in computed.items() if v != before.get(k, "")}}
    return Values(changes, {key: before.get(key, "") for key in changes})


def _take_over(kept: Person, comparison: Comparison) -> None:
    """Give the record that stays what is no field: names, state, picture, a sign-in that is off."""
    other, names = comparison.other.person, comparison.names.person
    for name in NAMES:
        setattr(kept, name, getattr(names, name))
    states = {PersonState(kept.state), PersonState(other.state)}
    if comparison.supplier is not None:
        kept.state = comparison.supplier.person.state
    elif PersonState.ACTIVE in states:
        kept.state = PersonState.ACTIVE
    if comparison.takes_picture:
        kept.picture_hash = other.picture_hash
    if kept.barred_at is None:
        kept.barred_at, kept.barred_by = other.barred_at, other.barred_by


def _row(layout: Layout, comparison: Comparison, values: Values) -> PersonRow:
    kept, other = comparison.kept.person, comparison.other.person
    document, provenance = kept.document, kept.provenance
    for key, value in values.changes.items():
        origin = dict(origin_of_value(other.provenance, key))
        document, provenance = with_values(document, provenance, {key: value}, origin)
    now = values_of(document)
    stored = as_json(now)
    return PersonRow(
        id=kept.id,
        login=kept.login,
        login_folded=kept.login_folded,
        name=kept.name,
        sort_name=kept.sort_name,
        email=kept.email,
        state=PersonState(kept.state),
        is_listed=kept.is_listed,
        values=now,
        document=stored,
        provenance=compact_json(provenance),
        content_hash=content_hash(stored, kept.login, kept.name, kept.sort_name, kept.email),
        references=_references(layout, other.id, values.changes),
    )


def _references(layout: Layout, from_id: int, changes: Mapping[str, str]) -> list[Reference]:
    """Return whom the new values name, as it was known where they come from."""
    fields = {each.id for key, each in naming_fields(layout).items() if key in changes}
    rows = select(IndexedValue).where(
        IndexedValue.person_id == from_id, IndexedValue.field_id.in_(fields)
    )
    known = [
        Reference(each.field_id, each.value, each.key, each.is_dn, each.referred_id, each.place)
        for each in db.session.scalars(rows)
    ]
    without = fields - {each.field_id for each in known}
    return [*known, *(reference(id_, "") for id_ in without)]


def _standing_of(person: Person) -> dict[str, Any]:
    return {
        **{name: getattr(person, name) for name in NAMES},
        "state": str(person.state),
        "picture_hash": person.picture_hash,
        "barred_at": person.barred_at.isoformat() if person.barred_at else None,
        "barred_by": person.barred_by,
    }


def _tell(viewer: Viewer, comparison: Comparison, record: Merge, values: Values) -> None:
    """Let history, audit and search know."""
    kept_id, other = record.kept_id, comparison.other.person
    changes = [Change(kept_id, key, values.before[key], new) for key, new in values.changes.items()]
    left = Change(other.id, "@state", record.moved["other"]["state"], str(PersonState.MERGED))
    record_history(
        [*changes, left], source=str(Source.USER), run_id=None, at=record.at, actor=viewer.actor
    )
    seen = sorted(each.key for each in comparison.pairs if each.takes_other)
    said = {"merged": other.id, "login": record.moved["other"]["login"], "taken": seen}
    note_event(viewer.actor, "person.merged", f"person:{kept_id}", {}, said)
    mark_due([kept_id])
    tell_changed([other.id])
    naming = {place[0] for place in record.moved["named_by"]} - {kept_id, other.id}
    tell_changed(sorted(naming), only_references=True)
