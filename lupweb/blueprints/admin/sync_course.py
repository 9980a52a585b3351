"""How a run went, as its page tells it: where the time went, what was asked, and what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lupweb.runs.models import Run
from lupweb.sync import course
from lupweb.texts import Text, _

PHASE_NAMES: Mapping[str, Text] = {
    course.PROBING: _("Connecting, and asking the server what it is"),
    course.READING: _("Reading and comparing people"),
    course.PLANNING: _("Looking at the changes as a whole"),
    course.APPLYING: _("Writing people"),
    course.GROUPS: _("Groups"),
    course.PICTURES: _("Pictures"),
    course.RETIRING: _("Hiding people who are gone"),
    course.LINKING: _("Linking people who name each other"),
    course.OTHER: _("Beginning and ending the run"),
}
KIBIBYTE = 1024


@dataclass(frozen=True)
class Course:
    """How a run went.

    :param phases: what was done, and how many seconds that took
    :param amounts: of what -> how much; a number, or a text
    :param next_at: when the next run was due when this one ended
    """

    phases: Sequence[tuple[Text | str, float]]
    amounts: Mapping[Text, int | Text | str]
    next_at: datetime | None


def course_of(run: Run) -> Course | None:
    """Return how a run went; None of one that has not ended, or is older than this record."""
    told = run.course
    if not told:
        return None
    marks = told["marks"]
    amounts: dict[Text, int | Text | str] = {
        _("Pages of entries"): told["pages"],
        _("Questions for single entries"): told["questions"],
        _("Begun again"): told["retries"],
    }
    if told["bytes"]:
        amounts[_("Received over the network")] = size_of(told["bytes"])
    if marks["before"] or marks["after"]:
        amounts[_("Mark before")] = marks["before"] or "–"
        amounts[_("Mark after")] = marks["after"] or "–"
    return Course(
        [
            (PHASE_NAMES.get(each["phase"], each["phase"]), each["seconds"])
            for each in told["phases"]
        ],
        amounts,
        datetime.fromisoformat(told["next"]) if told["next"] else None,
    )


def size_of(count: int) -> Text:
    """Return a number of bytes in words."""
    if count < KIBIBYTE**2:
        return _("%(n)s KiB", n=f"{count / KIBIBYTE:.1f}")
    return _("%(n)s MiB", n=f"{count / KIBIBYTE**2:.1f}")
