"""Write plans: in blocks, a transaction each, fenced by the lease."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import SQLAlchemyError

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import content_hash, with_values
from lupweb.profiles.layout import Layout
from lupweb.profiles.service import PersonRow, apply_changes, tell_changed
from lupweb.runs.leases import HeldLease
from lupweb.sync.plan import Plan

BLOCK = 500


@dataclass(frozen=True)
class Writer:
    """Writes the plans of one run of one directory."""

    run_id: int
    directory_id: int
    directory_key: str
    layout: Layout
    lease: HeldLease

    def write(self, plans: Sequence[Plan]) -> list[Plan]:
        """Write all plans; return those that could not be written.

        A block that fails is written person by person, so that one bad person stops nobody else.
        """
        failed: list[Plan] = []
        for block in _blocks(plans):
            try:
                self._write_block(block)
            except SQLAlchemyError:
                failed.extend(self._one_by_one(block))
        return failed

    def hide(self, person_ids: Sequence[int]) -> None:
        """Make people missing: hidden, and kept whole."""
        for start in range(0, len(person_ids), BLOCK):
            ids = list(person_ids[start : start + BLOCK])
            with transaction():
                self.lease.heartbeat()
                db.session.execute(
                    update(Person)
                    .where(Person.id.in_(ids))
                    .values(state=PersonState.MISSING, rev=Person.rev + 1)
                )
                tell_changed(ids)

    def _one_by_one(self, block: Sequence[Plan]) -> list[Plan]:
        failed = []
        for plan in block:
            try:
                self._write_block([plan])
            except SQLAlchemyError:
                failed.append(plan)
        return failed

    def _write_block(self, block: Sequence[Plan]) -> None:
        with transaction():
            self.lease.heartbeat()
            changed = [plan for plan in block if plan.changes_person]
            ids = apply_changes(self.layout, [self._row(plan) for plan in changed])
            new = [
                self._identity(plan, id_)
                for plan, id_ in zip(changed, ids, strict=True)
                if plan.known is None
            ]
            if new:
                db.session.execute(insert(Identity), new)
            self._move([plan for plan in block if plan.moves])

    def _row(self, plan: Plan) -> PersonRow:
        known = plan.known
        document, provenance = with_values(
            known.document if known else {},
            known.provenance if known else {},
            plan.changes,
            {
                "source": "ldap",
                "directory": self.directory_key,
                "run": str(self.run_id),
                "at": clock.now().isoformat(),
            },
        )
        return PersonRow(
            id=known.person_id if known else None,
            login=plan.login,
            login_folded=fold_login(plan.login),
            name=plan.name,
            sort_name=plan.sort_name,
            email=plan.email,
            state=_state_after(plan),
            document=document,
            provenance=provenance,
            content_hash=content_hash(plan.login, plan.name, plan.email, document["values"]),
            changed_keys=frozenset(plan.changes),
        )

    def _identity(self, plan: Plan, person_id: int) -> dict[str, Any]:
        return {
            "directory_id": self.directory_id,
            "unique_id": plan.unique_id,
            "person_id": person_id,
            "dn": plan.dn,
            "dn_folded": plan.dn_folded,
            "stamp": plan.stamp,
        }

    def _move(self, moved: Sequence[Plan]) -> None:
        rows = [
            {"_id": plan.known.identity_id, "dn": plan.dn, "dn_folded": plan.dn_folded,
             "stamp": plan.stamp}
            for plan in moved
            if plan.known
        ]  # fmt: skip
        if rows:
            statement = update(Identity).where(Identity.id == bindparam("_id"))
            db.session.connection().execute(
                statement.values(
                    dn=bindparam("dn"), dn_folded=bindparam("dn_folded"), stamp=bindparam("stamp")
                ),
                rows,
            )


def _state_after(plan: Plan) -> PersonState:
    if plan.known is None or plan.is_back:
        return PersonState.ACTIVE
    return plan.known.state


def _blocks(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    for start in range(0, len(plans), BLOCK):
        yield plans[start : start + BLOCK]
