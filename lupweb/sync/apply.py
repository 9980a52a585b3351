"""Write plans: in blocks, a transaction each, fenced by the lease."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from lupweb import clock
from lupweb.accounts.sessions import close_sessions_of_people
from lupweb.audit.service import Change
from lupweb.audit.service import record as record_history
from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import content_hash, values_of, with_values
from lupweb.profiles.layout import Layout
from lupweb.profiles.pictures import mark_due
from lupweb.profiles.service import PersonRow, apply_changes, tell_changed
from lupweb.sync.plan import Plan

BLOCK = 500


class Fence(Protocol):
    """What lets only one write: a lease."""

    def heartbeat(self) -> None:
        """Say that the writer lives. :raises LeaseLost: if somebody else writes now"""


class Unfenced:
    """The fence of whoever writes one person, and needs no lease for it."""

    def heartbeat(self) -> None:
        """Allow it."""


@dataclass(frozen=True)
class Writer:
    """Writes what one run of one directory has decided.

    :param run_id: None for a person who signs in
    :param keeps_history: off at the first load of a directory: there is no before
    """

    run_id: int | None
    directory_id: int
    directory_key: str
    layout: Layout
    lease: Fence
    keeps_history: bool = True

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

    def retire(self, identity_ids: Sequence[int]) -> int:
        """Note that these entries are gone; hide whom no other directory holds.

        :returns: how many people are missing now; they are kept whole
        """
        missing = 0
        for start in range(0, len(identity_ids), BLOCK):
            with transaction():
                self.lease.heartbeat()
                missing += len(self._retire_block(list(identity_ids[start : start + BLOCK])))
        return missing

    def set_state(self, ids: Sequence[int], state: PersonState) -> None:
        """Give these people a state; call inside a transaction."""
        before = dict(
            db.session.execute(select(Person.id, Person.state).where(Person.id.in_(ids))).all()
        )
        db.session.execute(
            update(Person).where(Person.id.in_(ids)).values(state=state, rev=Person.rev + 1)
        )
        self._record(Change(id_, "@state", str(before[id_]), str(state)) for id_ in ids)
        close_sessions_of_people(ids)
        tell_changed(ids)

    def _retire_block(self, identity_ids: list[int]) -> list[int]:
        gone = Identity.id.in_(identity_ids)
        people = list(db.session.scalars(select(Identity.person_id).where(gone)))
        db.session.execute(update(Identity).where(gone).values(is_gone=True))
        held = (
            select(Identity.person_id)
            .join(Directory, Directory.id == Identity.directory_id)
            .where(
                Identity.person_id.in_(people), Identity.is_gone.is_(False), Directory.is_enabled
            )
        )
        elsewhere = set(db.session.scalars(held))
        shown = (PersonState.ACTIVE, PersonState.DISABLED)
        missing = select(Person.id).where(
            Person.id.in_([id_ for id_ in people if id_ not in elsewhere]), Person.state.in_(shown)
        )
        ids = list(db.session.scalars(missing))
        if ids:
            self.set_state(ids, PersonState.MISSING)
        return ids

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
            ids = dict(
                zip(
                    (plan.unique_id for plan in changed),
                    apply_changes(self.layout, [self._row(plan) for plan in changed]),
                    strict=True,
                )
            )
            self._keep_identities(block, ids)
            close_sessions_of_people([ids[plan.unique_id] for plan in changed if plan.disables])
            if self.keeps_history:
                self._record(change for plan in changed for change in _changes(plan, ids))

    def _keep_identities(self, block: Sequence[Plan], ids: dict[str, int]) -> None:
        touched = [plan for plan in block if plan.changes_identity]
        new = [self._new_identity(plan, ids) for plan in touched if not _identity_id(plan)]
        if new:
            db.session.execute(insert(Identity), new)
        moved = [
            {**_kept(plan), "_id": _identity_id(plan)} for plan in touched if _identity_id(plan)
        ]
        mark_due([plan.known.person_id for plan in touched if plan.known])
        if moved:
            columns: dict[str, Any] = {name: bindparam(name) for name in moved[0] if name != "_id"}
            statement = update(Identity).where(Identity.id == bindparam("_id")).values(columns)
            db.session.connection().execute(statement, moved)

    def _new_identity(self, plan: Plan, ids: dict[str, int]) -> dict[str, Any]:
        person_id = plan.known.person_id if plan.known else ids[plan.unique_id]
        return {
            **_kept(plan),
            "directory_id": self.directory_id,
            "unique_id": plan.unique_id,
            "person_id": person_id,
            "first_run_id": None if plan.known else self.run_id,
        }

    def _row(self, plan: Plan) -> PersonRow:
        known = plan.known
        document, provenance = with_values(
            known.document if known else {},
            known.provenance if known else {},
            plan.changes,
            {
                "source": "ldap",
                "directory": self.directory_key,
                "run": str(self.run_id or ""),
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
            state=plan.state,
            is_listed=plan.is_listed,
            document=document,
            provenance=provenance,
            content_hash=content_hash(plan.login, plan.name, plan.email, document["values"]),
            changed_keys=frozenset(plan.changes),
        )

    def _record(self, changes: Iterator[Change]) -> None:
        record_history(changes, source="ldap", run_id=self.run_id, at=clock.now())


def _identity_id(plan: Plan) -> int | None:
    return plan.known.identity_id if plan.known else None


def _kept(plan: Plan) -> dict[str, Any]:
    """Return what is kept about an entry, whoever its person is."""
    return {
        "dn": plan.dn,
        "dn_folded": plan.dn_folded,
        "stamp": plan.stamp,
        "match": plan.match,
        "disabled_reason": plan.disabled_reason,
        "is_person": plan.is_listed,
        "is_gone": False,
    }


def _changes(plan: Plan, ids: dict[str, int]) -> Iterator[Change]:
    """Yield a line of history for each value that a plan changes."""
    person_id = ids[plan.unique_id]
    if plan.known is None:
        yield Change(person_id, "@state", "", str(plan.state))
    for key, (old, new) in plan.renames.items():
        if key != "@sort_name":
            yield Change(person_id, key, old, new)
    stored = values_of(plan.known.document) if plan.known else {}
    for key, value in plan.changes.items():
        yield Change(person_id, key, stored.get(key, ""), value)


def _blocks(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    for start in range(0, len(plans), BLOCK):
        yield plans[start : start + BLOCK]
