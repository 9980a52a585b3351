"""Plans as rows: what a run would make of a person, and back again what is needed to write it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, insert, select

from lupweb import clock
from lupweb.database import db
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import as_json, content_hash
from lupweb.runs.models import PlanItem, Run
from lupweb.sync.brake import Guard
from lupweb.sync.plan import Falling, Known, Plan

KEPT = timedelta(days=30)
AT_ONCE = 1_000
"""Items that are written or read together."""
ENTRY = (
    "unique_id", "dn", "dn_folded", "stamp", "match", "disabled_reason", "is_listed", "login",
    "login_folded", "name", "sort_name", "email",
)  # fmt: skip
FALLING = "falling"
"""Stands in an entry beside `ENTRY`, where fields fall through."""
OVERTAKEN = "overtaken"
"""Stands there too, where the person was read again since: the keys that are no longer to change.
It is in `entry` so that the set that was shown stays the same one."""
NAMES = {"@login": "login", "@name": "name", "@email": "email"}
Row = dict[str, Any]
Changes = Mapping[str, Sequence[str]]


class Action(StrEnum):
    """What becomes of a person."""

    NEW = "new"
    CHANGE = "change"
    HIDE = "hide"
    BACK = "back"
    DISABLE = "disable"
    ENABLE = "enable"


def action_of(plan: Plan) -> Action:
    """Return what a plan does, at its most notable."""
    if plan.known is None:
        return Action.NEW
    if plan.is_back:
        return Action.BACK
    if plan.disables:
        return Action.DISABLE
    if plan.known.state is PersonState.DISABLED and plan.state is PersonState.ACTIVE:
        return Action.ENABLE
    return Action.CHANGE


def action_of_step(step: tuple[str, str] | None) -> Action:
    """Return what a step of the state was: before and after; None: there was none."""
    if step is None:
        return Action.CHANGE
    before, after = step
    if after == PersonState.MISSING:
        return Action.HIDE
    if after == PersonState.DISABLED:
        return Action.DISABLE
    return Action.ENABLE if before == PersonState.DISABLED else Action.BACK


def changes_of(plan: Plan) -> dict[str, list[str]]:
    """Return what people would see change: field key -> before, after."""
    if plan.known is None:
        named = {key: ["", getattr(plan, name)] for key, name in NAMES.items()}
    else:
        named = {key: [*pair] for key, pair in plan.renames.items() if key != "@sort_name"}
    values = {key: [plan.before.get(key, ""), new] for key, new in plan.changes.items()}
    return {key: pair for key, pair in {**named, **values}.items() if pair[0] != pair[1]}


def row_of(run_id: int, plan: Plan, guard: Guard | None = None) -> Row:
    """Return a plan as a row; what a guard holds has with it what is needed to write it."""
    return {
        "run_id": run_id,
        "person_id": plan.known.person_id if plan.known else None,
        "unique_id": plan.unique_id,
        "login": plan.login,
        "name": plan.name,
        "action": str(action_of(plan)),
        "guard": str(guard or ""),
        "changes": changes_of(plan),
        "entry": entry_of(plan) if guard else {},
    }


def entry_of(plan: Plan) -> dict[str, Any]:
    """Return what the directory said of a person, but for the values.

    Of fields that fall through the values as well: the person may have those of another one.
    """
    entry = {name: getattr(plan, name) for name in ENTRY}
    if plan.falling:
        entry[FALLING] = {"said": {**plan.falling.said}, "suppliers": {**plan.falling.suppliers}}
    return entry


def hide_row(run_id: int, person_id: int, login: str, name: str, guard: Guard | None) -> Row:
    """Return the row of somebody who would be hidden."""
    return {
        "run_id": run_id,
        "person_id": person_id,
        "unique_id": "",
        "login": login,
        "name": name,
        "action": str(Action.HIDE),
        "guard": str(guard or ""),
        "changes": {},
        "entry": {},
    }


def add_rows(rows: Sequence[Row]) -> None:
    """Store rows; call inside a transaction."""
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert(PlanItem), rows[start : start + AT_ONCE])


def forget_old_plans() -> int:
    """Delete the plans, and what was held, of runs that began more than 30 days ago."""
    old = select(Run.id).where(Run.started_at <= clock.now() - KEPT)
    found = db.session.connection().execute(delete(PlanItem).where(PlanItem.run_id.in_(old)))
    return found.rowcount


def digest_of(rows: Iterable[Row]) -> str:
    """Return what names exactly this set: guards, people, fields and values."""
    lines = sorted(
        f"{row['guard']}|{row['action']}|{row['person_id']}|{row['unique_id']}|"
        f"{sorted((key, pair[1]) for key, pair in row['changes'].items())}"
        for row in rows
    )
    return blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()


def new_plan(item: PlanItem) -> Plan:
    """Return the plan of somebody new, as it was when it was held."""
    changes = {key: pair[1] for key, pair in item.changes.items() if key not in NAMES}
    document = as_json(changes)
    named = [item.entry[name] for name in ("login", "name", "sort_name", "email")]
    return _plan(item.entry, document, content_hash(document, *named), changes, None)


def known_plan(item: PlanItem, known: Known, stored: Mapping[str, str]) -> tuple[Plan, list[str]]:
    """Return the plan of somebody who is known, and the fields that changed since it was held.

    What has become what it was to become, is left out of both.
    """
    now = {**stored, **{key: getattr(known, name) for key, name in NAMES.items()}}
    now |= {"@state": str(known.state), "@listed": str(known.is_listed)}
    open_ = {key: pair for key, pair in item.changes.items() if now.get(key, "") != pair[1]}
    overtaken = item.entry.get(OVERTAKEN, ())
    moved = [k for k, pair in open_.items() if now.get(k, "") != pair[0] or k in overtaken]
    wanted = {key: pair[1] for key, pair in open_.items() if key not in moved}
    plan = _plan(item.entry, "", b"", {k: v for k, v in wanted.items() if k[0] != "@"}, known)
    plan.before = {key: pair[0] for key, pair in open_.items()}
    _leave_names(plan, known, wanted)
    return plan, moved


def _leave_names(plan: Plan, known: Known, wanted: Mapping[str, str]) -> None:
    """Keep what is not to become something else as it is stored."""
    if "@login" not in wanted:
        plan.login, plan.login_folded = known.login, fold_login(known.login)
    if "@name" not in wanted:
        plan.name, plan.sort_name = known.name, known.sort_name
    if "@email" not in wanted:
        plan.email = known.email
    if "@listed" not in wanted:
        plan.is_listed = known.is_listed
    if "@state" not in wanted:
        plan.disabled_reason = known.disabled_reason


def _plan(
    entry: Mapping[str, Any],
    document: str,
    hashed: bytes,
    changes: dict[str, str],
    known: Known | None,
) -> Plan:
    falling = entry.get(FALLING)
    return Plan(
        **{name: entry[name] for name in ENTRY},
        document=document,
        content_hash=hashed,
        changes=changes,
        problems=(),
        known=known,
        falling=Falling(falling["said"], None, falling["suppliers"]) if falling else None,
    )
