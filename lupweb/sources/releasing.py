"""Do what a run of a source held back, once an administrator has looked at it (section 7)."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.profiles.delivering import Deliverer, Said, store_delivered
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import load_layout
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, take
from lupweb.runs.models import PlanItem, Run
from lupweb.runs.states import WHOLE_SUBJECT, RunState
from lupweb.sources import alternative, xml_file
from lupweb.sources.delivery import BLOCK
from lupweb.sources.holding import digest_of, held_items
from lupweb.sources.people import blocks
from lupweb.texts import Text, _

COMPLETE = (RunState.DONE, RunState.PARTIAL, RunState.HELD)


def source_of(subject: str) -> Source | None:
    """Return the source that runs of a subject are of; None for a directory that makes people."""
    if subject == xml_file.SUBJECT:
        return Source.XML
    key = subject.removeprefix(alternative.PREFIX)
    return Source.ALTERNATIVE_LDAP if alternative.is_alternative(key) else None


def refuse_to_apply(run: Run) -> None:
    """Refuse to apply the plan of a dry run of a file: only its import can do it.

    :raises Forbidden: for every such run
    """
    if run.subject == xml_file.SUBJECT:
        raise Forbidden(
            _("What this run would do, an import does: lupweb import xml. Nothing was changed.")
        )


def approve(run_id: int, source: Source, digest: str = "") -> None:
    """Empty what a run would have emptied, exactly for the people that it named.

    What changed since stays as it is, and is listed.

    :param digest: of the set that the administrator was shown (`Run.held_digest`); "": as it is
    :raises NotFound: if there is no such run
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    :raises AlreadyRunning: if a run of the source is at work
    """
    with transaction():
        run = runs.get_run(run_id)
        _refuse_outdated(run, digest)
        lease = take(run.subject, "approval")
        by = Deliverer(source, run.subject.partition(":")[2], run_id, clock.now())
    with beating(lease):
        done, kept = 0, 0
        for block in blocks(held_items(run_id), BLOCK):
            changed, left = _release(block, by, lease)
            done, kept = done + changed, kept + left
    with transaction():
        lease.hold()
        _finish(runs.get_run(run_id), done, kept)
        lease.release()


def _refuse_outdated(run: Run, digest: str) -> None:
    if run.state != RunState.HELD:
        raise Forbidden(_("Run %(number)s holds nothing. Nothing was changed.", number=run.id))
    newer = select(Run.id).where(
        Run.subject == run.subject,
        Run.id > run.id,
        Run.state.in_(COMPLETE),
        Run.mode.in_(WHOLE_SUBJECT),
        Run.dry_run.is_(False),
    )
    later = db.session.scalar(newer.order_by(Run.id.desc()).limit(1))
    if later is not None:
        raise Forbidden(
            _(
                "Run %(later)s has read the source since. What run %(number)s held is out of date;"
                " look at the later one. Nothing was changed.",
                later=later,
                number=run.id,
            )
        )
    if digest not in {"", run.held_digest} or digest_of(run.id) != run.held_digest:
        raise Forbidden(
            _("What run %(number)s held has changed since. Read again first.", number=run.id)
        )


def _release(items: Sequence[PlanItem], by: Deliverer, lease: HeldLease) -> tuple[int, int]:
    """Return how many values were changed, and how many are others since."""
    layout = load_layout(options()["phone_region"])
    own = {each.key for each in layout.fields() if each.source is by.source}
    said: dict[int, Said] = {}
    kept = 0
    with transaction():
        lease.heartbeat()
        wanted = {each.person_id: each for each in items if each.person_id is not None}
        people = select(Person).where(Person.id.in_(wanted)).with_for_update()
        for person in db.session.scalars(people):
            item, now = wanted[person.id], values_of(person.document)
            fits = {
                key: after
                for key, (before, after) in item.changes.items()
                if key in own and now.get(key, "") == before
            }
            said[person.id] = Said(dict(fits))
            for key in item.changes.keys() - fits.keys():
                text = _("Changed since it was held. It stays as it is.")
                runs.note_problem(item.run_id, text, login=item.login, field=key)
                kept += 1
        changes = store_delivered(layout, said, by)
    return len(changes), kept


def _finish(run: Run, done: int, kept: int) -> None:
    counters = Counter(run.counters)
    counters["changed"] += counters["held"]
    counters["skipped"] -= counters["held"]
    counters["held"] = 0
    counters["values_changed"] += done
    state = RunState.PARTIAL if kept else RunState.DONE
    runs.finish(run.id, state, _said(done, kept), {key: n for key, n in counters.items() if n})


def _said(done: int, kept: int) -> Text:
    if not kept:
        return _("What was held has been approved: %(count)s values.", count=done)
    return _(
        "What was held has been approved: %(count)s values. %(kept)s changed since, and stay as"
        " they are; they are listed.",
        count=done,
        kept=kept,
    )
