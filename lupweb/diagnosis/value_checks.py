"""The checks of what the directory that supplies a person holds, and of what became of it."""

from lupweb.diagnosis.asking import Answer, Contact
from lupweb.diagnosis.case import Case, Place
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State
from lupweb.diagnosis.judging import (
    converted,
    entry_now,
    is_read_from_directory,
    lacks,
    no_directory,
    read_everything,
    read_person,
    show_field,
    show_settings,
    shown_value,
)
from lupweb.diagnosis.searching import IN_VAIN
from lupweb.directories.attributes import is_never_read
from lupweb.errors import InvalidValue
from lupweb.ldap.patterns import check_pattern, read_java, recognise
from lupweb.texts import Text, _

MOST_SHOWN = 5
WHETHER = {
    "answers": _("Whether the directory answers"),
    "attribute": _("Whether the directory knows the attribute"),
    "readable": _("Whether the account of lupweb may read it"),
    "value": _("Whether the entry has a value now"),
    "fits": _("Whether the value fits the type of the field"),
}
"""What a check looks at, said where it was not done."""


def answers(case: Case) -> Check:
    """See that the directory answers, and lets our account in."""
    place, answer = case.supplier, case.answer
    if place is None:
        return _not_done("answers", no_directory())
    if answer is None:
        return _not_done("answers", _not_yet())
    if answer.contact is Contact.ANSWERS or answer.contact in IN_VAIN:
        text = _("“%(directory)s” answers.", directory=place.name)
        return Check("answers", State.OK, text, [answer.uri])
    fixes = [show_settings(place), read_person(case)]
    if answer.contact is Contact.REFUSED:
        text = _("“%(directory)s” does not let lupweb sign in.", directory=place.name)
        fix = _("Enter the bind DN and its password again, and test the connection. Then read.")
        reason = Reason.BIND_REFUSED
    else:
        text = _("“%(directory)s” cannot be asked now.", directory=place.name)
        fix = _("Check that the server runs, and what the connection test says. Then read.")
        reason = Reason.DIRECTORY_UNREACHABLE
    return Check("answers", State.PROBLEM, text, [answer.text], fix, fixes, reason)


def stamps(case: Case) -> Check:
    """See that the times of changes can be read."""
    place = case.supplier
    if place is None:
        return Check("stamps", State.SKIPPED, no_directory())
    answer = case.answer
    changed_at = answer.changed_at if answer else ""
    try:
        pattern = _pattern(place, changed_at)
    except InvalidValue as error:
        return _not_understood(case, place, [str(error)])
    if not pattern:
        return Check("stamps", State.SKIPPED, _("There was no time of a change to look at."))
    evidence = [_("The entry changed: %(time)s", time=changed_at)] if changed_at else []
    origin = _("set by an administrator") if place.pattern else _("recognised by itself")
    text = _(
        "Times of changes are understood: %(pattern)s, %(origin)s.", pattern=pattern, origin=origin
    )
    return Check("stamps", State.OK, text, evidence)


def attribute(case: Case) -> Check:
    """See that the directory's schema has the attribute."""
    answer, place = case.answer, case.supplier
    if not _is_asked(case) or answer is None or place is None:
        return _not_asked(case, "attribute")
    name = case.field.attribute
    if answer.knows:
        text = _("“%(directory)s” knows the attribute %(name)s.", directory=place.name, name=name)
        return Check("attribute", State.OK, text)
    text = _("“%(directory)s” knows no attribute %(name)s.", directory=place.name, name=name)
    evidence: list[Text] = []
    fixes = [show_field(case)]
    fix = _("Name an attribute that the directory has.")
    if answer.nearest:
        evidence = [_("The nearest known name is %(name)s.", name=answer.nearest)]
        fix = _("Is %(name)s meant? Then switch to it.", name=answer.nearest)
        label = _("Read it from %(name)s instead", name=answer.nearest)
        fixes.insert(0, Fix(Act.SWITCH_ATTRIBUTE, label, value=answer.nearest))
    return Check("attribute", State.PROBLEM, text, evidence, fix, fixes, Reason.ATTRIBUTE_UNKNOWN)


def readable(case: Case) -> Check:
    """See that our account may read the attribute."""
    answer = entry_now(case)
    if answer is None or not answer.knows:
        return _not_asked(case, "readable")
    name = case.field.attribute
    if answer.may_read:
        text = _("The account of lupweb may read %(name)s.", name=name)
        return Check("readable", State.OK, text)
    if is_never_read(name):
        text = _("%(name)s holds secrets, and is never read.", name=name)
        fix = _("Name another attribute.")
        fixes = [show_field(case)]
    else:
        text = _("The account of lupweb may not read %(name)s of this person.", name=name)
        fix = _(
            "Let the directory's team give the account the right to read and search it (OpenLDAP:"
            " olcAccess; Active Directory: rights and the confidential flag). Then read."
        )
        fixes = [read_person(case)]
    reason = Reason.ATTRIBUTE_NOT_READABLE
    return Check("readable", State.PROBLEM, text, [_dn(answer)], fix, fixes, reason)


def value(case: Case) -> Check:
    """See that the entry has a value now."""
    answer, place = entry_now(case), case.supplier
    if answer is None or not answer.knows or not answer.may_read or place is None:
        return _as_read_last(case)
    name = case.field.attribute
    if answer.values:
        text = _("The entry has a value of %(name)s.", name=name)
        lines = [f"{name}: {shown_value(each)}" for each in answer.values[:MOST_SHOWN]]
        return Check("value", State.OK, text, [_dn(answer), *lines])
    text = _("The entry has no value of %(name)s now.", name=name)
    if case.stored and case.lately.holds_field:  # it is here still: a run holds back that it goes
        return Check("value", State.LOOK, text, [_dn(answer)])
    return _no_value(case, place, text, [_dn(answer)])


def fits(case: Case) -> Check:
    """See what the field makes of the value."""
    answer = entry_now(case)
    if answer is None or not answer.values:
        return _not_asked(case, "fits")
    found, kind = converted(case, answer), case.field.type
    if found.text and kind.fits(found.text):
        return Check("fits", State.OK, _("The value fits the type %(type)s.", type=kind.label))
    if found.text:
        text = _("The value is kept as the directory says it.")
        hint = _("People could not enter it like this (type %(type)s).", type=kind.label)
        return Check("fits", State.LOOK, text, [hint, found.text], fixes=[show_field(case)])
    text = _("The value cannot be kept in the type %(type)s.", type=kind.label)
    why = found.problem or _("Nothing is left of it when it is cleaned.")
    fix = _("Correct the value in the directory and read it again, or choose another type.")
    fixes = [read_person(case), show_field(case)]
    return Check("fits", State.PROBLEM, text, [why], fix, fixes, Reason.VALUE_DOES_NOT_FIT)


def reference(case: Case) -> Check:
    """See that a value that names somebody names somebody known."""
    if not case.field.type.names_people:
        return Check("reference", State.SKIPPED, _("The field names nobody."))
    if not case.sight.is_told:
        return Check("reference", State.SKIPPED, kept())
    if not case.stored or case.referred is None:
        return Check("reference", State.SKIPPED, _("There is no value that could name somebody."))
    if case.referred:
        return Check("reference", State.OK, _("The value names somebody who is known here."))
    text = _("The value names nobody who is known here.")
    fix = _(
        "It must be the DN of an entry of the same directory, a login, or a mail address. Every run"
        " tries it again."
    )
    fixes = [read_everything(case.supplier)] if case.supplier else []
    reason = Reason.REFERENCE_NOT_FOUND
    return Check("reference", State.PROBLEM, text, [case.stored[:500]], fix, fixes, reason)


def kept() -> Text:
    """Return the sentence of checks whose outcome would tell a value."""
    return _("Kept from you, as the value is.")


def _no_value(case: Case, place: Place, text: Text, evidence: list[Text]) -> Check:
    if case.falls_through:
        next_ones = [each for each in case.in_turn if each.key != place.key]
        evidence = [*evidence, *(_no_value_either(each) for each in next_ones)]
    fix = _("Enter it in “%(directory)s”. Then read.", directory=place.name)
    reason = Reason.ENTRY_HAS_NO_VALUE
    return Check("value", State.PROBLEM, text, evidence, fix, [read_person(case)], reason)


def _no_value_either(place: Place) -> Text:
    return _("The next directory, “%(directory)s”, has none either.", directory=place.name)


def _as_read_last(case: Case) -> Check:
    """Return what is known of the value without asking."""
    place = case.supplier
    is_known = place is not None and is_read_from_directory(case) and case.answer is None
    if place is None or not is_known or not lacks(case) or case.is_unread:
        return _not_asked(case, "value")
    when = case.told(place.last_read_at)
    text = _("When the directory was read last (%(when)s), the entry had no value.", when=when)
    return _no_value(case, place, text, [])


def _pattern(place: Place, changed_at: str) -> str:
    """Return the pattern of times; "" if nothing is known of them.

    :raises InvalidValue: if it cannot be read, or does not fit what the entry says
    """
    if place.pattern:
        check_pattern(place.pattern)
        if changed_at:
            read_java(place.pattern, changed_at)
        return place.pattern
    return recognise(changed_at) if changed_at else ""


def _not_understood(case: Case, place: Place, evidence: list[str]) -> Check:
    text = _("The times of changes of “%(directory)s” are not understood.", directory=place.name)
    if place.pattern:
        fix = _("Take the timestamp pattern out: lupweb recognises the right one by itself.")
        label = _("Let lupweb recognise the pattern")
        fixes = [Fix(Act.RECOGNISE_STAMPS, label, place.key), read_person(case)]
    else:
        fix = _("The directory writes times in its own way. Reading everything finds all changes.")
        fixes = [read_everything(place)]
    reason = Reason.STAMPS_NOT_UNDERSTOOD
    return Check("stamps", State.PROBLEM, text, evidence, fix, fixes, reason)


def _is_asked(case: Case) -> bool:
    answer = case.answer
    is_there = answer is not None and answer.contact is Contact.ANSWERS
    return is_there and is_read_from_directory(case)


def _not_asked(case: Case, name: str) -> Check:
    if case.supplier is None or not is_read_from_directory(case):
        return _not_done(name, no_directory())
    if case.answer is None:
        return _not_done(name, _not_yet())
    if not case.sight.is_told_raw:
        return _not_done(name, kept())
    return _not_done(name, _("Not done: a check before it failed."))


def _not_done(name: str, why: Text) -> Check:
    return Check(name, State.SKIPPED, WHETHER[name], [why])


def _not_yet() -> Text:
    return _("Not asked yet. “Check” asks the directory.")


def _dn(answer: Answer) -> Text:
    return _("Entry: %(dn)s", dn=answer.dn)
