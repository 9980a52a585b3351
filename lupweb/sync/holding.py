"""What a run held back: kept with its reason, and asked for by an administrator (section 7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import func, select

from lupweb.database import db, transaction
from lupweb.errors import Forbidden, NotFound
from lupweb.profiles.layout import Layout
from lupweb.runs.models import PlanItem, Run
from lupweb.runs.service import get_run
from lupweb.runs.states import OVERTAKES, RunState
from lupweb.sync import brake
from lupweb.sync.brake import Guard, Verdict
from lupweb.sync.guards import EMAIL, Held, leave
from lupweb.sync.items import AT_ONCE, OVERTAKEN, Action, add_rows, digest_of
from lupweb.sync.plan import Plan
from lupweb.texts import Text, _

COMPLETE = (RunState.DONE, RunState.PARTIAL, RunState.HELD)
Overtaken = Mapping[int, Sequence[str]]
"""What is held and no longer so: number of the item -> keys of fields, or "@state"."""


def keep(held: Held) -> list[Verdict]:
    """Record what a run held, and why; call inside a transaction.

    :returns: what was held, that of a plan which is out of date included
    """
    run = get_run(held.run_id)
    add_rows(held.rows)
    verdicts = held.verdicts + _moved(held.run_id)
    run.guards = [asdict(each) for each in verdicts]
    run.held_digest = digest_of_run(held.run_id) if verdicts and not run.dry_run else ""
    return verdicts


def verdicts_of(run: Run) -> list[Verdict]:
    """Return what held something in a run."""
    return [Verdict(**{**each, "guard": Guard(each["guard"])}) for each in run.guards]


def reason_of(layout: Layout, verdict: Verdict) -> Text:
    """Return why something was held, in words."""
    field = layout.find_field(verdict.field)
    name = str(_("e-mail address")) if verdict.field == EMAIL else verdict.field
    return brake.reason(verdict, field.name if field else name)


def held_items(run_id: int) -> Iterator[PlanItem]:
    """Yield what a run holds, in the order of the list; a thousand in memory."""
    rows = (
        select(PlanItem)
        .where(PlanItem.run_id == run_id, PlanItem.guard != "")
        .order_by(PlanItem.guard, PlanItem.name, PlanItem.id)
    )
    yield from db.session.scalars(rows, execution_options={"yield_per": AT_ONCE})


def is_held(person_id: int, field_key: str) -> bool:
    """Return whether the latest runs hold the value of a field of a person."""
    return any(field_key in item.changes for item in _items_of(person_id))


def leave_what_is_held(planned: Plan, subject: str) -> Overtaken:
    """Take out of a plan what the latest run of a directory holds of this person.

    Somebody read alone would otherwise lose at once what the run keeps until it is approved. The
    entry counts as unread then, as it does after such a run.

    :returns: what the entry no longer says of what is held; for `note_overtaken`
    """
    items = list(_items_of(planned.person_id, subject))
    overtaken = {item.id: _no_longer_so(item, planned) for item in items}
    held = {key for item in items for key in item.changes}
    if not held.isdisjoint({*planned.changes, *planned.renames}):
        leave(planned, held)
        planned.hold_part()
    return overtaken


def note_overtaken(overtaken: Overtaken) -> None:
    """Keep what an approval has to leave as it is, since the entry was read again; a transaction
    only where a run holds something of the person.
    """
    if not overtaken:
        return
    with transaction():
        for item in db.session.scalars(select(PlanItem).where(PlanItem.id.in_(overtaken))):
            item.entry = {**item.entry, OVERTAKEN: overtaken[item.id]}


def _no_longer_so(item: PlanItem, planned: Plan) -> list[str]:
    if item.action == Action.HIDE:
        return ["@state"]  # the entry was found
    said = {**planned.changes, **{key: pair[1] for key, pair in planned.renames.items()}}
    return [key for key, pair in item.changes.items() if said.get(key) != pair[1]]


def _items_of(person_id: int, subject: str = "") -> Iterator[PlanItem]:
    """Yield what the latest runs hold of a person."""
    rows = (
        select(PlanItem)
        .join(Run, Run.id == PlanItem.run_id)
        .where(PlanItem.person_id == person_id, Run.state == RunState.HELD, PlanItem.guard != "")
        .order_by(PlanItem.id.desc())
    )
    if subject:
        rows = rows.where(Run.subject == subject)
    for item in db.session.scalars(rows).all():
        if _newest_of(item.run_id) is None:
            yield item


def digest_of_run(run_id: int) -> str:
    """Return what names exactly the set that a run holds."""
    columns = (
        PlanItem.guard, PlanItem.action, PlanItem.person_id, PlanItem.unique_id, PlanItem.changes
    )  # fmt: skip
    rows = select(*columns).where(PlanItem.run_id == run_id, PlanItem.guard != "")
    found = db.session.execute(rows, execution_options={"yield_per": AT_ONCE})
    return digest_of(row._asdict() for row in found)


def releasable(run_id: int, subject: str, digest: str = "") -> Run:
    """Return the run whose held set is to be released: the newest one that holds the same.

    :param digest: of the set that the administrator was shown; "": as the run names it
    :raises NotFound: if there is no such run of the subject
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    """
    run = get_run(run_id)
    if run.subject != subject:
        raise NotFound(_("There is no run %(number)s.", number=run_id))
    if run.state != RunState.HELD:
        raise Forbidden(_("Run %(number)s holds nothing. Nothing was changed.", number=run_id))
    newest = _newest_of(run_id)
    if newest is not None and not _holds_the_same(newest, run):
        raise Forbidden(
            _(
                "Run %(later)s has read the directory since. What run %(number)s held is out of"
                " date; look at the later one. Nothing was changed.",
                later=newest.id,
                number=run.id,
            )
        )
    released = newest or run
    if digest not in {"", run.held_digest} or digest_of_run(released.id) != run.held_digest:
        raise Forbidden(
            _("What run %(number)s held has changed since. Read again first.", number=run_id)
        )
    return released


def refuse_outdated(planned: Run) -> None:
    """Refuse to apply what is no plan, or one that a later run has overtaken.

    :raises Forbidden: naming which of the two
    """
    if not planned.dry_run or planned.state not in COMPLETE:
        raise Forbidden(_("Run %(number)s has no plan that could be applied.", number=planned.id))
    newest = _newest_of(planned.id)
    if newest is not None:
        raise Forbidden(
            _(
                "Run %(later)s has read the directory since. The plan of run %(number)s is out of"
                " date. Nothing was changed.",
                later=newest.id,
                number=planned.id,
            )
        )


def _moved(run_id: int) -> list[Verdict]:
    moved = PlanItem.run_id == run_id, PlanItem.guard == Guard.MOVED
    count = db.session.scalar(select(func.count(PlanItem.id)).where(*moved)) or 0
    return [Verdict(Guard.MOVED, count, 0, count)] if count else []


def _newest_of(run_id: int) -> Run | None:
    """Return the last run that looked at the same people since, or None."""
    run = get_run(run_id)
    newer = select(Run).where(
        Run.subject == run.subject,
        Run.id > run.id,
        Run.state.in_(COMPLETE),
        Run.mode.in_(OVERTAKES),
        Run.dry_run.is_(False),
    )
    return db.session.scalar(newer.order_by(Run.id.desc()).limit(1))


def _holds_the_same(newest: Run, run: Run) -> bool:
    return newest.state == RunState.HELD and newest.held_digest == run.held_digest
