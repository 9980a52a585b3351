"""The second pass: values that name people, resolved after all people are there."""

from sqlalchemy import bindparam, select, update

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.service import tell_changed
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.sync.known import PeopleIndex, people_index
from lupweb.texts import _

MOST_LISTED = 100


def link(layout: Layout, lease: HeldLease, run_id: int) -> int:
    """Resolve every reference whose person is not the one stored; return how many changed.

    All of them are looked at, in every run: when a person moved, the values that name the old DN
    do not change at all on some servers (sync.md section 8).
    """
    fields = {field.id: field.key for field in layout.fields() if field.type.refers_to_person}
    with transaction():
        lease.heartbeat()
        index = people_index()
        wrong = _wrong_rows(list(fields), index)
        if wrong:
            statement = (
                update(IndexedValue)
                .where(
                    IndexedValue.person_id == bindparam("_person"),
                    IndexedValue.field_id == bindparam("_field"),
                )
                .values(referred_id=bindparam("_referred"))
            )
            db.session.connection().execute(statement, wrong)
            findable = {field.id for field in layout.fields() if field.searchable}
            tell_changed(
                sorted({int(row["_person"] or 0) for row in wrong if row["_field"] in findable})
            )
        _list_unresolved(fields, run_id)
    return len(wrong)


def _wrong_rows(field_ids: list[int], index: PeopleIndex) -> list[dict[str, int | None]]:
    rows = select(
        IndexedValue.person_id, IndexedValue.field_id, IndexedValue.value, IndexedValue.referred_id
    ).where(IndexedValue.field_id.in_(field_ids))
    wrong: list[dict[str, int | None]] = []
    for person_id, field_id, value, referred_id in db.session.execute(rows):
        found = index.reference(value, person_id)
        if found != referred_id:
            wrong.append({"_person": person_id, "_field": field_id, "_referred": found})
    return wrong


def _list_unresolved(fields: dict[int, str], run_id: int) -> None:
    rows = (
        select(Person.login, IndexedValue.field_id, IndexedValue.value)
        .join(Person, Person.id == IndexedValue.person_id)
        .where(
            IndexedValue.field_id.in_(fields),
            IndexedValue.referred_id.is_(None),
            Person.state.in_(SHOWN),
        )
        .order_by(Person.id)
        .limit(MOST_LISTED)
    )
    for login, field_id, value in db.session.execute(rows).all():
        text = _(
            "“%(value)s” names nobody known. It is tried again in each run.", value=value[:120]
        )
        runs.note_problem(run_id, text, login=login, field=fields[field_id])
