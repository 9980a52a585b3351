"""The checks before any directory is asked: who may see it, who the person is, and where."""

from lupweb.diagnosis.asking import Contact
from lupweb.diagnosis.case import Case, Place, Somebody
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State
from lupweb.diagnosis.judging import edit_profile, lacks, read_changes, read_person, show_field
from lupweb.people.states import PersonState
from lupweb.profiles.sources import Source
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
        return _unknown(case)
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
    answer = case.answer
    if answer and answer.contact is Contact.ANSWERS and not answer.has_entry:
        text = _(
            "“%(directory)s” shows no entry of this person now: deleted, or outside of base DN and"
            " filter.",
            directory=supplier.name,
        )
        fix = _("Look for the entry in the directory, and compare it with base DN and filter.")
        fixes = [read_changes(supplier), _show(supplier)]
        return _problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, evidence, fix, fixes)
    if case.only:
        text = _(
            "“%(directory)s” alone supplies this field, whichever directory goes first.",
            directory=supplier.name,
        )
        return Check("directories", State.OK, text, evidence)
    if others:
        return _in_several(case, supplier, evidence)
    text = _("“%(directory)s” alone has this person.", directory=supplier.name)
    return Check("directories", State.OK, text, evidence)


def source(case: Case) -> Check:
    """See where the field takes its values from."""
    shown, found = case.field, case.field.source
    if shown.type.sources:
        text = _("It follows by itself from %(fields)s.", fields=", ".join(case.source_names))
        return _other_source(case, text, _("Look at what it is computed from."))
    if found is Source.XML and shown.attribute:
        text = _("It comes from the XML file alone (node %(node)s).", node=shown.attribute)
        return _other_source(case, text, _("Look for the node in the file, and at its import."))
    if found is Source.ALTERNATIVE_LDAP and shown.attribute:
        text = _("It comes from the other LDAP alone (%(name)s).", name=shown.attribute)
        return _other_source(case, text, _("Look for the attribute there, and at its last run."))
    if found is Source.USER or not shown.attribute:
        text = _("No directory fills it: people enter it themselves.")
        fix = _("Enter it, or name the attribute that it is to be read from.")
        fixes = [show_field(case), *edit_profile(case)]
        if lacks(case):
            return _problem("source", Reason.FIELD_HAS_NO_SOURCE, text, [], fix, fixes)
        return Check("source", State.OK, text)
    text = _("It is read from LDAP, attribute %(name)s.", name=shown.attribute)
    return Check("source", State.OK, text)


def _active(who: Somebody) -> Check:
    if not who.is_listed:
        text = _("%(name)s is not a person by the filter (a room, a computer).", name=who.name)
        return Check("person", State.LOOK, text, fix=_("The policies say who is shown."))
    if not who.is_licensed:
        text = _("%(name)s is active, and has no licence.", name=who.name)
        return Check("person", State.LOOK, text, fix=_("The policies say what that means."))
    return Check("person", State.OK, _("%(name)s is an active person.", name=who.name))


def _unknown(case: Case) -> Check:
    found = [
        (place, answer)
        for place in case.directories
        if (answer := (case.answers or {}).get(place.key)) and answer.has_entry
    ]
    text = _("Nobody here is called “%(handle)s”.", handle=case.handle[:200])
    evidence = [
        _("“%(directory)s” has the entry %(dn)s.", directory=place.name, dn=answer.dn)
        for place, answer in found
    ]
    if not found:
        fix: Text = _("Check the login. Is there an entry in a directory, below its base DN?")
        return _problem("person", Reason.PERSON_UNKNOWN, text, [], fix, [])
    fix = _("The entry has not been read yet. Read the changes of the directory.")
    fixes = [read_changes(place) for place, _answer in found]
    return _problem("person", Reason.PERSON_UNKNOWN, text, evidence, fix, fixes)


def _local(case: Case, who: Somebody) -> Check:
    text = _("%(name)s belongs to no directory, and is never read from one.", name=who.name)
    if not lacks(case):
        return Check("person", State.LOOK, text)
    fix = _("Enter the value here. If there is an entry of this person too, merge the two records.")
    return _problem("person", Reason.PERSON_LOCAL, text, [], fix, edit_profile(case))


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
    ]
    fixes = [read_changes(place) for place in case.places if place.is_enabled][:1]
    return _problem("person", Reason.PERSON_INACTIVE, text, evidence, fix, fixes)


def _nowhere(case: Case, evidence: list[Text]) -> Check:
    off = [place for place in case.places if not place.is_enabled]
    if off:
        text = _(
            "Only “%(directory)s” has this person, and it is switched off.", directory=off[0].name
        )
        fix = _("Switch the directory on again.")
        label = _("Switch “%(directory)s” on", directory=off[0].name)
        fixes = [Fix(Act.ENABLE_DIRECTORY, label, off[0].key), _show(off[0])]
    else:
        text = _("No directory in use has an entry of this person.")
        fix = _("Look for the entry in the directory, and compare it with base DN and filter.")
        fixes = [read_changes(place) for place in case.places][:1]
    return _problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, evidence, fix, fixes)


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
    return _problem("directories", Reason.NOT_IN_ANY_DIRECTORY, text, evidence, fix, fixes)


def _in_several(case: Case, supplier: Place, evidence: list[Text]) -> Check:
    text = _(
        "%(n)s directories have this person. “%(first)s” goes first, and supplies all values.",
        n=len(case.holders),
        first=supplier.name,
    )
    better = [each for each in case.holders[1:] if _has_value(case, each)]
    if not (better and lacks(case)):
        return Check("directories", State.LOOK, text, evidence)
    fix = _(
        "Enter the value in “%(first)s”, or let “%(other)s” go first: it has one.",
        first=supplier.name,
        other=better[0].name,
    )
    label = _("Ask “%(directory)s” first", directory=better[0].name)
    fixes = [Fix(Act.ASK_FIRST, label, better[0].key, supplier.key), read_person(case)]
    return _problem("directories", Reason.IN_SEVERAL_DIRECTORIES, text, evidence, fix, fixes)


def _has_value(case: Case, place: Place) -> bool:
    answer = (case.answers or {}).get(place.key)
    return case.sight.is_told_raw and bool(answer and answer.values)


def _entries(case: Case) -> list[Text]:
    return [
        _("%(directory)s: %(dn)s", directory=each.name, dn=each.dn)
        if each.holds
        else _("%(directory)s: the entry is gone", directory=each.name)
        for each in case.places
    ]


def _others_asked(case: Case) -> list[Text]:
    held = {each.key for each in case.places}
    return [
        _("%(directory)s: no entry", directory=each.name)
        for each in case.directories
        if each.key not in held
    ]


def _other_source(case: Case, text: Text, fix: Text) -> Check:
    if not lacks(case):
        return Check("source", State.OK, text)
    return _problem("source", Reason.OTHER_SOURCE_WINS, text, [], fix, [show_field(case)])


def _show(place: Place) -> Fix:
    label = _("Settings of “%(directory)s”", directory=place.name)
    return Fix(Act.SHOW_DIRECTORY, label, place.key)


def _problem(
    name: str, reason: Reason, text: Text, evidence: list[Text], fix: Text, fixes: list[Fix]
) -> Check:
    return Check(name, State.PROBLEM, text, evidence, fix, fixes, reason)
