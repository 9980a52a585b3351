"""What happens between the start of a run and its end: read, hold, write, link, retire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lupweb.database import end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.models import Identity
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import (
    CredentialsRefused,
    DirectoryError,
    DirectoryUnavailable,
    InvalidValue,
    LimitExceeded,
    LupwebError,
)
from lupweb.ldap.paging import PAGE_SIZE
from lupweb.people.models import Person
from lupweb.runs.states import CREDENTIALS_REFUSED, RunState
from lupweb.sync import holding, secondary
from lupweb.sync.brake import Guard, Verdict
from lupweb.sync.course import APPLYING, GROUPS, LINKING, PICTURES, PLANNING, READING, RETIRING
from lupweb.sync.enumerating import read_once, signed_in
from lupweb.sync.group_marks import forget_groups
from lupweb.sync.groups import read_groups
from lupweb.sync.guards import (
    Held,
    hold_removal,
    hold_what_is_too_much,
    refuse_last_administrators,
)
from lupweb.sync.holding import reason_of
from lupweb.sync.known import Absent
from lupweb.sync.links import link
from lupweb.sync.pictures import read_pictures
from lupweb.sync.preparing import check_question
from lupweb.sync.reading import Reading
from lupweb.sync.surprises import UNSEEN, note_surprises
from lupweb.sync.task import Task
from lupweb.texts import Text, _, ngettext

TRIES = 3
GROUPS_READ = "groups_read"
"""The counter that tells whether a run of the groups alone had anything to read."""
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
        with task.course.phase(READING):
            reading, breaks = _read(task, connect, begun)
    except DirectoryError as error:
        return failed(error, _written(begun))
    if not reading.seen and not reading.why_skipped and task.is_first:
        return _nobody_found(task.facts)
    return settle(reading, connect, breaks)


def failed(error: LupwebError, counters: Mapping[str, int] | None = None) -> Outcome:
    """Return the end of a run that an error broke off; what kind of error, is counted."""
    refused = {CREDENTIALS_REFUSED: 1} if isinstance(error, CredentialsRefused) else {}
    return Outcome(RunState.FAILED, error.message, {**(counters or {}), **refused})


def only_groups(task: Task, connect: Connect) -> Outcome:
    """Bring the members of groups up to date, and nothing else; cheap where no group changed.

    :raises DirectoryError: if the directory does not answer; members stay as they are
    """
    try:
        check_question(task.facts)
    except InvalidValue as error:
        return Outcome(RunState.REFUSED, error.message)
    with signed_in(task, connect) as session, task.course.phase(GROUPS):
        is_read = read_groups(task, session, moves_members=False)
    if is_read:
        return Outcome(RunState.DONE, _("The members of all groups were read."), {GROUPS_READ: 1})
    return Outcome(RunState.DONE, _("No group has changed since they were read last."))


def settle(reading: Reading, connect: Connect, breaks: int) -> Outcome:
    """Hold what is too much, write the rest, read groups and pictures, hide who is gone, link.

    A dry run does so with its plan, and with nothing else.

    :param breaks: how often the enumeration had to begin again
    """
    task, phase = reading.task, reading.task.course.phase
    with phase(PLANNING):
        held, absent = _looked_at(reading, breaks)
    if reading.moves_members and not task.dry_run:
        forget_groups(task)
    with phase(APPLYING):
        reading.write()
        if not task.dry_run:
            secondary.make_missing((Person, Identity))
    if task.dry_run:
        return _retire(reading, held, absent, breaks)
    try:
        _read_the_rest(reading, connect, absent)
    except DirectoryError as error:
        with transaction():
            holding.keep(held)
        reading.counters.update(link(task.layout, task.lease, task.run_id))
        return Outcome(RunState.FAILED, _people_only(error), reading.counters)
    # again: a group that was read just now may have left only them a role
    absent = refuse_last_administrators(reading, absent)
    with phase(RETIRING):
        outcome = _retire(reading, held, absent, breaks)
    # last, since a manager may have left just now
    is_quiet = reading.is_quiet and not outcome.counters["missing"]
    fresh_id = task.facts.id if reading.is_alone and _is_fresh(reading, breaks) else None
    with phase(LINKING):
        links = link(task.layout, task.lease, task.run_id, is_quiet=is_quiet, fresh_id=fresh_id)
    reading.counters.update(links)
    return outcome


def _looked_at(reading: Reading, breaks: int) -> tuple[Held, Absent]:
    """Look at the plans as a whole: what is too much to be done unasked, and who is gone."""
    note_surprises(reading)
    absent = _absent(reading, breaks)
    held = hold_what_is_too_much(reading, absent)
    return held, refuse_last_administrators(reading, absent)


def _read_the_rest(reading: Reading, connect: Connect, absent: Absent) -> None:
    """Read groups and pictures; once more, on a new connection, if that breaks off."""
    try:
        _read_groups_and_pictures(reading, connect, absent)
    except DirectoryUnavailable:
        reading.task.course.retries += 1
        _read_groups_and_pictures(reading, connect, absent)


def _read_groups_and_pictures(reading: Reading, connect: Connect, absent: Absent) -> None:
    task, gone = reading.task, absent.identity_ids
    with signed_in(task, connect) as session:
        with task.course.phase(GROUPS):
            read_groups(task, session, moves_members=reading.moves_members, absent=gone)
        if task.options.get("picture_source") == "ldap":
            attribute = task.options["picture_attribute"]
            with task.course.phase(PICTURES):
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
            return read_once(task, connect, sizes[0], begun), breaks
        except LimitExceeded:
            if len(sizes) == 1:
                raise
            sizes.pop(0)
        except DirectoryUnavailable:
            if breaks == TRIES - 1:
                raise
    return read_once(task, connect, sizes[0], begun), TRIES


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


def _nobody_readable(reading: Reading) -> Text:
    return _(
        "None of the %(n)s entries that were found could be read. The first one: %(why)s The stored"
        " profiles stay as they are. Check the attributes in the settings of the directory.",
        n=reading.counters["seen"],
        why=reading.why_skipped,
    )


def _retire(reading: Reading, held: Held, absent: Absent, breaks: int) -> Outcome:
    """Hide the people who are gone, if the brake allows; say how the run ended."""
    task, counters = reading.task, reading.counters
    shown = task.here.count_shown() if absent.shown_ids else 0
    stay = task.here.at(reading.nameless) if absent.identity_ids else set()
    end_reading()
    counters["missing"] = 0
    if not hold_removal(reading, held, absent, shown):
        # an entry that only lost its unique id for us is still there
        gone = [id_ for id_ in absent.identity_ids if id_ not in stay]
        counters["missing"] = task.writer.retire(gone)
    with transaction():
        verdicts = holding.keep(held)
    counters["held"] += sum(each.count for each in verdicts if each.guard is Guard.MOVED)
    if verdicts and not task.dry_run:
        return Outcome(RunState.HELD, _held(task, verdicts), counters)
    if reading.why_skipped and counters["failed"] == counters["seen"]:
        return Outcome(RunState.FAILED, _nobody_readable(reading), counters)
    state = RunState.PARTIAL if counters["failed"] else RunState.DONE
    said = _planned(task, verdicts) if task.dry_run else _summary(counters, breaks)
    return Outcome(state, said, counters)


def _absent(reading: Reading, breaks: int) -> Absent:
    """Return who was not found; nobody in a first load that was written just now."""
    absent = Absent() if _is_fresh(reading, breaks) else reading.absent()
    end_reading()
    return absent


def _is_fresh(reading: Reading, breaks: int) -> bool:
    """Return whether this run has made everybody of the directory, in one go."""
    return reading.task.is_first and not breaks


def _held(task: Task, verdicts: Sequence[Verdict]) -> str:
    if any(each.guard is Guard.REMOVAL for each in verdicts):
        rest = _("Nobody was hidden; everything else was brought up to date.")
    else:
        rest = _(
            "This was left as it is; everything else was brought up to date. Approve it if it is"
            " right."
        )
    return f"{_reasons(task, verdicts)} {rest}"


def _planned(task: Task, verdicts: Sequence[Verdict]) -> str:
    said = _("A dry run: nothing was changed. The plan says what a run would do now.")
    return f"{said} {_reasons(task, verdicts)}".strip()


def _reasons(task: Task, verdicts: Sequence[Verdict]) -> str:
    return " ".join(str(reason_of(task.layout, each)) for each in verdicts)


def _summary(counters: Mapping[str, int], breaks: int) -> str:
    said = _(
        "%(changed)s changed of %(seen)s people seen; %(new)s new, %(missing)s no longer found.",
        changed=counters["changed"] + counters["back"],
        seen=counters["seen"],
        new=counters["new"],
        missing=counters["missing"],
    )
    sentences = [said]
    if UNSEEN in counters:
        unseen = counters[UNSEEN]
        sentences.append(_("Differences that no run of changes had seen: %(count)s.", count=unseen))
    if breaks:
        again = ngettext(
            "The enumeration was restarted once.",
            "The enumeration was restarted %(n)s times.",
            breaks,
        )
        sentences.append(again)
    return " ".join(map(str, sentences))
