"""What directories said of a person, and what they are searched with."""

from collections.abc import Sequence

from lupweb.diagnosis.asking import Answer, Contact
from lupweb.diagnosis.case import Case, Place
from lupweb.diagnosis.findings import Check, Reason, problem
from lupweb.diagnosis.judging import read_changes, read_person, show_settings
from lupweb.texts import Text, _

IN_VAIN = frozenset({Contact.NO_BASE, Contact.NOT_SEARCHED})
"""The directory answers; its base DN or filter is what is wrong."""


def asked(case: Case) -> list[Text]:
    """Return what each directory that was asked says of the person now."""
    said: list[Text] = []
    for place in case.asked:
        answer = (case.answers or {}).get(place.key)
        if answer is None:
            continue
        named = {"directory": place.name}
        if answer.has_entry:
            said.append(_("“%(directory)s” has the entry %(dn)s.", dn=answer.dn, **named))
        elif answer.contact is Contact.ANSWERS:
            said.append(_("“%(directory)s” shows no such entry now.", **named))
        elif answer.contact in IN_VAIN:
            said.append(in_vain(place, answer))
        else:
            said.append(_("“%(directory)s” could not be asked: %(why)s", why=answer.text, **named))
    return said


def is_seen(case: Case) -> bool:
    """Return whether a directory that was asked has the person now."""
    return any(each.has_entry for each in (case.answers or {}).values())


def reads(place: Place) -> Text:
    """Return where a directory is searched for people."""
    return _(
        "“%(directory)s” is searched below %(base)s with the filter %(filter)s.",
        directory=place.name,
        base=place.base_dn,
        filter=place.user_filter,
    )


def in_vain(place: Place, answer: Answer) -> Text:
    """Return what is wrong with how a directory is searched."""
    if answer.contact is Contact.NO_BASE:
        return _(
            "“%(directory)s” answers, and has no entry at the base DN %(base)s, or does not show"
            " it to the account of lupweb.",
            directory=place.name,
            base=place.base_dn,
        )
    return _(
        "“%(directory)s” answers, and refuses to be searched with this base DN and filter.",
        directory=place.name,
    )


def not_found(case: Case, supplier: Place, evidence: Sequence[Text]) -> Check | None:
    """Return the check of a person whom the directory does not show now; None if it does.

    It shows none with a base DN or filter that is wrong, either.
    """
    answer = case.answer
    if answer is None or answer.has_entry:
        return None
    if answer.contact in IN_VAIN:
        text = in_vain(supplier, answer)
        said = [_("%(text)s", text=answer.text), *evidence]
        fix = _(
            "Correct base DN or filter in the settings of the directory. Until then nobody of it"
            " is read, and what is stored stays."
        )
        fixes = [show_settings(supplier), read_person(case)]
    elif answer.contact is Contact.ANSWERS:
        text = _(
            "“%(directory)s” shows no entry of this person now: deleted, or outside of base DN and"
            " filter.",
            directory=supplier.name,
        )
        said = [*evidence]
        fix = _("Look for the entry in the directory, and compare it with base DN and filter.")
        fixes = [show_settings(supplier), read_changes(supplier)]
    else:
        return None
    said.append(reads(supplier))
    return problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, said, fix, fixes)
