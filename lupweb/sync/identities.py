"""Which entry is whose: written with the people, in the same transaction."""

from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import bindparam, update

from lupweb.database import compact_json, db
from lupweb.directories import offers
from lupweb.directories.models import Identity
from lupweb.profiles.bulk import insert_columns, insert_rows
from lupweb.profiles.pictures import mark_due
from lupweb.sync.columns import Columns
from lupweb.sync.plan import Plan

COLUMNS = (
    "directory_id", "unique_id", "person_id", "dn", "dn_folded", "stamp", "match",
    "disabled_reason", "is_person", "is_gone", "first_run_id",
)  # fmt: skip


def _tie(people: Iterable[tuple[Plan, int]], directory_id: int) -> None:
    """Tie entries to people who were there before; none of them has been tied yet."""
    rows = [
        (
            directory_id, plan.unique_id, person_id, plan.dn, plan.dn_folded, plan.stamp,
            plan.match, plan.disabled_reason, plan.is_listed, False, None,
        )
        for plan, person_id in people
    ]  # fmt: skip
    insert_rows(Identity, COLUMNS, rows)


def tie_new(
    said: Columns,
    person_ids: Sequence[int],
    directory_id: int,
    run_id: int | None,
    falling: Collection[str],
) -> None:
    """Tie entries to people who were made just now, by this run.

    :param falling: keys of the fields that fall through
    """
    columns: tuple[Iterable[Any], ...] = (
        repeat(directory_id), said.unique_ids, person_ids, said.dns, said.dns_folded, said.stamps,
        said.matches, said.disabled, said.listed, repeat(False), repeat(run_id),
    )  # fmt: skip
    named = dict(zip(COLUMNS, columns, strict=True))
    if falling:
        named["offers"] = _offers(said, falling)
    insert_columns(Identity, named)


def keep_offers(plans: Sequence[Plan], directory_id: int) -> None:
    """Store what entries of known people say of the fields that fall through."""
    changed = [each for each in plans if each.changes_offers]
    offers.keep(
        ((each.unique_id, each.falling.said) for each in changed if each.falling), directory_id
    )


def _offers(said: Columns, falling: Collection[str]) -> list[str]:
    """Return what each entry says of these fields, as it is stored."""
    columns = [(key, said.column(key)) for key in sorted(falling)]
    return [
        compact_json({key: column[place] for key, column in columns if column[place]})
        for place in range(len(said.unique_ids))
    ]


def keep_identities(plans: Sequence[Plan], directory_id: int) -> None:
    """Store what entries of known people are like now; ask for their pictures again."""
    _tie([(plan, plan.person_id) for plan in plans if not _identity_id(plan)], directory_id)
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
