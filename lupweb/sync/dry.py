"""Instead of writing: store what would be written, or write only what a stored plan says."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.runs.models import PlanItem
from lupweb.sync.apply import Fence, Writer, missing_without
from lupweb.sync.brake import Guard
from lupweb.sync.items import (
    AT_ONCE,
    Action,
    Row,
    action_of,
    add_rows,
    changes_of,
    hide_row,
    row_of,
)
from lupweb.sync.plan import Plan


@dataclass(frozen=True)
class PlanStore:
    """Takes plans as `Writer` does, and stores them; nothing else is written."""

    run_id: int
    lease: Fence

    def write(self, plans: Sequence[Plan]) -> list[Plan]:
        """Store what people would see change; none fails."""
        for start in range(0, len(plans), AT_ONCE):
            some = plans[start : start + AT_ONCE]
            _store(self.lease, [row_of(self.run_id, each) for each in some if each.changes_person])
        return []

    def retire(self, identity_ids: Sequence[int]) -> int:
        """Store who would be hidden; return how many."""
        missing = 0
        for start in range(0, len(identity_ids), AT_ONCE):
            ids = list(missing_without(identity_ids[start : start + AT_ONCE]))
            _store(self.lease, _hidden(self.run_id, ids, None))
            missing += len(ids)
        return missing


@dataclass(frozen=True)
class Checked:
    """Writes what a stored plan says, and holds whatever is something else by now.

    :param plan_run_id: the dry run that made the plan
    """

    writer: Writer
    run_id: int
    plan_run_id: int

    def write(self, plans: Sequence[Plan]) -> list[Plan]:
        """Write what is as it was planned; return what could not be written."""
        failed: list[Plan] = []
        for start in range(0, len(plans), AT_ONCE):
            some = plans[start : start + AT_ONCE]
            planned = self._planned([each.unique_id for each in some])
            moved = [
                each
                for each in some
                if each.changes_person
                and planned.get(each.unique_id) != (str(action_of(each)), changes_of(each))
            ]
            _store(self.writer.lease, [row_of(self.run_id, each, Guard.MOVED) for each in moved])
            for each in moved:
                each.is_held = each.is_moved = True  # counts as skipped
            failed += self.writer.write([each for each in some if not each.is_moved])
        return failed

    def retire(self, identity_ids: Sequence[int]) -> int:
        """Hide who was to be hidden by the plan; return how many."""
        missing = 0
        for start in range(0, len(identity_ids), AT_ONCE):
            some = identity_ids[start : start + AT_ONCE]
            entries = missing_without(some)
            moved = sorted(entries.keys() - self._to_be_hidden(list(entries)))
            _store(self.writer.lease, _hidden(self.run_id, moved, Guard.MOVED))
            stay = {entries[id_] for id_ in moved}
            missing += self.writer.retire([id_ for id_ in some if id_ not in stay])
        return missing

    def _planned(self, unique_ids: Sequence[str]) -> dict[str, tuple[str, dict[str, list[str]]]]:
        rows = select(PlanItem.unique_id, PlanItem.action, PlanItem.changes).where(
            PlanItem.run_id == self.plan_run_id,
            PlanItem.unique_id.in_(unique_ids),
            PlanItem.guard == "",
        )
        return {
            unique_id: (action, changes) for unique_id, action, changes in db.session.execute(rows)
        }

    def _to_be_hidden(self, person_ids: Sequence[int]) -> set[int]:
        rows = select(PlanItem.person_id).where(
            PlanItem.run_id == self.plan_run_id,
            PlanItem.person_id.in_(person_ids),
            PlanItem.action == Action.HIDE,
            PlanItem.guard == "",
        )
        return {id_ for id_ in db.session.scalars(rows) if id_ is not None}


def _store(lease: Fence, rows: Sequence[Row]) -> None:
    if rows:
        with transaction():
            lease.heartbeat()
            add_rows(rows)


def _hidden(run_id: int, person_ids: Sequence[int], guard: Guard | None) -> list[Row]:
    rows = select(Person.id, Person.login, Person.name).where(Person.id.in_(person_ids))
    return [
        hide_row(run_id, id_, login, name, guard)
        for id_, login, name in db.session.execute(rows.order_by(Person.id))
    ]
