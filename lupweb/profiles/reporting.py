"""The reporting line: the chain upwards, the people below, the people beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, literal, select, true
from sqlalchemy.orm import aliased

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Membership, Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.visibility import may_read, may_see

MANAGER = Layout.manager
"""The key of the field that says whom a person reports to, where no org chart names another."""
DEEPEST = 40
SHOWN_AT_ONCE = 8


@dataclass(frozen=True)
class ReportingLine:
    """Whom a person works for and with, as one viewer may see it.

    :param chain: from the top down to the person, who is the last
    :param is_cut: the chain would have gone round in a circle, and was cut there
    """

    chain: Sequence[Person] = ()
    is_cut: bool = False
    reports: Sequence[Person] = ()
    report_count: int = 0
    peers: Sequence[Person] = ()
    peer_count: int = 0


def reporting_line(viewer: Viewer, layout: Layout, person: Person) -> ReportingLine:
    """Return the reporting line of `person`; six queries at most, whatever its length."""
    field = layout.find_field(layout.manager)
    if field is None or not field.type.refers_to_person:
        return ReportingLine()
    upwards, is_cut = _chain(viewer, field, person)
    reports, report_count = _below(viewer, field, person.id, but=person.id)
    peers: Sequence[Person] = ()
    peer_count = 0
    if len(upwards) > 1:
        peers, peer_count = _below(viewer, field, upwards[1].id, but=person.id)
    return ReportingLine(upwards[::-1], is_cut, reports, report_count, peers, peer_count)


def _chain(viewer: Viewer, field: FieldLayout, person: Person) -> tuple[list[Person], bool]:
    """Return the person, their manager, that one's manager, and so on."""
    found = _managers_above(field, person.id)
    chain = [person]
    groups = groups_of([person.id, *(each.id for each in found)])
    for manager in found:
        below = chain[-1]
        if not may_see(viewer, field, below.id, groups[below.id]):
            break
        if manager.state not in SHOWN:
            break
        if any(manager.id == earlier.id for earlier in chain):
            return chain, True
        chain.append(manager)
    else:
        return chain, len(found) >= DEEPEST
    return chain, False


def _managers_above(field: FieldLayout, person_id: int) -> Sequence[Person]:
    step = (
        select(IndexedValue.referred_id.label("id"), literal(1).label("depth"))
        .where(IndexedValue.person_id == person_id, IndexedValue.field_id == field.id)
        .cte("above", recursive=True)
    )
    edge = aliased(IndexedValue)
    step = step.union_all(
        select(edge.referred_id, step.c.depth + 1)
        .join(step, edge.person_id == step.c.id)
        .where(edge.field_id == field.id, step.c.depth < DEEPEST)
    )
    rows = select(Person).join(step, Person.id == step.c.id).order_by(step.c.depth)
    return db.session.scalars(rows).all()


def _below(
    viewer: Viewer, field: FieldLayout, manager_id: int, *, but: int
) -> tuple[Sequence[Person], int]:
    """Return the first people who report to a manager, and how many there are."""
    if not may_read(viewer, field):
        return (), 0
    rows = _reports(field, manager_id, but)
    count = db.session.scalar(rows.with_only_columns(func.count(Person.id))) or 0
    first = rows.order_by(Person.sort_name, Person.id).limit(SHOWN_AT_ONCE)
    return db.session.scalars(first).all(), count


def _reports(field: FieldLayout, manager_id: int, but: int) -> Select[Person]:
    return (
        select(Person)
        .join(IndexedValue, IndexedValue.person_id == Person.id)
        .where(
            IndexedValue.field_id == field.id,
            IndexedValue.referred_id == manager_id,
            Person.id != but,
            Person.state.in_(SHOWN),
            _has(field),
        )
    )


def _has(field: FieldLayout) -> ColumnElement[bool]:
    if not field.applies_to:
        return true()
    members = select(Membership.person_id).where(Membership.group_id.in_(field.applies_to))
    return Person.id.in_(members)
