"""The second pass: values that name people, resolved after all people are there."""

import time
from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select, update
from sqlalchemy.orm import aliased

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity, NamedEntry
from lupweb.orgchart import keeping as charts
from lupweb.people.models import Person
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.references import naming_fields
from lupweb.profiles.service import tell_changed
from lupweb.runs.leases import HeldLease
from lupweb.sync import finding, secondary
from lupweb.sync.memory import give_back
from lupweb.sync.unresolved import list_unresolved

BLOCK = 1_000
CHARTS_MS = "charts_ms"
"""The counter of a run that says how long it took to count org charts."""
Wrong = Sequence[tuple[int, int, int, int | None]]
"""Person, field, place in the field, and whom the value names in truth."""
PLACE = (IndexedValue.person_id, IndexedValue.field_id, IndexedValue.place)


def link(
    layout: Layout,
    lease: HeldLease,
    run_id: int,
    *,
    is_quiet: bool = False,
    fresh_id: int | None = None,
) -> dict[str, int]:
    """Resolve every reference whose person is not the one stored, and count org charts after that.

    All of them are looked at: when a person moved, the values that name the old DN do not change
    at all on some servers (sync.md section 8).

    :param is_quiet: whether no entry moved since all were looked at; whoever changes references
        otherwise resolves them
    :param fresh_id: a directory that holds everybody, all made by this run, which has left all DNs
        to this; None: others are known
    :returns: for the run's counters, how long counting took, in milliseconds
    """
    fields = {field.id: key for key, field in naming_fields(layout).items()}
    findable = {field.id for field in layout.fields() if field.searchable}
    ids = list(fields)
    secondary.make_missing((Person, Identity))
    if not is_quiet:
        with transaction():
            lease.heartbeat()
            if fresh_id is not None:
                _resolve_new(ids, fresh_id)
                _tell_resolved(ids, findable)
            _renew([*(_wrong_dns(ids) if fresh_id is None else []), *_wrong_names(ids)], findable)
    secondary.make_missing()
    if fresh_id is not None:
        give_back()
    with transaction():
        lease.heartbeat()
        list_unresolved(fields, run_id)
    return _count_charts(lease)


def _renew(wrong: Wrong, findable: Set[int]) -> None:
    """Correct whom these values name, and let search and charts follow."""
    if not wrong:
        return
    _correct(wrong)
    people = {each[0] for each in wrong if each[1] in findable}
    tell_changed(sorted(people), only_references=True)
    others = {each[0] for each in wrong} - people
    if others:
        charts.renew(sorted(others))


def _resolve_new(field_ids: list[int], directory_id: int) -> None:
    """Resolve every DN that names nobody yet, in one statement.

    As `_wrong_dns` does, where whom a DN names was never looked for, and where there is no other
    directory: nothing is to be compared then.
    """
    lowest, highest = func.min(Identity.person_id), func.max(Identity.person_id)
    found = select(case((lowest == highest, lowest))).where(
        Identity.dn_folded == IndexedValue.key,
        Identity.directory_id == directory_id,
        Identity.is_gone.is_(False),
    )
    unknown = update(IndexedValue).where(
        IndexedValue.field_id.in_(field_ids), IndexedValue.is_dn, IndexedValue.referred_id.is_(None)
    )
    db.session.execute(
        unknown.values(referred_id=found.correlate(IndexedValue).scalar_subquery()),
        execution_options={"synchronize_session": False},
    )


def _tell_resolved(field_ids: list[int], findable: Set[int]) -> None:
    """Let search and charts learn whom the new people name; charts only as many as they count."""
    naming = select(IndexedValue.person_id).where(IndexedValue.referred_id.is_not(None)).distinct()
    found = naming.where(IndexedValue.field_id.in_(findable))
    tell_changed(sorted(db.session.scalars(found)), only_references=True)
    others = naming.where(IndexedValue.field_id.in_(field_ids)).limit(charts.FEW + 1)
    charts.renew(list(db.session.scalars(others)))


def _count_charts(lease: HeldLease) -> dict[str, int]:
    """Count anew the org charts in which the run moved more than a few people."""
    began = time.perf_counter()
    is_needed = charts.is_any_outdated()
    end_reading()
    if not is_needed:
        return {}
    with transaction():
        lease.heartbeat()
        charts.count_outdated()
    return {CHARTS_MS: round((time.perf_counter() - began) * 1000)}


def resolve(field_id: int) -> None:
    """Resolve the references of one field; call inside a transaction."""
    _correct([*_wrong_dns([field_id]), *_wrong_names([field_id])])


def resolve_person(layout: Layout, person_id: int) -> None:
    """Resolve the references of one person; call inside a transaction."""
    fields = [field.id for field in naming_fields(layout).values()]
    wrong = [*_wrong_dns(fields, person_id), *_wrong_names(fields, person_id)]
    _correct(wrong)
    if wrong:
        tell_changed([person_id], only_references=True)


def _correct(wrong: Wrong) -> None:
    statement = (
        update(IndexedValue)
        .where(
            IndexedValue.person_id == bindparam("_person"),
            IndexedValue.field_id == bindparam("_field"),
            IndexedValue.place == bindparam("_place"),
        )
        .values(referred_id=bindparam("_referred"))
    )
    for start in range(0, len(wrong), BLOCK):
        rows = [
            {"_person": person, "_field": field, "_place": place, "_referred": named}
            for person, field, place, named in wrong[start : start + BLOCK]
        ]
        db.session.connection().execute(statement, rows)


def _wrong_dns(field_ids: list[int], person_id: int | None = None) -> Wrong:
    """Return the DNs that name somebody else than is stored.

    A DN means an entry of a directory that holds the person; two different people are nobody. Where
    the directory told the id of the entry, that one is meant, whatever its DN is by now.

    :param person_id: only in the profile of this person; None: in all
    """
    own, named = aliased(Identity), aliased(Identity)
    names = and_(
        named.dn_folded == IndexedValue.key,
        named.directory_id == own.directory_id,
        named.is_gone.is_(False),
    )
    held = and_(own.person_id == IndexedValue.person_id, own.is_gone.is_(False))
    joined = (
        select(*PLACE)
        .join(own, held, isouter=True)
        .join(named, names, isouter=True)
        .where(_stands_in(field_ids, person_id), IndexedValue.is_dn)
        .group_by(*PLACE, IndexedValue.referred_id)
    )
    who: ColumnElement[Any] = named.person_id.expression
    if _tells_ids():
        joined, who = _by_id(joined, own, who)
    lowest, highest = func.min(who), func.max(who)
    found = case((lowest == highest, lowest))
    rows = joined.add_columns(found).having(found.is_distinct_from(IndexedValue.referred_id))
    return [(person, field, place, who) for person, field, place, who in db.session.execute(rows)]


def _tells_ids() -> bool:
    """Return whether any directory tells ids with its DNs: only Active Directory does."""
    return db.session.scalar(select(NamedEntry.directory_id).limit(1)) is not None


def _by_id(
    joined: Select[int, int, int], own: type[Identity], by_dn: ColumnElement[Any]
) -> tuple[Select[int, int, int], ColumnElement[Any]]:
    """Return the query with whom ids name, and who is meant: by id if there is one, else by DN."""
    meant = aliased(Identity)
    told = and_(
        NamedEntry.directory_id == own.directory_id,
        NamedEntry.unique_id == own.unique_id,
        NamedEntry.dn_folded == IndexedValue.key,
    )
    has_id = and_(
        meant.directory_id == NamedEntry.directory_id,
        meant.unique_id == NamedEntry.named_id,
        meant.is_gone.is_(False),
    )
    joined = joined.join(NamedEntry, told, isouter=True).join(meant, has_id, isouter=True)
    return joined, case((NamedEntry.named_id.is_not(None), meant.person_id), else_=by_dn)


def _wrong_names(field_ids: list[int], person_id: int | None = None) -> Wrong:
    """Return the numbers, logins and mail addresses that name somebody else than is stored."""
    rows = db.session.execute(
        select(*PLACE, IndexedValue.referred_id, IndexedValue.key, IndexedValue.value).where(
            _stands_in(field_ids, person_id), IndexedValue.is_dn.is_(False)
        )
    ).all()
    keys = {row.key for row in rows}
    # as it is stored, and not folded: only who is chosen here is stored so
    named = finding.by_number({row.value for row in rows})
    named |= finding.by_login(keys - named.keys())
    named = finding.by_email(keys - named.keys()) | named
    return [
        (row.person_id, row.field_id, row.place, named.get(row.key))
        for row in rows
        if named.get(row.key) != row.referred_id
    ]


def _stands_in(field_ids: list[int], person_id: int | None) -> ColumnElement[bool]:
    of_fields = IndexedValue.field_id.in_(field_ids)
    return of_fields if person_id is None else and_(of_fields, IndexedValue.person_id == person_id)
