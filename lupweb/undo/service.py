"""Take back what a run changed (sync.md section 17). Writes here only, never to a directory."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db, transaction
from lupweb.directories.service import find_directory
from lupweb.errors import AlreadyRunning, Forbidden, LeaseLost, LupwebError, ReadOnlyMode
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import load_layout
from lupweb.profiles.picture_past import PICTURE, kept
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, name_run, take
from lupweb.runs.models import Run
from lupweb.runs.states import REKEY, RunState
from lupweb.runs.undone import UNDO
from lupweb.sync import fetched_pictures
from lupweb.sync.guards import last_administrators
from lupweb.sync.links import link
from lupweb.sync.noting import GROUP
from lupweb.texts import Text, _
from lupweb.undo.before import STATE, Putting, befores_of, current, putting, touched_people
from lupweb.undo.belonging import Belonging
from lupweb.undo.restoring import Restorer

UNDO_FOR = timedelta(days=30)


def undo(run_id: int, *, trigger: str, read_only: bool = False) -> int:
    """Take back what a run changed, but for what was changed since; return the undo's number.

    People whom the run made become missing, those it hid come back. Memberships in groups of a
    directory and pictures are as before too. Until something is read and written again, the
    schedule rests, and the next run is a dry run; pictures that were fetched from addresses are
    taken again as soon as there are others. The undo is itself a run, and can be undone. One that
    was interrupted is completed by the next attempt.

    :param trigger: who or what asks, in words
    :raises NotFound: if there is no such run
    :raises Forbidden: if it wrote nothing that could be taken back, or is older than 30 days
    :raises AlreadyRunning: if another run of the same is at work
    :raises ReadOnlyMode: in read-only mode
    """
    _refuse_read_only(read_only)
    with transaction():
        undone = runs.get_run(run_id)
        refuse(undone)
        lease = _taken(undone.subject, trigger)
        undo_id = runs.start(undone.subject, trigger=trigger, mode=UNDO, reason=_reason(run_id))
        runs.get_run(undo_id).about_run_id = run_id
        name_run(lease, undo_id)
    _perform(run_id, undo_id, lease)
    return undo_id


def request_undo(viewer: Viewer, run_id: int, *, trigger: str, read_only: bool = False) -> int:
    """Ask a worker to do what `undo` does; call inside a transaction; return the undo's number.

    :raises NotFound: if there is no such run
    :raises Forbidden: if `viewer` is no administrator, the run wrote nothing that could be taken
        back, or it is older than 30 days
    :raises ReadOnlyMode: in read-only mode
    """
    require_administrator(viewer)
    _refuse_read_only(read_only)
    undone = runs.get_run(run_id)
    refuse(undone)
    reason = _reason(run_id)
    return runs.request(undone.subject, trigger=trigger, mode=UNDO, reason=reason, about=run_id)


def perform(undo_id: int) -> None:
    """Do an undo that waits; nothing if another worker has taken it, or it is over."""
    with transaction():
        waiting = runs.get_run(undo_id)
        run_id = waiting.about_run_id
        if waiting.state is not RunState.QUEUED or run_id is None:
            return
        try:
            lease = _taken(waiting.subject, waiting.trigger)
        except AlreadyRunning:
            return  # it goes on waiting until the lease is free
        runs.begin(undo_id)
        name_run(lease, undo_id)
    _perform(run_id, undo_id, lease)


def refuse(run: Run) -> None:
    """Refuse to take back what cannot be; a page asks it before it offers the button.

    :raises Forbidden: saying why
    """
    if run.state.is_active:
        raise Forbidden(_("Run %(run)s has not ended yet. Stop it first.", run=run.id))
    if run.mode == REKEY:
        raise Forbidden(
            _(
                "Run %(run)s changed what tells people apart, and nothing about them. The settings"
                " of the directory change it back.",
                run=run.id,
            )
        )
    if run.dry_run:
        raise Forbidden(_("Run %(run)s was a dry run: it changed nothing.", run=run.id))
    if clock.now() - run.started_at > UNDO_FOR:
        raise Forbidden(
            _("Run %(run)s is older than 30 days and can no longer be taken back.", run=run.id)
        )
    if next(touched_people(run.id), None) is None:
        raise Forbidden(_("Run %(run)s changed nobody: there is nothing to take back.", run=run.id))


def _refuse_read_only(read_only: bool) -> None:
    if read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was changed."))


def _reason(run_id: int) -> Text:
    return _("what run %(run)s changed is taken back", run=run_id)


def _taken(subject: str, trigger: str) -> HeldLease:
    lease = take(subject, trigger)
    runs.end_interrupted(lease.interrupted_run_id)
    return lease


def _perform(run_id: int, undo_id: int, lease: HeldLease) -> None:
    work = _Undo(run_id, undo_id, lease)
    state = RunState.FAILED
    message: Text | str = _("Interrupted. What was put back stays; undoing it again goes on.")
    try:
        with beating(lease):
            work.perform()
        state, message = RunState.DONE, work.said()
    except LupwebError as error:
        message = error.message
    finally:
        _finish(undo_id, lease, state, message, work.counters)


def _finish(
    undo_id: int, lease: HeldLease, state: RunState, message: Text | str, counters: Counter[str]
) -> None:
    with transaction():
        try:
            lease.hold()
        except LeaseLost:
            return  # whoever took the lease over has ended this run
        runs.finish(undo_id, state, message, counters)
        lease.release()


class _Undo:
    """One undo at work."""

    def __init__(self, run_id: int, undo_id: int, lease: HeldLease) -> None:
        self.run_id, self.undo_id, self.lease = run_id, undo_id, lease
        self.layout = load_layout(options()["phone_region"])
        subject = runs.get_run(run_id).subject
        self.is_of_pictures = subject == fetched_pictures.SUBJECT
        directory = find_directory(subject.partition(":")[2])
        self.restorer = Restorer(
            undo_id,
            self.layout,
            directory.id if directory else None,
            asks_again=not self.is_of_pictures,
        )
        self.belonging = Belonging(undo_id)
        self.counters: Counter[str] = Counter(kept=0)

    def perform(self) -> None:
        for ids in touched_people(self.run_id):
            with transaction():
                self.lease.heartbeat()
                self._put_back(ids)
        link(self.layout, self.lease, self.undo_id)

    def _put_back(self, ids: Sequence[int]) -> None:
        rows = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
        people = {
            each.id: each
            for each in db.session.scalars(rows, execution_options={"populate_existing": True})
        }
        groups = self.belonging.groups_of(ids)
        now = {each.id: current(each, groups.get(each.id, ())) for each in people.values()}
        plans = [
            putting(each, people[each.person_id], now[each.person_id])
            for each in befores_of(self.run_id, ids)
        ]
        self._keep_last_administrators(plans)
        self._keep_lost_pictures(plans)
        self.belonging.put_back(plans)
        self._count(plans, people)
        self._list_kept(plans, people)
        self.restorer.restore([each for each in plans if each.back], people, now)
        self.restorer.forget_stamps(ids)

    def _keep_last_administrators(self, plans: Sequence[Putting]) -> None:
        leaving = {each.person_id for each in plans if each.state not in {None, PersonState.ACTIVE}}
        stay = last_administrators(leaving)
        for each in plans:
            if each.person_id in stay:
                each.keep([STATE])

    @staticmethod
    def _keep_lost_pictures(plans: Sequence[Putting]) -> None:
        """Keep the pictures of now where those of before are not there any more."""
        wanted = {each.back[PICTURE] for each in plans if each.back.get(PICTURE)}
        there = kept(wanted) if wanted else set()
        for each in plans:
            if each.back.get(PICTURE, "") not in {"", *there}:
                each.keep([PICTURE])

    def _count(self, plans: Sequence[Putting], people: dict[int, Person]) -> None:
        for each in plans:
            kind = _kind(each, people[each.person_id])
            self.counters[kind] += 1
            self.counters["seen"] += kind != "missing"
            self.counters["values_changed"] += sum(key[0] != "@" for key in each.back)
            self.counters["memberships"] += sum(key.startswith(GROUP) for key in each.back)
            self.counters["pictures_changed"] += PICTURE in each.back
            self.counters["kept"] += len(each.kept)

    def _list_kept(self, plans: Sequence[Putting], people: dict[int, Person]) -> None:
        text = _("Changed since run %(run)s. It stays as it is.", run=self.run_id)
        for each in plans:
            for key in each.kept:
                login = people[each.person_id].login
                runs.note_problem(self.undo_id, text, login=login, field=key)

    def said(self) -> Text:
        counted = self.counters
        if self.is_of_pictures:
            return _(
                "Run %(run)s was taken back: %(pictures)s pictures as before; %(kept)s were changed"
                " since and stay. What it had fetched is not taken again; another picture there, or"
                " another address, is.",
                run=self.run_id,
                pictures=counted["pictures_changed"],
                kept=counted["kept"],
            )
        return _(
            "Run %(run)s was taken back. People changed: %(changed)s, shown again: %(back)s,"
            " hidden: %(missing)s. As before: memberships %(memberships)s, pictures %(pictures)s."
            " Values that were changed since, and stay: %(kept)s. The schedule rests: the next run"
            " is a dry run, and after a run that writes it goes on.",
            run=self.run_id,
            changed=counted["changed"],
            back=counted["back"],
            missing=counted["missing"],
            memberships=counted["memberships"],
            pictures=counted["pictures_changed"],
            kept=counted["kept"],
        )


def _kind(plan: Putting, person: Person) -> str:
    if not plan.back:
        return "skipped" if plan.kept else "unchanged"
    if plan.state is PersonState.MISSING:
        return "missing"
    if plan.state is not None and person.state is PersonState.MISSING:
        return "back"
    return "changed"
