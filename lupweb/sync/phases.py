"""What happens between the start of a run and its end: read, hold, write, link, retire."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete

from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import DirectoryError, DirectoryUnavailable, InvalidValue, LimitExceeded
from lupweb.ldap.paging import PAGE_SIZE
from lupweb.ldap.session import Directory as LdapSession
from lupweb.runs import service as runs
from lupweb.runs.models import RunProblem
from lupweb.runs.states import RunState
from lupweb.sync import brake, holding
from lupweb.sync.groups import read_groups
from lupweb.sync.known import Absent
from lupweb.sync.links import link
from lupweb.sync.pictures import read_pictures
from lupweb.sync.preparing import (
    VISIBLE,
    check_question,
    mapped_fields,
    naming_of,
    search_filter,
    surroundings,
)
from lupweb.sync.reading import Reading, Task
from lupweb.texts import Text, _, ngettext

TRIES = 3
PAGE_SIZES = (PAGE_SIZE, 200, 50)
"""Page sizes that are tried in turn where a server stops at a limit (sync.md section 19)."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, before it is written down."""

    state: RunState
    message: Text | str
    counters: Mapping[str, int] = field(default_factory=dict)


def synchronize(task: Task, connect: Connect) -> Outcome:
    """Read everybody, and bring the profiles up to date.

    :raises DirectoryError: if the answer is not complete; nobody is hidden then
    """
    try:
        check_question(task.facts)
    except InvalidValue as error:
        return Outcome(RunState.REFUSED, error.message)
    begun: list[Reading] = []
    try:
        reading, breaks = _read(task, connect, begun)
    except DirectoryError as error:
        return Outcome(RunState.FAILED, error.message, _written(begun))
    if not reading.seen and task.is_first:
        return _nobody_found(task.facts)
    held = _hold_disabling(reading)
    reading.write()
    try:
        _read_the_rest(reading, connect)
    except DirectoryError as error:
        link(task.layout, task.lease, task.run_id)
        return Outcome(RunState.FAILED, _people_only(error), reading.counters)
    outcome = _retire(reading, held, breaks)
    link(task.layout, task.lease, task.run_id)  # last, since a manager may have left just now
    return outcome


def _read_the_rest(reading: Reading, connect: Connect) -> None:
    """Read groups and pictures; once more, on a new connection, if that breaks off."""
    try:
        _read_groups_and_pictures(reading, connect)
    except DirectoryUnavailable:
        _read_groups_and_pictures(reading, connect)


def _read_groups_and_pictures(reading: Reading, connect: Connect) -> None:
    task = reading.task
    with _signed_in(task, connect) as session:
        read_groups(task, session)
        if task.options.get("picture_source") == "ldap":
            attribute = task.options["picture_attribute"]
            reading.counters.update(read_pictures(task, session, attribute))


def _people_only(error: DirectoryError) -> Text:
    return _(
        "%(error)s The values of the people were brought up to date; who was not found stays, and"
        " groups and pictures that were not read stay as they were.",
        error=error,
    )


def _written(begun: list[Reading]) -> Mapping[str, int]:
    """Return what was counted by a first load that broke off for good; others wrote nothing."""
    first = (each for each in begun if each.task.is_first)
    furthest = max(first, key=lambda each: each.counters["seen"], default=None)
    return furthest.counters if furthest else {}


def _read(task: Task, connect: Connect, begun: list[Reading]) -> tuple[Reading, int]:
    """Enumerate until an answer is complete; return it, and how often it had to begin again.

    :param begun: gets every enumeration, those that broke off among them
    """
    sizes = list(PAGE_SIZES)
    for breaks in range(TRIES):
        try:
            return _read_once(task, connect, sizes[0], begun), breaks
        except LimitExceeded:
            if len(sizes) == 1:
                raise
            sizes.pop(0)
        except DirectoryUnavailable:
            if breaks == TRIES - 1:
                raise
    return _read_once(task, connect, sizes[0], begun), TRIES


def _read_once(task: Task, connect: Connect, page_size: int, begun: list[Reading]) -> Reading:
    with _signed_in(task, connect) as session:
        traits = session.traits()
        fields, complaints = mapped_fields(task.layout, traits)
        _note_complaints(task, complaints)
        naming = naming_of(task.facts, traits, task.options.get("match_people_by", "login"))
        around = surroundings(session, task.facts, fields, naming, task.options)
        reading = Reading(task, around)
        begun.append(reading)
        wanted = search_filter(task.facts, task.options.get("active_users", VISIBLE))
        reading.read_everybody(session, wanted, page_size)
    return reading


def _note_complaints(task: Task, complaints: list[Text]) -> None:
    """Begin the list of problems: one of an enumeration that broke off would name them twice."""
    with transaction():
        db.session.execute(delete(RunProblem).where(RunProblem.run_id == task.run_id))
        for complaint in complaints:
            runs.note_problem(task.run_id, complaint)


def _signed_in(task: Task, connect: Connect) -> LdapSession:
    session = connect(task.facts.server)
    session.bind(task.facts.bind_dn, task.facts.password)
    return session


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


def _hold_disabling(reading: Reading) -> dict[int, str]:
    """Hold back whom the directory switched off, if they are too many at once."""
    disabled = [plan for plan in reading.waiting if plan.disables and plan.known]
    if not disabled:
        return {}
    shown = reading.task.here.count_shown()
    end_reading()
    if len(disabled) <= brake.limit(shown):
        return {}
    reading.hold(disabled)
    return {plan.known.person_id: holding.DISABLE for plan in disabled if plan.known}


def _retire(reading: Reading, held: dict[int, str], breaks: int) -> Outcome:
    """Hide the people who are gone, if the brake allows; say how the run ended."""
    task, counters = reading.task, reading.counters
    is_fresh = task.is_first and not breaks  # everybody was written just now
    shown = 0 if is_fresh else task.here.count_shown()
    absent = Absent() if is_fresh else task.here.absent(reading.seen)
    end_reading()
    counters["missing"] = 0
    if brake.holds(len(absent.shown_ids), active=shown, seen=len(reading.seen)):
        held |= dict.fromkeys(absent.shown_ids, holding.HIDE)
        counters["held"] += len(absent.shown_ids)
    else:
        counters["missing"] = task.writer.retire(absent.identity_ids)
    if held:
        with transaction():
            holding.keep(task.run_id, held)
        return Outcome(RunState.HELD, _held(held, shown), counters)
    state = RunState.PARTIAL if counters["failed"] else RunState.DONE
    return Outcome(state, _summary(counters, breaks), counters)


def _held(held: Mapping[int, str], shown: int) -> Text:
    gone = sum(action == holding.HIDE for action in held.values())
    if not gone:
        return _(
            "%(count)s of %(shown)s people would be switched off at once. They were left as they"
            " are; everything else was brought up to date. Approve it if that is right.",
            count=len(held),
            shown=shown,
        )
    return _(
        "%(gone)s of %(shown)s people were not found. Nobody was hidden; everything else was"
        " brought up to date. Check whether the directory lost them, or the filter.",
        gone=gone,
        shown=shown,
    )


def _summary(counters: Mapping[str, int], breaks: int) -> str:
    said = _(
        "%(changed)s changed of %(seen)s people seen; %(new)s new, %(missing)s no longer found.",
        changed=counters["changed"] + counters["back"],
        seen=counters["seen"],
        new=counters["new"],
        missing=counters["missing"],
    )
    if not breaks:
        return str(said)
    again = ngettext(
        "The enumeration was restarted once.", "The enumeration was restarted %(n)s times.", breaks
    )
    return f"{said} {again}"
