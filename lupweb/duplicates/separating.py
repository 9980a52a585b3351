"""Take two records apart again that were put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from lupweb import clock
from lupweb.accounts.actors import actor_names
from lupweb.accounts.giving import hold_administrators, require_power_over
from lupweb.accounts.grants import administrators_remain, role_of_person
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.audit.service import Change
from lupweb.audit.service import record as record_history
from lupweb.database import compact_json, db
from lupweb.directories.models import Identity
from lupweb.duplicates import moving
from lupweb.duplicates.merging import NAMES
from lupweb.duplicates.models import Merge
from lupweb.errors import InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.document import as_json, content_hash, values_of, with_values
from lupweb.profiles.layout import Layout
from lupweb.profiles.origins import read_instant
from lupweb.profiles.pictures import mark_due
from lupweb.profiles.references import naming_fields, references_of
from lupweb.profiles.service import PersonRow, tell_changed, update_people
from lupweb.profiles.sources import Source
from lupweb.sync.links import resolve_person
from lupweb.texts import _

UNDO_FOR = timedelta(days=30)


@dataclass(frozen=True)
class PastMerge:
    """A merge in which a record took part.

    :param other_id: the other record
    :param is_kept: whether this record is the one that stayed
    :param days_left: how long it can still be undone; 0: no more
    """

    id: int
    other_id: int
    other_name: str
    other_login: str
    is_kept: bool
    at: datetime
    by: str
    days_left: int


def merges_of(viewer: Viewer, person_id: int) -> Sequence[PastMerge]:
    """Return the merges of a record that hold, the newest first; four queries at most.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    rows = select(Merge).where(
        or_(Merge.kept_id == person_id, Merge.merged_id == person_id), Merge.undone_at.is_(None)
    )
    found = db.session.scalars(rows.order_by(Merge.id.desc())).all()
    ids = {each.kept_id + each.merged_id - person_id for each in found}
    columns = select(Person.id, Person.name, Person.login).where(Person.id.in_(ids))
    people = {row.id: row for row in db.session.execute(columns)} if ids else {}
    names = actor_names({each.actor for each in found})
    return [
        PastMerge(
            id=each.id,
            other_id=each.kept_id + each.merged_id - person_id,
            other_name=people[each.kept_id + each.merged_id - person_id].name,
            other_login=people[each.kept_id + each.merged_id - person_id].login,
            is_kept=each.kept_id == person_id,
            at=each.at,
            by=names.get(each.actor, ""),
            days_left=_days_left(each),
        )
        for each in found
    ]


def separate(viewer: Viewer, layout: Layout, merge_id: int) -> Merge:
    """Take two records apart; call inside a transaction.

    What came from the other record goes back, but for what was changed since: that stays.

    :raises Forbidden: if `viewer` is no administrator, or the person a system administrator and
        the viewer none
    :raises NotFound: if there is no such merge that holds
    :raises InvalidValue: if it was too long ago, or a later one has to be undone first
    """
    require_administrator(viewer)
    hold_administrators()
    record = db.session.get(Merge, merge_id)
    if record is None or record.undone_at is not None:
        raise NotFound(_("There is no such merge any more."))
    kept, other = _held(record)
    _refuse_late(record, kept, other)
    _require_power(viewer, record, kept)
    remains = administrators_remain()
    _restore_names(record, kept)
    db.session.flush()
    update_people([_row(layout, record, kept)], keeps_logins=True)
    moving.move_back(kept.id, other.id, record.moved)
    resolve_person(layout, kept.id)
    resolve_person(layout, other.id)
    other.merged_into_id, other.rev = None, other.rev + 1
    other.state = _state(other.id, record.moved["other"]["state"])
    db.session.expire(kept)
    kept.state = _state(kept.id, record.moved["kept"]["before"]["state"])
    record.undone_at = clock.now()
    db.session.flush()
    _tell(viewer, record, other)
    remains()
    return record


def _held(record: Merge) -> tuple[Person, Person]:
    ids = [record.kept_id, record.merged_id]
    rows = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    found = {
        each.id: each
        for each in db.session.scalars(rows, execution_options={"populate_existing": True})
    }
    return found[record.kept_id], found[record.merged_id]


def _refuse_late(record: Merge, kept: Person, other: Person) -> None:
    if _days_left(record) <= 0:
        raise InvalidValue(
            _("This was merged more than 30 days ago, and stays as it is. Nothing was changed.")
        )
    if kept.state == PersonState.MERGED or other.merged_into_id != kept.id:
        raise InvalidValue(
            _("The record was merged again since. Undo that first. Nothing was changed.")
        )


def _require_power(viewer: Viewer, record: Merge, kept: Person) -> None:
    roles = {role_of_person(kept), *record.moved["account"].values()}
    if Role.SYSTEM_ADMINISTRATOR in roles:
        require_power_over(viewer, Role.SYSTEM_ADMINISTRATOR)


def _restore_names(record: Merge, kept: Person) -> None:
    """Give names, picture and sign-in back as they were, unless they were changed since."""
    before, after = (record.moved["kept"][when] for when in ("before", "after"))
    for name in (*NAMES, "picture_hash"):
        if getattr(kept, name) == after[name]:
            setattr(kept, name, before[name])
    is_as_then = bool(kept.barred_at) == bool(after["barred_at"])
    if is_as_then:
        kept.barred_at = read_instant(before["barred_at"] or "")
        kept.barred_by = before["barred_by"]


def _row(layout: Layout, record: Merge, kept: Person) -> PersonRow:
    now = values_of(kept.document)
    back = {
        key: before
        for key, (before, after) in record.moved["values"].items()
        if now.get(key, "") == after
    }
    document, provenance = kept.document, kept.provenance
    for key, value in back.items():
        origin: Mapping[str, Any] = record.moved["origins"].get(key, {})
        document, provenance = with_values(document, provenance, {key: value}, origin)
    _note_values(record, back)
    stored = as_json(values_of(document))
    return PersonRow(
        id=kept.id,
        login=kept.login,
        login_folded=kept.login_folded,
        name=kept.name,
        sort_name=kept.sort_name,
        email=kept.email,
        state=PersonState(kept.state),
        is_listed=kept.is_listed,
        values=values_of(document),
        document=stored,
        provenance=compact_json(provenance),
        content_hash=content_hash(stored, kept.login, kept.name, kept.sort_name, kept.email),
        references=references_of(naming_fields(layout), back),
    )


def _note_values(record: Merge, back: Mapping[str, str]) -> None:
    changes = [
        Change(record.kept_id, key, record.moved["values"][key][1], old)
        for key, old in back.items()
    ]
    record_history(changes, source=str(Source.USER), run_id=None, at=clock.now())


def _state(person_id: int, before: str) -> PersonState:
    """Return what the directories say of a record now; as it was where none knows it."""
    entries = db.session.execute(
        select(Identity.is_gone, Identity.disabled_reason).where(Identity.person_id == person_id)
    ).all()
    if not entries:
        return PersonState(before)
    present = [disabled for is_gone, disabled in entries if not is_gone]
    if not present:
        return PersonState.MISSING
    return PersonState.DISABLED if all(present) else PersonState.ACTIVE


def _tell(viewer: Viewer, record: Merge, other: Person) -> None:
    back = Change(other.id, "@state", str(PersonState.MERGED), str(other.state))
    record_history([back], source=str(Source.USER), run_id=None, at=clock.now(), actor=viewer.actor)
    said = {"merged": other.id, "login": other.login}
    note_event(viewer.actor, "person.separated", f"person:{record.kept_id}", said, {})
    mark_due([record.kept_id, other.id])
    naming = {place[0] for place in record.moved["named_by"]}
    tell_changed([record.kept_id, other.id])
    tell_changed(sorted(naming - {record.kept_id, other.id}), only_references=True)


def _days_left(record: Merge) -> int:
    left = UNDO_FOR - (clock.now() - record.at)
    return max(0, -(-left // timedelta(days=1)))
