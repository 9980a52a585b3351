"""Synchronize a directory: the phases of a run, each in its order (sync.md section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory
from lupweb.directories.service import DirectoryFacts, facts_of, get_directory
from lupweb.errors import DirectoryRefused, LupwebError, ReadOnlyMode
from lupweb.ldap.server import ServerTraits
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.runs.states import RunState
from lupweb.sync import brake
from lupweb.sync.groups import read_groups
from lupweb.sync.known import is_first_load, shown_ids
from lupweb.sync.links import link
from lupweb.sync.plan import Naming
from lupweb.sync.reading import Reading, Task, mapped_fields
from lupweb.texts import Text, _

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """How a run ended, before it is written down."""

    state: RunState
    message: Text | str
    counters: Mapping[str, int] = field(default_factory=dict)


def run(
    directory_key: str, *, secret_key: str, connect: Connect, trigger: str, read_only: bool = False
) -> int:
    """Read everybody of a directory and bring the profiles up to date; return the run's number.

    :param trigger: who or what asks, in words
    :param read_only: the site is in read-only mode: the run is refused, and says so
    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if another run of it is at work
    """
    with transaction():
        task = _begin(get_directory(directory_key), secret_key, trigger)
    outcome = Outcome(
        RunState.FAILED, _("Interrupted. What was written stays; the next run goes on.")
    )
    try:
        outcome = _refused() if read_only else _synchronize(task, connect)
    except LupwebError as error:
        outcome = Outcome(RunState.FAILED, error.message)
    finally:
        _finish(task, outcome)
    return task.run_id


def subject_of(directory_key: str) -> str:
    """Return what runs and leases of a directory are filed under."""
    return f"directory:{directory_key}"


def _begin(directory: Directory, secret_key: str, trigger: str) -> Task:
    subject = subject_of(directory.key)
    lease = take(subject, trigger)
    runs.end_interrupted(lease.interrupted_run_id)
    is_first = is_first_load(directory.id)
    reason = _("nobody of it is known yet") if is_first else _("everything was asked for")
    run_id = runs.start(subject, trigger=trigger, mode="full", reason=reason)
    name_run(lease, run_id)
    layout = load_layout(options()["phone_region"])
    return Task(run_id, facts_of(directory, secret_key), layout, lease, is_first)


def _refused() -> Outcome:
    error = ReadOnlyMode(_("The site is in read-only mode. Nothing was read, nothing changed."))
    return Outcome(RunState.REFUSED, error.message)


def _synchronize(task: Task, connect: Connect) -> Outcome:
    with connect(task.facts.server) as session:
        session.bind(task.facts.bind_dn, task.facts.password)
        reading = _reading(task, session.traits())
        reading.read_everybody(session)
        if not reading.seen and task.is_first:
            return _nobody_found(task.facts)
        reading.write()
        link(task.layout, task.lease, task.run_id)
        read_groups(task.facts.id, session, task.lease, task.run_id)
    return _retire(reading)


def _reading(task: Task, traits: ServerTraits) -> Reading:
    fields, complaints = mapped_fields(task.layout, traits)
    if complaints:
        with transaction():
            for complaint in complaints:
                runs.note_problem(task.run_id, complaint)
    facts = task.facts
    if traits.unique_id_attribute is None:
        raise DirectoryRefused(
            _(
                "The directory has no attribute that stays the same for life (entryUUID,"
                " objectGUID). Without one a renamed person would become somebody else."
                " Nothing was changed."
            )
        )
    naming = Naming(
        unique_id=traits.unique_id_attribute,
        stamp=traits.stamp_attribute,
        login=facts.login_attribute,
        name=facts.name_attribute,
        email=facts.email_attribute,
    )
    return Reading(task, naming, fields)


def _nobody_found(facts: DirectoryFacts) -> Outcome:
    return Outcome(
        RunState.REFUSED,
        _(
            "Nobody was found below %(base)s with the filter %(filter)s. Nothing was changed."
            " Check base DN, additional user DN, filter, and what the bind DN may read.",
            base=facts.user_base_dn,
            filter=facts.user_filter,
        ),
    )


def _retire(reading: Reading) -> Outcome:
    """Hide the people who are gone, if the brake allows; say how the run ended."""
    task, counters = reading.task, reading.counters
    shown = shown_ids(task.facts.id)
    end_reading()
    gone = {key: person_id for key, person_id in shown.items() if key not in reading.seen}
    counters["missing"] = 0
    if brake.holds(len(gone), active=len(shown), seen=len(reading.seen)):
        counters["held"] = len(gone)
        return Outcome(RunState.HELD, _held(len(gone), len(shown)), counters)
    task.writer.hide(list(gone.values()))
    counters["missing"] = len(gone)
    state = RunState.PARTIAL if counters["failed"] else RunState.DONE
    return Outcome(state, _summary(counters), counters)


def _held(gone: int, shown: int) -> Text:
    return _(
        "%(gone)s of %(shown)s people were not found. Nobody was hidden; everything else was"
        " brought up to date. Check whether the directory lost them, or the filter.",
        gone=gone,
        shown=shown,
    )


def _summary(counters: Mapping[str, int]) -> Text:
    return _(
        "%(changed)s changed of %(seen)s people seen; %(new)s new, %(missing)s no longer found.",
        changed=counters["changed"] + counters["back"],
        seen=counters["seen"],
        new=counters["new"],
        missing=counters["missing"],
    )


def _finish(task: Task, outcome: Outcome) -> None:
    """Write the end of the run, its marks and its lease in one transaction."""
    with transaction():
        runs.finish(task.run_id, outcome.state, outcome.message, outcome.counters)
        if outcome.state in {RunState.DONE, RunState.PARTIAL}:
            directory = db.session.get_one(Directory, task.facts.id)
            directory.last_full_at = clock.now()
        task.lease.release()
    log.info("run ended", run=task.run_id, directory=task.facts.key, state=str(outcome.state))
