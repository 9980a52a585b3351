"""What a diagnosis says: the checks on a value's way, the one reason, and what mends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lupweb.texts import Text


class Reason(StrEnum):
    """Why a value is not here, in the order in which they are named (interface.md section 6)."""

    VIEWER_MAY_NOT_SEE = "viewer_may_not_see"
    PERSON_UNKNOWN = "person_unknown"
    PERSON_LOCAL = "person_local"
    PERSON_INACTIVE = "person_inactive"
    NOT_IN_ANY_DIRECTORY = "not_in_any_directory"
    IN_SEVERAL_DIRECTORIES = "in_several_directories"
    FIELD_HAS_NO_SOURCE = "field_has_no_source"
    OTHER_SOURCE_WINS = "other_source_wins"
    DIRECTORY_UNREACHABLE = "directory_unreachable"
    BIND_REFUSED = "bind_refused"
    STAMPS_NOT_UNDERSTOOD = "stamps_not_understood"
    ATTRIBUTE_UNKNOWN = "attribute_unknown"
    ATTRIBUTE_NOT_READABLE = "attribute_not_readable"
    ENTRY_HAS_NO_VALUE = "entry_has_no_value"
    VALUE_DOES_NOT_FIT = "value_does_not_fit"
    REFERENCE_NOT_FOUND = "reference_not_found"
    PENDING_WRITE = "pending_write"
    FIELD_HELD = "field_held"
    NOT_READ_YET = "not_read_yet"
    RUN_IN_PROGRESS = "run_in_progress"
    RUN_FAILED = "run_failed"
    READ_ONLY_MODE = "read_only_mode"
    VALUE_IS_HERE = "value_is_here"


class State(StrEnum):
    """How a check came out; `LOOK`: no fault, and worth a look."""

    OK = "ok"
    PROBLEM = "problem"
    LOOK = "look"
    SKIPPED = "skipped"


class Act(StrEnum):
    """What an administrator may do about a finding. Those of `LEADS` open a page, others act."""

    READ_PERSON = "read_person"
    READ_CHANGES = "read_changes"
    READ_EVERYTHING = "read_everything"
    READ_SOURCE = "read_source"
    SWITCH_ATTRIBUTE = "switch_attribute"
    ENABLE_DIRECTORY = "enable_directory"
    ASK_FIRST = "ask_first"
    TAKE_FROM = "take_from"
    FALL_THROUGH = "fall_through"
    RECOGNISE_STAMPS = "recognise_stamps"
    SHOW_RUN = "show_run"
    SHOW_DIRECTORY = "show_directory"
    SHOW_DIRECTORIES = "show_directories"
    SHOW_SOURCES = "show_sources"
    SHOW_PERSON = "show_person"
    SHOW_FIELD = "show_field"
    SHOW_CATEGORY = "show_category"
    SHOW_GROUPS = "show_groups"
    SHOW_POLICIES = "show_policies"
    SHOW_WRITE_BACK = "show_write_back"
    EDIT_PROFILE = "edit_profile"
    SHOW_PROFILE = "show_profile"


LEADS = frozenset(act for act in Act if act.value.startswith(("show_", "edit_")))


@dataclass(frozen=True)
class Fix:
    """A button.

    :param target: what it acts on: a directory's key, a run's number, a category's key; "" where
        person and field say it
    :param value: what is to be there, as the name of an attribute
    :param asks: what it does to others, said before it is done; "" does nothing of the kind
    """

    act: Act
    label: Text
    target: str = ""
    value: str = ""
    asks: Text | str = ""


@dataclass(frozen=True)
class Check:
    """One step of a value's way.

    :param evidence: what was seen, one line each; never a value that is kept from who asks
    :param fix: what to do, in words; "" where nothing is
    :param reason: what it is named as, if it is the first problem
    """

    id: str
    state: State
    text: Text | str
    evidence: Sequence[Text | str] = ()
    fix: Text | str = ""
    fixes: Sequence[Fix] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Explanation:
    """The answer: what stands in the way, and everything that was looked at.

    :param verdict: the sentence of the check that decided
    :param decisive: that check
    :param asked: whether directories were asked now
    """

    verdict: Text | str
    reason: Reason
    checks: Sequence[Check]
    decisive: Check
    asked: bool = False
    count: Mapping[State, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the answer as one JSON document (interface.md section 3)."""
        return {
            "verdict": str(self.verdict),
            "reason": str(self.reason),
            "checks": [
                {
                    "id": each.id,
                    "state": str(each.state),
                    "text": str(each.text),
                    "evidence": "\n".join(map(str, each.evidence)),
                    "fix": str(each.fix),
                }
                for each in self.checks
            ],
        }


@dataclass(frozen=True)
class FieldVerdict:
    """What is found out about one of the fields of a person."""

    key: str
    name: str
    found: Explanation

    @property
    def is_here(self) -> bool:
        """Return whether nothing stands in the way of the value."""
        return self.found.reason is Reason.VALUE_IS_HERE

    def document(self) -> dict[str, str]:
        """Return it as one JSON document."""
        return {
            "field": self.key,
            "verdict": str(self.found.verdict),
            "reason": str(self.found.reason),
        }


def problem(
    name: str,
    reason: Reason,
    text: Text,
    evidence: Sequence[Text],
    fix: Text,
    fixes: Sequence[Fix],
) -> Check:
    """Return a check that came out as a problem."""
    return Check(name, State.PROBLEM, text, evidence, fix, fixes, reason)


def first_problem(checks: Sequence[Check]) -> Check | None:
    """Return the problem that goes before the others; None if there is none."""
    order = list(Reason)
    found = [each for each in checks if each.state is State.PROBLEM and each.reason]
    return min(
        found, key=lambda each: order.index(each.reason or Reason.VALUE_IS_HERE), default=None
    )
