"""The checks before any directory is asked: who may see it, who the person is, and where."""

from lupweb.diagnosis.case import Case, Somebody
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State, problem
from lupweb.diagnosis.judging import (
    edit_profile,
    lacks,
    read_changes,
    show_field,
    show_settings,
)
from lupweb.diagnosis.searching import asked, is_seen, not_found, reads
from lupweb.diagnosis.several import in_several
from lupweb.diagnosis.unknown import unknown
from lupweb.people.states import PersonState
from lupweb.texts import Text, _


def visible(case: Case) -> Check:
    """See who may read the field."""
    sight, name = case.sight, case.field.name
    groups = ", ".join(sight.groups)
    if not sight.has_it:
        text = _(
            "“%(category)s” is only in the profiles of %(groups)s. This person is not among them.",
            category=case.category.name,
            groups=groups or "–",
        )
    elif not sight.sees:
        text = _(
            "%(who)s does not see “%(field)s”: only members of %(groups)s read it.",
            who=case.seer or _("Whoever looks"),
            field=name,
            groups=groups or "–",
        )
    elif not sight.is_told:
        text = _(
            "“%(field)s” is kept from you: only members of %(groups)s read it.",
            field=name,
            groups=groups or "–",
        )
    else:
        rule = _("Read by members of %(groups)s.", groups=groups) if groups else _("Not restricted")
        text = _("“%(field)s” may be seen.", field=name)
        return Check(
            "visible", State.OK, text, [_("Category %(name)s", name=case.category.name), rule]
        )
    return Check(
        "visible",
        State.PROBLEM,
        text,
        [_("Category %(name)s", name=case.category.name)],
        fix=_("Somebody who administers may change the groups of the category, or who is in them."),
        fixes=[
            Fix(Act.SHOW_CATEGORY, _("Groups of the category"), case.category.key),
            Fix(Act.SHOW_GROUPS, _("Who is in the groups")),
        ],
        reason=Reason.VIEWER_MAY_NOT_SEE,
    )


def person(case: Case) -> Check:
    """See that the person is known, comes from somewhere, and is active."""
    who = case.person
    if who is None:
        return unknown(case)
    if who.is_local:
        return _local(case, who)
    if who.state is PersonState.MISSING:
        return _inactive(
            case,
            _("%(name)s is in no directory any more, and hidden.", name=who.name),
            _("Bring the entry back into the directory, or into its base and filter. Then read."),
        )
    if who.state is PersonState.DISABLED:
        return _inactive(
            case,
            _switched_off(case, who),
            _("Switch the account on in the directory. Then read."),
        )
    return _active(who)


def directories(case: Case) -> Check:
    """See which directories hold the person, and which one supplies."""
    if case.person is None or case.person.is_local:
        return Check("directories", State.SKIPPED, _("There is no entry to look at."))
    supplier, others = case.supplier, case.holders[1:]
    evidence = [*_entries(case), *_others_asked(case)]
    if supplier is None:
        return (
            _not_there(case, evidence) if case.only and case.holders else _nowhere(case, evidence)
        )
    lost = not_found(case, supplier, evidence)
    if lost is not None:
        return lost
    if case.only:
        text = _(
            "“%(directory)s” alone supplies this field, whichever directory goes first.",
            directory=supplier.name,
        )
        return Check("directories", State.OK, text, evidence)
    if others:
        return in_several(case, supplier, evidence)
    text = _("“%(directory)s” alone has this person.", directory=supplier.name)
    return Check("directories", State.OK, text, evidence)


def _active(who: Somebody) -> Check:
    if not who.is_listed:
        text = _("%(name)s is not a person by the filter (a room, a computer).", name=who.name)
        return Check("person", State.LOOK, text, fix=_("The policies say who is shown."))
    if not who.is_licensed:
        text = _("%(name)s is active, and has no licence.", name=who.name)
        return Check("person", State.LOOK, text, fix=_("The policies say what that means."))
    return Check("person", State.OK, _("%(name)s is an active person.", name=who.name))


def _local(case: Case, who: Somebody) -> Check:
    text = _("%(name)s belongs to no directory, and is never read from one.", name=who.name)
    if not lacks(case):
        return Check("person", State.LOOK, text)
    fix = _("Enter the value here. If there is an entry of this person too, merge the two records.")
    evidence = [_("No entry of a directory is tied to this person.")]
    label = _("%(name)s among all people", name=who.name)
    fixes = [*edit_profile(case), Fix(Act.SHOW_PERSON, label, who.handle)]
    return problem("person", Reason.PERSON_LOCAL, text, evidence, fix, fixes)


def _switched_off(case: Case, who: Somebody) -> Text:
    """Return which directory switched somebody off, and by what."""
    place = next((each for each in case.places if each.disabled_reason and each.holds), None)
    if place is None:
        return _("%(name)s is switched off in the directory.", name=who.name)
    return _(
        "%(name)s is switched off in “%(directory)s”: its attribute %(attribute)s says so.",
        name=who.name,
        directory=place.name,
        attribute=place.disabled_reason,
    )


def _inactive(case: Case, text: Text, fix: Text) -> Check:
    evidence: list[Text] = [
        _("%(directory)s: %(why)s", directory=place.name, why=place.disabled_reason)
        for place in case.places
        if place.disabled_reason
    ] or [*_entries(case), *asked(case)]
    fixes = [read_changes(place) for place in case.places if place.is_enabled][:1]
    if case.person and case.person.state is PersonState.MISSING:
        places = [place for place in case.places if place.is_enabled]
        settings = [show_settings(place) for place in places][:1]
        if is_seen(case):
            fixes += settings
        else:
            evidence += [reads(place) for place in places]
            fixes = [*settings, *fixes] if case.answers else [*fixes, *settings]
    return problem("person", Reason.PERSON_INACTIVE, text, evidence, fix, fixes)


def _nowhere(case: Case, evidence: list[Text]) -> Check:
    off = [place for place in case.places if not place.is_enabled]
    if off:
        text = _(
            "Only “%(directory)s” has this person, and it is switched off.", directory=off[0].name
        )
        fix = _("Switch the directory on again.")
        label = _("Switch “%(directory)s” on", directory=off[0].name)
        fixes = [Fix(Act.ENABLE_DIRECTORY, label, off[0].key), show_settings(off[0])]
    else:
        text = _("No directory in use has an entry of this person.")
        fix = _("Look for the entry in the directory, and compare it with base DN and filter.")
        fixes = [read_changes(place) for place in case.places][:1]
    return problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, evidence, fix, fixes)


def _not_there(case: Case, evidence: list[Text]) -> Check:
    """Return what is said where another directory than those of the person is to supply."""
    place = next((each for each in case.places if each.key == case.only), None)
    off = place if place and place.holds else None
    named = place or next((each for each in case.directories if each.key == case.only), None)
    name = named.name if named else case.only
    if off:
        text = _(
            "“%(directory)s” alone supplies this field, and it is switched off.", directory=name
        )
        fix = _("Switch the directory on again, or take the field from another one.")
        label = _("Switch “%(directory)s” on", directory=name)
        fixes = [Fix(Act.ENABLE_DIRECTORY, label, off.key), show_field(case)]
    else:
        text = _(
            "“%(directory)s” alone supplies this field, and has no entry of this person.",
            directory=name,
        )
        fix = _("Look for the entry there, or take the field from another directory.")
        fixes = [show_field(case), *([read_changes(named)] if named else [])]
    if not lacks(case):
        return Check("directories", State.LOOK, text, evidence, fix, fixes)
    return problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, evidence, fix, fixes)


def _entries(case: Case) -> list[Text]:
    return [
        _("%(directory)s: %(dn)s", directory=each.name, dn=each.dn)
        if each.holds
        else _("%(directory)s: the entry %(dn)s is gone", directory=each.name, dn=each.dn)
        for each in case.places
    ]


def _others_asked(case: Case) -> list[Text]:
    held = {each.key for each in case.places}
    return [
        _("%(directory)s: no entry", directory=each.name)
        for each in case.directories
        if each.key not in held
    ]
