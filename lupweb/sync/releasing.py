"""Do what a run held back, once an administrator has looked at it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import get_directory
from lupweb.people.states import PersonState
from lupweb.profiles.layout import Layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.runs.models import PlanItem, Run
from lupweb.runs.states import RunState
from lupweb.sync.apply import Writer
from lupweb.sync.group_marks import forget_groups_of
from lupweb.sync.guards import last_administrators
from lupweb.sync.holding import releasable
from lupweb.sync.items import AT_ONCE, OVERTAKEN, Action, known_plan, new_plan
from lupweb.sync.known import Here, stored_values
from lupweb.sync.links import link
from lupweb.sync.plan import Known, Plan
from lupweb.texts import Text, _, ngettext


class Release:
    """The release of what one run held. Whatever is done already is left out, so that a release
    that was interrupted can be repeated.

    :param released_id: the run whose rows say what is to be done
    """

    def __init__(self, run: Run, released: Run, directory: Directory, lease: HeldLease) -> None:
        self.run_id, self.released_id = run.id, released.id
        self.counters = Counter(released.counters)
        self.here = Here(directory.id, directory.position, released.id)
        self.lease = lease
        self.counted: set[str] = set()
        self.kept: list[tuple[str, str]] = []
        self.done = 0
        self._directory_key = directory.key
        self._own: set[str] = set()

    def perform(self, layout: Layout) -> None:
        """Hide, disable, make and change whom the run named, in blocks; end the run."""
        writer = Writer(
            self.released_id, self.here.directory_id, self._directory_key, layout, self.lease
        )
        of_here = layout.supplied_by(self._directory_key)
        self._own = {each.key for each in of_here if each.directory or each.falls_through}
        with transaction():
            self.lease.heartbeat()
            forget_groups_of(self.here.directory_id)
        for block in _blocks(self.released_id):
            self._hide(writer, [each for each in block if each.action == Action.HIDE])
            for some in _each_once([each for each in block if each.action != Action.HIDE]):
                self._write(writer, some)
        link(layout, self.lease, self.released_id)
        self._finish()

    def _hide(self, writer: Writer, items: Sequence[PlanItem]) -> None:
        ids = [each.person_id for each in items if each.person_id is not None]
        stay = last_administrators(set(ids))
        stay |= {each.person_id for each in items if each.person_id and OVERTAKEN in each.entry}
        self.kept += [(each.login, "@state") for each in items if each.person_id in stay]
        entries = _present(self.here, [id_ for id_ in ids if id_ not in stay])
        end_reading()
        hidden = writer.retire(entries)
        self.counters["missing"] += hidden
        self.done += hidden

    def _write(self, writer: Writer, items: Sequence[PlanItem]) -> None:
        plans = [each for each in self._plans(items) if each is not None]
        stay = last_administrators({each.person_id for each in plans if each.disables})
        self.kept += [(each.login, "@state") for each in plans if _stays(each, stay)]
        plans = [each for each in plans if not _stays(each, stay)]
        end_reading()
        failed = {each.unique_id for each in writer.write(plans)}
        self.kept += [(each.login, "") for each in plans if each.unique_id in failed]
        for each in plans:
            if each.unique_id not in failed:
                self._count(each)

    def _plans(self, items: Sequence[PlanItem]) -> Iterator[Plan | None]:
        known = self.here.known_people([each.unique_id for each in items])
        stored = stored_values([each.person_id for each in known.values()])
        for item in items:
            yield self._plan(item, known.get(item.unique_id), stored)

    def _plan(
        self, item: PlanItem, known: Known | None, stored: Mapping[int, Mapping[str, str]]
    ) -> Plan | None:
        if item.action == Action.NEW:
            return new_plan(item) if known is None else None
        if known is None or (_is_away(known) and item.action != Action.BACK):
            self.kept.append((item.login, ""))
            return None
        plan, moved = known_plan(item, known, stored.get(known.person_id, {}))
        if known.is_shadowed:  # another directory goes first by now
            moved += [key for key in plan.changes if key not in self._own]
            plan.changes = {key: new for key, new in plan.changes.items() if key in self._own}
        self.kept += [(item.login, key) for key in moved]
        return plan if plan.changes_person else None

    def _count(self, plan: Plan) -> None:
        self.counters["values_changed"] += len(plan.changes)
        self.counters["disabled"] += plan.disables
        if plan.unique_id in self.counted:
            return
        self.counted.add(plan.unique_id)
        self.done += 1
        self.counters["skipped"] -= 1
        kind = "new" if plan.known is None else "back" if plan.is_back else "changed"
        self.counters[kind] += 1

    def _finish(self) -> None:
        with transaction():
            self.lease.hold()
            for login, key in self.kept:
                text = _("Changed since it was held. It stays as it is.")
                runs.note_problem(self.released_id, text, login=login, field=key)
            self.counters["held"] = 0
            state = RunState.PARTIAL if self.kept else RunState.DONE
            runs.finish(self.released_id, state, self._said(), self.counters)
            db.session.get_one(Directory, self.here.directory_id).state = str(state)
            if self.run_id != self.released_id:
                also = _("What was held has been approved with run %(run)s.", run=self.released_id)
                counters = {**runs.get_run(self.run_id).counters, "held": 0}
                runs.finish(self.run_id, state, also, counters)

    def _said(self) -> Text:
        if not self.kept:
            return ngettext(
                "What was held has been approved: %(count)s person.",
                "What was held has been approved: %(count)s people.",
                self.done,
                count=self.done,
            )
        return _(
            "What was held has been approved, for so many people: %(count)s. What changed since"
            " stays as it is, and is listed: %(kept)s.",
            count=self.done,
            kept=len(self.kept),
        )


def begin_release(run_id: int, lease: HeldLease, digest: str = "") -> Release:
    """Return the release of what a run holds; call inside the transaction that takes the lease.

    :param digest: of the set that the administrator was shown; "": as the run names it
    :raises NotFound: if there is no such run
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    """
    run = runs.get_run(run_id)
    released = releasable(run_id, run.subject, digest)
    return Release(run, released, get_directory(run.subject.partition(":")[2]), lease)


def _blocks(run_id: int) -> Iterator[list[PlanItem]]:
    """Yield what is to be released, a block at a time, each read in a transaction of its own."""
    last = 0
    while True:
        rows = (
            select(PlanItem)
            .where(PlanItem.run_id == run_id, PlanItem.guard != "", PlanItem.id > last)
            .order_by(PlanItem.id)
            .limit(AT_ONCE)
        )
        block = list(db.session.scalars(rows))
        if not block:
            return
        last = block[-1].id
        for item in block:
            db.session.expunge(item)
        yield block


def _each_once(items: Sequence[PlanItem]) -> Iterator[Sequence[PlanItem]]:
    """Yield all items, nobody's twice at once: two guards may hold a part of the same person, and
    the second part is planned with what the first one has written.
    """
    while items:
        first: dict[str, PlanItem] = {}
        for each in items:
            first.setdefault(each.unique_id, each)
        yield list(first.values())
        items = [each for each in items if first[each.unique_id] is not each]


def _is_away(known: Known) -> bool:
    return known.is_gone or known.state not in {PersonState.ACTIVE, PersonState.DISABLED}


def _stays(plan: Plan, stay: set[int]) -> bool:
    return plan.known is not None and plan.disables and plan.person_id in stay


def _present(here: Here, person_ids: Sequence[int]) -> list[int]:
    """Return the entries of these people that the last complete reading had."""
    rows = select(Identity.id).where(
        Identity.directory_id == here.directory_id,
        Identity.person_id.in_(person_ids),
        Identity.is_gone.is_(False),
    )
    return list(db.session.scalars(rows))
