"""Which entry is whose: written with the people, in the same transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, update

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.pictures import mark_due
from lupweb.sync.plan import Plan

COLUMNS = (
    "directory_id", "unique_id", "person_id", "dn", "dn_folded", "stamp", "match",
    "disabled_reason", "is_person", "is_gone", "first_run_id",
)  # fmt: skip


def tie(
    people: Iterable[tuple[Plan, int]], directory_id: int, first_run_id: int | None = None
) -> None:
    """Tie entries to people, none of which has been tied before.

    :param first_run_id: the run that made the people; None if they were there before
    """
    rows = [
        (
            directory_id, plan.unique_id, person_id, plan.dn, plan.dn_folded, plan.stamp,
            plan.match, plan.disabled_reason, plan.is_listed, False, first_run_id,
        )
        for plan, person_id in people
    ]  # fmt: skip
    insert_rows(Identity, COLUMNS, rows)


def keep_identities(plans: Sequence[Plan], directory_id: int) -> None:
    """Store what entries of known people are like now; ask for their pictures again."""
    tie([(plan, plan.person_id) for plan in plans if not _identity_id(plan)], directory_id)
    moved = [_kept(plan) for plan in plans if _identity_id(plan)]
    mark_due([plan.person_id for plan in plans])
    if moved:
        columns: dict[str, Any] = {name: bindparam(name) for name in moved[0] if name != "_id"}
        statement = update(Identity).where(Identity.id == bindparam("_id")).values(columns)
        db.session.connection().execute(statement, moved)


def _identity_id(plan: Plan) -> int | None:
    return plan.known.identity_id if plan.known else None


def _kept(plan: Plan) -> dict[str, Any]:
    return {
        "_id": _identity_id(plan),
        "dn": plan.dn,
        "dn_folded": plan.dn_folded,
        "stamp": plan.stamp,
        "match": plan.match,
        "disabled_reason": plan.disabled_reason,
        "is_person": plan.is_listed,
        "is_gone": False,
    }
