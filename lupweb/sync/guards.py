"""Look at what a run would do as a whole, before anybody is written (sync.md section 7)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from lupweb.accounts.grants import ADMINISTRATORS, holders_of
from lupweb.accounts.roles import Role
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.runs import service as runs
from lupweb.sync import brake
from lupweb.sync.brake import Guard, Limits, Verdict
from lupweb.sync.items import AT_ONCE, Action, Row, entry_of, hide_row, row_of
from lupweb.sync.known import Absent, Here
from lupweb.sync.plan import Plan
from lupweb.sync.reading import Reading
from lupweb.texts import _

NAMES = frozenset({"@login", "@name"})
EMAIL = "@email"


@dataclass
class Held:
    """What a run may not do by itself.

    :param rows: what is kept of it (`holding.keep`)
    """

    run_id: int
    verdicts: list[Verdict] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def plans(self, verdict: Verdict, plans: Iterable[Plan]) -> None:
        """Hold plans as a whole."""
        self.verdicts.append(verdict)
        self.rows += (row_of(self.run_id, each, verdict.guard) for each in plans)

    def hides(self, verdict: Verdict, person_ids: Sequence[int]) -> None:
        """Hold the hiding of people; reads their names."""
        self.verdicts.append(verdict)
        self.rows += hide_rows(self.run_id, person_ids, verdict.guard)


def hold_what_is_too_much(reading: Reading, absent: Absent) -> Held:
    """Take from what waits to be written what is too much at once; count it.

    Who is held in part is written but for that part, and read again by the next run.

    :param absent: who was not met
    """
    held = Held(reading.task.run_id)
    here = reading.task.here
    part = _Part(held)
    if not reading.task.is_first:
        _hold_others(reading, held, absent)
        _hold_new(reading, held, here)
        _hold_disabling(reading, held, here)
        _hold_renames(reading, part, here)
    _hold_clearing(reading, part, here)  # also of people whom another directory brought
    end_reading()
    reading.counters["held"] += len(part.people)
    return held


def hold_removal(reading: Reading, held: Held, absent: Absent, shown: int) -> bool:
    """Hold the hiding of those who were not found, if they are too many; return whether.

    :param shown: people of the directory that are shown now
    """
    gone = len(absent.shown_ids)
    limits = _limits(reading)
    if not brake.holds(gone, active=shown, seen=reading.met, limits=limits):
        return False
    verdict = Verdict(Guard.REMOVAL, gone, brake.limit(shown, limits), shown)
    held.hides(verdict, absent.shown_ids)
    reading.counters["held"] += gone
    return True


def refuse_last_administrators(reading: Reading, absent: Absent) -> Absent:
    """Leave the last administrators as they are, and list them; return who else is gone.

    Somebody has to be able to repair what went wrong in the directory.
    """
    disabled = {each.person_id for each in reading.waiting if each.disables}
    stay = last_administrators(disabled.union(absent.shown_ids))
    if not stay:
        end_reading()
        return absent
    here = reading.task.here
    kept = [each for each in reading.waiting if each.known and each.person_id in stay]
    refused = [each for each in kept if each.disables]
    identity_ids = _entries(here, stay)
    end_reading()
    reading.leave(refused)
    _list_refused(reading, stay)
    return Absent(
        [id_ for id_ in absent.identity_ids if id_ not in identity_ids],
        [id_ for id_ in absent.shown_ids if id_ not in stay],
    )


def last_administrators(leaving: set[int]) -> set[int]:
    """Return those of these people without whom nobody would have a role of administration.

    :param leaving: who would no longer be able to sign in
    """
    stay: set[int] = set()
    if not leaving:
        return stay
    for roles in (ADMINISTRATORS, [Role.SYSTEM_ADMINISTRATOR]):
        people, is_local = holders_of(roles)
        if people and not is_local and people <= leaving:
            stay |= people
    return stay


def hide_rows(run_id: int, person_ids: Sequence[int], guard: Guard | None) -> Iterable[Row]:
    """Yield the rows of people who would be hidden; a query for each thousand."""
    for start in range(0, len(person_ids), AT_ONCE):
        some = Person.id.in_(person_ids[start : start + AT_ONCE])
        rows = select(Person.id, Person.login, Person.name).where(some).order_by(Person.id)
        for id_, login, name in db.session.execute(rows).all():
            yield hide_row(run_id, id_, login, name, guard)


def _limits(reading: Reading) -> Limits:
    facts = reading.task.facts
    return Limits(facts.most_missing, facts.most_missing_percent)


def _hold_others(reading: Reading, held: Held, absent: Absent) -> None:
    """Hold everybody new where nobody of those who are known was met."""
    gone = len(absent.identity_ids)
    if gone < brake.FEW:
        return
    new = [each for each in reading.waiting if each.known is None]
    known = reading.task.here.count_present()
    if brake.is_another(len(new), gone=gone, known=known):
        held.plans(Verdict(Guard.SERVER, len(new), 0, known), new)
        reading.hold(new)


def _hold_new(reading: Reading, held: Held, here: Here) -> None:
    new = [each for each in reading.waiting if each.known is None]
    if len(new) <= brake.LEAST:
        return
    known = here.count_present()
    if brake.holds_new(len(new), seen=reading.met, known=known):
        most = known * brake.TIMES_AS_MANY
        held.plans(Verdict(Guard.NEW, len(new), most, known), new)
        reading.hold(new)


def _hold_disabling(reading: Reading, held: Held, here: Here) -> None:
    disabled = [each for each in reading.waiting if each.disables]
    limits = _limits(reading)
    if len(disabled) <= limits.least:
        return
    shown = here.count_shown()
    most = brake.limit(shown, limits)
    if len(disabled) > most:
        held.plans(Verdict(Guard.DISABLE, len(disabled), most, shown), disabled)
        reading.hold(disabled)


class _Part:
    """Who is held in part."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.people: set[str] = set()

    def hold(
        self, verdicts: Sequence[Verdict], plans: Sequence[Plan], keys: Callable[[Plan], list[str]]
    ) -> None:
        """Hold some fields of these plans, which are written but for them."""
        self.held.verdicts += verdicts
        for each in plans:
            self.held.rows.append(_withheld(self.held.run_id, each, verdicts[0].guard, keys(each)))
            self.people.add(each.unique_id)


def _hold_renames(reading: Reading, part: _Part, here: Here) -> None:
    known = [each for each in reading.waiting if each.known]
    renamed = [each for each in known if not NAMES.isdisjoint(each.renames)]
    if len(renamed) <= brake.LEAST_RENAMED:
        return
    people = here.count_present()
    most = brake.rename_limit(people)
    if len(renamed) > most:
        verdict = Verdict(Guard.RENAME, len(renamed), most, people)
        part.hold([verdict], renamed, lambda each: sorted(NAMES & each.renames.keys()))


def _hold_clearing(reading: Reading, part: _Part, here: Here) -> None:
    emptied: dict[str, list[Plan]] = defaultdict(list)
    for each in reading.waiting:
        for key in _emptied(each):
            emptied[key].append(each)
    verdicts = {}
    for key, plans in emptied.items():
        if len(plans) <= brake.LEAST_CLEARED:
            continue
        holders = _count_holders(None if reading.task.is_first else here, key)
        most = brake.clear_limit(holders)
        if len(plans) > most:
            verdicts[key] = Verdict(Guard.CLEAR, len(plans), most, holders, key)
    if verdicts:
        concerned = {each.unique_id: each for key in verdicts for each in emptied[key]}
        part.hold(
            list(verdicts.values()),
            list(concerned.values()),
            lambda each: sorted(verdicts.keys() & set(_emptied(each))),
        )


def _emptied(plan: Plan) -> list[str]:
    """Return the fields that a plan empties, but for those that follow from others."""
    if plan.known is None:
        return []
    found = [
        key
        for key, value in plan.changes.items()
        if not value and plan.before.get(key) and key not in plan.computed
    ]
    is_silent = plan.known.email and not plan.email and not plan.is_shadowed
    return [*found, EMAIL] if is_silent else found


def _withheld(run_id: int, plan: Plan, guard: Guard, keys: Sequence[str]) -> Row:
    """Take fields out of a plan; return the row that keeps them.

    Its entry counts as unread from then on: the next run looks at it again, and so does an
    approval know what was read.
    """
    row = row_of(run_id, plan, guard)
    row["action"] = str(Action.CHANGE)
    row["changes"] = {key: row["changes"][key] for key in keys}
    row["entry"] = entry_of(plan)
    if plan.is_held:  # by another guard, which has taken the stamp already
        row["entry"]["stamp"] = plan.held_stamp
    else:
        plan.hold_part()
    leave(plan, keys)
    return row


def leave(plan: Plan, keys: Collection[str]) -> None:
    """Leave fields of somebody who is known as they are stored, names and address among them."""
    known = plan.known
    assert known is not None  # noqa: S101 for the type checker; only what is stored can be left
    for key in keys:
        plan.changes.pop(key, None)
    if plan.falling:
        plan.falling.keep(keys)
    if set(plan.changes) <= plan.computed:  # they follow from what is left as it was
        plan.changes, plan.computed = {}, frozenset()
    if EMAIL in keys:
        plan.email = known.email
    if "@login" in keys:
        plan.login, plan.login_folded = known.login, fold_login(known.login)
        plan.match = known.match
    if "@name" in keys:
        plan.name, plan.sort_name = known.name, known.sort_name


def _count_holders(here: Here | None, key: str) -> int:
    """Return how many people have a value of a field.

    :param here: counts those whom the last reading had; None: all whom any directory has
    """
    value = Person.email if key == EMAIL else Person.document["values", key].as_string()
    present = here.is_present() if here else Identity.is_gone.is_(False)
    people = select(func.count(Person.id.distinct())).join(Identity)
    return db.session.scalar(people.where(present, value != "")) or 0


def _entries(here: Here, person_ids: set[int]) -> set[int]:
    rows = select(Identity.id).where(
        Identity.directory_id == here.directory_id, Identity.person_id.in_(person_ids)
    )
    return set(db.session.scalars(rows))


def _list_refused(reading: Reading, person_ids: set[int]) -> None:
    with transaction():
        rows = select(Person.login).where(Person.id.in_(person_ids)).order_by(Person.id)
        for login in db.session.scalars(rows).all():
            text = _(
                "Stays as it was: without this person, nobody could administer the site any more."
                " Give somebody else the role first."
            )
            runs.note_problem(reading.task.run_id, text, login=login, field="@state")
