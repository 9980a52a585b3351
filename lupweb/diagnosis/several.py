"""The check of a person whom several directories have: the first one supplies all values."""

from lupweb.diagnosis.case import Case, Place
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State, problem
from lupweb.diagnosis.judging import is_read_from_directory, lacks, read_person
from lupweb.texts import Text, _, ngettext


def in_several(case: Case, supplier: Place, evidence: list[Text]) -> Check:
    """See whether the directory that goes first lacks what another one has."""
    text = _(
        "%(n)s directories have this person. “%(first)s” goes first, and supplies all values.",
        n=len(case.holders),
        first=supplier.name,
    )
    if case.falls_through:
        return _falling(case, supplier, evidence)
    better = next((each for each in case.holders[1:] if _has_value(case, each)), None)
    if better is None or not lacks(case):
        return Check("directories", State.LOOK, text, evidence)
    fix = _(
        "Enter the value in “%(first)s”; or let “%(field)s” fall through to “%(other)s”, which has"
        " one, or take it from there.",
        first=supplier.name,
        field=case.field.name,
        other=better.name,
    )
    own = is_read_from_directory(case)
    take = [_let_fall_through(case, supplier), _take_field(case, better)] if own else []
    fixes = [*take, read_person(case), _ask_first(case, supplier, better)]
    return problem("directories", Reason.IN_SEVERAL_DIRECTORIES, text, evidence, fix, fixes)


def _falling(case: Case, supplier: Place, evidence: list[Text]) -> Check:
    """Say whose value a field has that falls through to the next directory."""
    first = case.in_turn[0]
    said = {"n": len(case.holders), "first": first.name, "field": case.field.name}
    if not case.sight.is_told_raw:
        text = _(
            "%(n)s directories have this person. “%(first)s” goes first, and “%(field)s” falls"
            " through: where it has no value, the next one's counts.",
            **said,
        )
    elif not case.has_value(supplier):
        text = _(
            "%(n)s directories have this person. “%(first)s” goes first, and “%(field)s” falls"
            " through: none of them has a value.",
            **said,
        )
    elif supplier.key == first.key:
        text = _(
            "%(n)s directories have this person. “%(first)s” goes first, and its value of"
            " “%(field)s” counts.",
            **said,
        )
    else:
        text = _(
            "%(n)s directories have this person. “%(first)s” goes first and has no value;"
            " “%(field)s” falls through to “%(other)s”, which has one.",
            other=supplier.name,
            **said,
        )
    return Check("directories", State.LOOK, text, evidence)


def _let_fall_through(case: Case, supplier: Place) -> Fix:
    asks = _(
        "For everybody: where “%(first)s” has no value of “%(field)s”, that of the next directory"
        " that has the person counts. Values that “%(first)s” has stay; so do all other fields.",
        first=supplier.name,
        field=case.field.name,
    )
    label = _("Let “%(field)s” fall through", field=case.field.name)
    return Fix(Act.FALL_THROUGH, label, asks=asks)


def _take_field(case: Case, better: Place) -> Fix:
    named = {"field": case.field.name, "directory": better.name}
    asks = _(
        "“%(directory)s” alone supplies “%(field)s” then, of everybody. Whoever is not there keeps"
        " what is stored. All other fields stay as they are.",
        **named,
    )
    label = _("Take “%(field)s” from “%(directory)s”", **named)
    return Fix(Act.TAKE_FROM, label, better.key, asks=asks)


def _ask_first(case: Case, supplier: Place, better: Place) -> Fix:
    asks = ngettext(
        "This concerns %(n)s person who is in “%(other)s” and in a directory that goes before it."
        " All values come from “%(other)s” then, in every field; what “%(other)s” does not have"
        " becomes empty, although “%(first)s” has it.",
        "This concerns %(n)s people who are in “%(other)s” and in a directory that goes before it."
        " All their values come from “%(other)s” then, in every field; what “%(other)s” does not"
        " have becomes empty, although “%(first)s” has it.",
        case.shared.get(better.key, 1),
        other=better.name,
        first=supplier.name,
    )
    label = _("Ask “%(directory)s” first, for everybody", directory=better.name)
    return Fix(Act.ASK_FIRST, label, better.key, supplier.key, asks)


def _has_value(case: Case, place: Place) -> bool:
    answer = (case.answers or {}).get(place.key)
    return case.sight.is_told_raw and bool(answer and answer.values)
