"""“Why is this value not here?”: one person, one field, every step of the value's way."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db, end_reading
from lupweb.diagnosis import person_checks, run_checks, source_checks, value_checks
from lupweb.diagnosis.asking import LIMIT_S, Answer, Contact, Question, Told, ask
from lupweb.diagnosis.case import Case
from lupweb.diagnosis.findings import (
    Act,
    Check,
    Explanation,
    FieldVerdict,
    Fix,
    Reason,
    State,
    first_problem,
)
from lupweb.diagnosis.judging import is_read_from_directory, lacks
from lupweb.diagnosis.loading import load_cases
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory
from lupweb.directories.service import facts_of
from lupweb.errors import LupwebError
from lupweb.people.models import Person
from lupweb.texts import _

CHECKS: Sequence[Callable[[Case], Check]] = (
    person_checks.visible,
    person_checks.person,
    person_checks.directories,
    source_checks.source,
    value_checks.answers,
    value_checks.stamps,
    value_checks.attribute,
    value_checks.readable,
    value_checks.value,
    value_checks.fits,
    value_checks.reference,
    run_checks.pending,
    run_checks.held,
    run_checks.read,
    run_checks.run,
    run_checks.read_only,
)
"""In the order in which a value travels."""


@dataclass(frozen=True)
class Outside:
    """What is needed to ask directories.

    :param connect: None: they are not asked
    :param read_only: read-only mode is switched on outside of the database
    :param limit_s: how long all directories together may take
    """

    secret_key: str = ""
    connect: Connect | None = None
    read_only: bool = False
    limit_s: float = LIMIT_S


NOBODY_ASKED = Outside()


def explain(
    viewer: Viewer,
    handle: str,
    field_key: str,
    *,
    as_viewer: Viewer | None = None,
    outside: Outside = NOBODY_ASKED,
) -> Explanation:
    """Return why a person has no value, or not that of the directory.

    Ends the read that the database session holds, if directories are asked.

    :param viewer: who asks; what is kept from them is not told
    :param handle: a login, or `id:<number>`
    :param as_viewer: for whom the value is not here; None: for who asks
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such field
    """
    require_administrator(viewer)
    ((_case, found),) = _explained(handle, field_key, viewer, as_viewer, outside)
    return found


def explain_all(
    viewer: Viewer,
    handle: str,
    *,
    as_viewer: Viewer | None = None,
    outside: Outside = NOBODY_ASKED,
) -> list[FieldVerdict]:
    """Return what `explain` says, for every field of the profile in its order.

    Directories are asked once, for all fields together.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    return [
        FieldVerdict(case.field.key, case.field.name, found)
        for case, found in _explained(handle, None, viewer, as_viewer, outside)
    ]


def _explained(
    handle: str,
    field_key: str | None,
    viewer: Viewer,
    as_viewer: Viewer | None,
    outside: Outside,
) -> list[tuple[Case, Explanation]]:
    """Return the cases of one field, or of all, and what is found out about each."""
    eyes = (viewer, as_viewer or viewer)
    cases = load_cases(handle, field_key, eyes, is_read_only=outside.read_only)
    seer = _name_of(as_viewer)
    cases = _with_answers([replace(each, seer=seer) for each in cases], outside)
    return [(each, _explanation(each)) for each in cases]


def _explanation(case: Case) -> Explanation:
    checks = [check(case) for check in CHECKS]
    decisive = first_problem(checks) or _here(case)
    return Explanation(
        verdict=decisive.text,
        reason=decisive.reason or Reason.VALUE_IS_HERE,
        checks=checks,
        decisive=decisive,
        asked=case.answers is not None,
        count=Counter(each.state for each in checks),
    )


def _with_answers(cases: list[Case], outside: Outside) -> list[Case]:
    """Return the cases with what the directories say now, if they are to be asked."""
    if outside.connect is None or not cases:
        return cases
    questions, locked = _questions(cases, outside.secret_key)
    end_reading()
    told = {**ask(questions, outside.connect, limit_s=outside.limit_s), **locked}
    return [
        case.told_now({key: each.about(_attribute(case)) for key, each in told.items()})
        for case in cases
    ]


def _attribute(case: Case) -> str:
    """Return what a directory is asked for; "" if it is none that a directory fills."""
    return case.field.attribute if is_read_from_directory(case) else ""


def _questions(cases: Sequence[Case], secret_key: str) -> tuple[list[Question], dict[str, Told]]:
    """Return what to ask: where the person is, or was; everywhere if nobody knows the person.

    :param cases: fields of one person
    :returns: the questions; and directories that cannot be asked, since their password was locked
        with another key
    """
    case = cases[0]
    places = case.asked
    attributes = {_attribute(each) for each in cases} - {""}
    login = case.person.login if case.person else case.handle
    questions: list[Question] = []
    locked: dict[str, Told] = {}
    for place in places:
        directory = db.session.get_one(Directory, place.id)
        try:
            facts = facts_of(directory, secret_key)
        except LupwebError as error:
            locked[place.key] = Told(Answer(Contact.REFUSED, error.message))
        else:
            questions.append(Question(facts, place.unique_id, login, attributes))
    return questions, locked


def _here(case: Case) -> Check:
    """Return what is said where nothing is wrong."""
    name = case.person.name if case.person else case.handle
    if lacks(case):
        text = _("Nothing stands in the way, and there is no value yet.")
        return Check("here", State.OK, text, reason=Reason.VALUE_IS_HERE)
    text = _("%(name)s has a value in “%(field)s”.", name=name, field=case.field.name)
    evidence = []
    if case.since is not None:
        evidence.append(_("It is what it is since %(when)s.", when=case.told(case.since)))
    handle = case.person.handle if case.person else ""
    label = _("Profile of %(name)s", name=name)
    fixes = [Fix(Act.SHOW_PROFILE, label, handle)]
    return Check("here", State.OK, text, evidence, fixes=fixes, reason=Reason.VALUE_IS_HERE)


def _name_of(viewer: Viewer | None) -> str:
    if viewer is None or viewer.person_id is None:
        return ""
    return db.session.scalar(select(Person.name).where(Person.id == viewer.person_id)) or ""
