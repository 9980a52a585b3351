"""What a form says about each field, and what becomes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lupweb.errors import InvalidValue
from lupweb.people.queries import BY_NUMBER
from lupweb.profiles.checks import check_entered
from lupweb.profiles.choosing import Find, PersonChoice, Register, SeveralMeant, names_in, register
from lupweb.profiles.desk import Desk, DeskField, names_people
from lupweb.profiles.edit_form import Answer, Sent
from lupweb.profiles.merging import (
    UNKNOWN,
    Mark,
    Outcome,
    Revision,
    Value,
    controls_digest,
    digest,
    is_touched,
    merge,
)
from lupweb.texts import Text, _

IS_MINE = frozenset({Outcome.TAKE_MINE, Outcome.CLASH})


@dataclass(frozen=True)
class Reply:
    """What was sent for one field that may be edited.

    :param base: what the form was made from; None if it does not say
    :param value: what was entered, as it would be stored; only where something was
    :param problem: why it cannot be stored
    """

    open: DeskField
    base: Mark | None
    typed: Sequence[str]
    outcome: Outcome
    value: str = ""
    problem: Text | str = ""
    people: Sequence[PersonChoice] = ()

    @property
    def answer(self) -> Answer:
        """Return how the field stands in the form, when the form is shown again.

        What others changed and this form did not, begins anew with their value.
        """
        if self.outcome is Outcome.TOLD:
            return Answer(problem=self.problem)
        is_same = controls_digest(self.typed) == self.open.now.typed
        mark = self.base or (self.open.mark if is_same else UNKNOWN)
        if self.outcome is Outcome.CLASH:
            mark = replace(mark, asked=self.open.now.stored)
        return Answer(self.typed, mark, self.problem, self.people)


@dataclass(frozen=True)
class Refusals:
    """What was sent for fields that cannot be edited.

    :param forbidden: keys of fields that this form did not offer
    :param locked: answers of fields that were free when the form was made
    :param lost: what was typed into fields that are not there any more
    """

    forbidden: list[str]
    locked: dict[str, Answer]
    lost: list[str]


def find_refusals(desk: Desk, sent: Sent, revision: Revision) -> Refusals:
    """Look at what was sent for fields that cannot be edited (hostile-input.md B24, B25).

    A field that the editor does not see and one that does not exist are told apart by nothing.
    """
    refusals = Refusals([], {}, [])
    for key, typed in sent.typed.items():
        here, mark, said = desk.fields.get(key), revision.marks.get(key), controls_digest(typed)
        if (here and (here.lock is None or said == here.now.typed)) or (
            mark and mark.typed == said
        ):
            continue
        if mark is None or not mark.is_editable:
            refusals.forbidden.append(key)
        elif here is None:
            refusals.lost.append(_quoted(typed))
        else:
            refusals.locked[key] = Answer(problem=_locked_meanwhile(here, typed))
    return refusals


def read_replies(desk: Desk, sent: Sent, revision: Revision, find: Find | None) -> dict[str, Reply]:
    """Return a reply for each field that was sent and may be edited; three queries at most.

    :param find: finds people by words, where a text is no whole name
    """
    fields = [each for key, each in desk.fields.items() if key in sent.typed and each.lock is None]
    people = register(list(_people_typed(fields, sent, revision)), find)
    return {
        each.key: _reply(
            each,
            revision.marks.get(each.key),
            sent.typed[each.key],
            sent.choices.get(each.key, ""),
            people,
        )
        for each in fields
    }


def _people_typed(fields: Sequence[DeskField], sent: Sent, revision: Revision) -> Iterable[str]:
    """Yield what was typed where people are to be named, if it was touched."""
    for each in fields:
        typed = sent.typed[each.key]
        if names_people(each.field) and is_touched(
            revision.marks.get(each.key), controls_digest(typed)
        ):
            yield from typed


def _reply(
    each: DeskField, base: Mark | None, typed: Sequence[str], choice: str, people: Register
) -> Reply:
    sent = controls_digest(typed)
    outcome = merge(base, Value("", sent), each.now, choice)
    if outcome not in IS_MINE:
        problem = "" if each.stored else _problem(each, "")
        return Reply(each, base, typed, outcome, each.stored, problem)
    try:
        value = _entered(each, typed, people)
    except SeveralMeant as error:
        return Reply(each, base, typed, Outcome.NOTHING, "", error.message, error.people)
    except InvalidValue as error:
        return Reply(each, base, typed, Outcome.NOTHING, problem=error.message)
    outcome = merge(base, Value(digest(value), sent), each.now, choice)
    problem = _problem(each, value) if outcome in IS_MINE else ""
    return Reply(each, base, _understood(each, typed, value, people), outcome, value, problem)


def _entered(each: DeskField, typed: Sequence[str], people: Register) -> str:
    """Return what was typed as it is stored.

    :raises InvalidValue: if it does not fit
    """
    kind = each.field.type
    if not names_people(each.field):
        return kind.parse(typed, each.stored)
    # whoever stood in the control already comes first: a name may be that of two people
    kept = {**_once(each.controls, kind.split(each.stored)), **{item: item for item in each.people}}
    named = kind.split(kind.parse(names_in(typed) if kind.is_multiple else typed))
    chosen = {text for text in named if BY_NUMBER.fullmatch(text)}
    return kind.joined(kept.get(text) or people.settled(text, chosen) for text in named)


def _understood(
    each: DeskField, typed: Sequence[str], value: str, people: Register
) -> Sequence[str]:
    """Return what the control shows again: a name, where somebody was chosen by number."""
    if not names_people(each.field) or not any(map(BY_NUMBER.fullmatch, typed)):
        return typed
    shown = dict(zip(each.field.type.split(each.stored), each.controls, strict=False))
    return [shown.get(item) or people.shown(item) for item in each.field.type.split(value)]


def _once(controls: Sequence[str], items: Sequence[str]) -> dict[str, str]:
    """Return control -> single value, without controls that look the same."""
    pairs = list(zip(controls, items, strict=False))
    return {control: item for control, item in pairs if controls.count(control) == 1}


def _problem(each: DeskField, value: str) -> Text | str:
    """Return what is wrong with a value that is to be stored; "" if nothing."""
    try:
        check_entered(each.field, value)
    except InvalidValue as error:
        return error.message
    return ""


def _locked_meanwhile(here: DeskField, typed: Sequence[str]) -> Text:
    return _(
        "This cannot be edited any more. %(why)s You typed “%(typed)s”.",
        why=here.lock.sentence if here.lock else "",
        typed=_quoted(typed),
    )


def _quoted(typed: Sequence[str]) -> str:
    return ", ".join(text for text in typed if text)
