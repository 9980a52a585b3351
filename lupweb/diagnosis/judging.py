"""What several checks ask of a case: is the value here, what does the directory's become."""

from dataclasses import dataclass

from lupweb.diagnosis.asking import Answer, Contact
from lupweb.diagnosis.case import Case, Place
from lupweb.diagnosis.findings import Act, Fix, Reason
from lupweb.errors import InvalidValue
from lupweb.runs.states import RunState
from lupweb.texts import Text, _

ENDED_BADLY = frozenset({RunState.FAILED, RunState.CANCELLED, RunState.REFUSED})


@dataclass(frozen=True)
class Converted:
    """What a field makes of what the directory holds; `problem` says why it cannot."""

    text: str = ""
    problem: str = ""


def lacks(case: Case) -> bool:
    """Return whether there is no value; False where who asks may not know."""
    return case.sight.is_told and not case.stored


def is_read_from_directory(case: Case) -> bool:
    """Return whether directories fill the field."""
    shown = case.field
    return shown.source.is_directory and bool(shown.attribute) and not shown.type.sources


def entry_now(case: Case) -> Answer | None:
    """Return what the supplier's entry says now; None if that is not known, or kept."""
    answer = case.answer
    if answer is None or not answer.has_entry or not is_read_from_directory(case):
        return None
    return answer if case.sight.is_told_raw and answer.contact is Contact.ANSWERS else None


def converted(case: Case, answer: Answer) -> Converted:
    """Return what the field makes of the values of an entry."""
    try:
        return Converted(case.field.type.read(list(answer.values)))
    except InvalidValue as error:
        return Converted(problem=str(error))


def differs(case: Case) -> bool:
    """Return whether the directory holds another value than lupweb, as far as is known.

    Not asked, a value that is missing although its field is not fully read may well be there.
    """
    answer = entry_now(case)
    if answer is None:
        return case.answer is None and lacks(case) and case.is_unread
    found = converted(case, answer)
    return not found.problem and bool(found.text) and found.text != case.stored


def waits_for(case: Case) -> Reason:
    """Return why a value that differs has not been read: the one thing that stands in the way."""
    lately = case.lately
    if lately.active is not None:
        return Reason.RUN_IN_PROGRESS
    is_refused = lately.last is not None and lately.last.state is RunState.REFUSED
    if lately.last is not None and lately.last.state in ENDED_BADLY:
        return Reason.READ_ONLY_MODE if is_refused and case.is_read_only else Reason.RUN_FAILED
    return Reason.READ_ONLY_MODE if case.is_read_only else Reason.NOT_READ_YET


def shown_value(value: bytes) -> str:
    """Return a value of a directory so that it can be looked at; what is no text is escaped."""
    text = value[:500].decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def read_person(case: Case) -> Fix:
    """Return the button that reads this person again."""
    name = case.person.name if case.person else case.handle
    return Fix(Act.READ_PERSON, _("Read %(name)s now", name=name))


def read_changes(place: Place) -> Fix:
    """Return the button that asks for a run of changes."""
    label = _("Read changes of “%(directory)s”", directory=place.name)
    return Fix(Act.READ_CHANGES, label, place.key)


def read_everything(place: Place) -> Fix:
    """Return the button that asks for a full run."""
    label = _("Read everything of “%(directory)s”", directory=place.name)
    return Fix(Act.READ_EVERYTHING, label, place.key)


def show_run(number: int) -> Fix:
    """Return the link to a run."""
    return Fix(Act.SHOW_RUN, _("Run %(number)s", number=number), str(number))


def show_settings(place: Place) -> Fix:
    """Return the link to the settings of a directory."""
    label = _("Settings of “%(directory)s”", directory=place.name)
    return Fix(Act.SHOW_DIRECTORY, label, place.key)


def show_field(case: Case) -> Fix:
    """Return the link to the settings of the field."""
    return Fix(Act.SHOW_FIELD, _("Settings of “%(field)s”", field=case.field.name), case.field.key)


def edit_profile(case: Case) -> list[Fix]:
    """Return the link to the form of the profile, if there is a person."""
    if case.person is None:
        return []
    label = _("Edit the profile of %(name)s", name=case.person.name)
    return [Fix(Act.EDIT_PROFILE, label, case.person.handle)]


def no_directory() -> Text:
    """Return the sentence of checks that have nothing to ask."""
    return _("Not asked: no directory supplies this field of this person.")
