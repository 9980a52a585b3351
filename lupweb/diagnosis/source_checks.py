"""The check of where a field takes its values from."""

from lupweb.diagnosis.case import Case
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State, problem
from lupweb.diagnosis.judging import edit_profile, lacks, show_field
from lupweb.profiles.sources import Source
from lupweb.texts import Text, _


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
            return problem("source", Reason.FIELD_HAS_NO_SOURCE, text, _no_source(case), fix, fixes)
        return Check("source", State.OK, text)
    text = _("It is read from LDAP, attribute %(name)s.", name=shown.attribute)
    return Check("source", State.OK, text)


def _no_source(case: Case) -> list[Text]:
    if case.field.source is Source.USER:
        return [_("The field is set to: people fill it in.")]
    return [_("The field is set to be read, and names no attribute.")]


def _other_source(case: Case, text: Text, fix: Text) -> Check:
    if not lacks(case):
        return Check("source", State.OK, text)
    other = case.other
    fixes = [show_field(case)]
    evidence: list[Text] = []
    if case.field.type.sources:
        evidence = [_("None of them leads to a value: %(fields)s.", fields=_named(case))]
    elif other is None or not other.subject:
        evidence = [_("This source is not set up.")]
        fixes.insert(0, Fix(Act.SHOW_SOURCES, _("Other sources")))
    else:
        evidence = [_last_run(case)]
        label = _("Import the file now")
        if case.field.source is Source.ALTERNATIVE_LDAP:
            label = _("Read the other LDAP now")
        fixes[:0] = [
            Fix(Act.READ_SOURCE, label, other.subject),
            Fix(Act.SHOW_SOURCES, _("Other sources")),
        ]
    return problem("source", Reason.OTHER_SOURCE_WINS, text, evidence, fix, fixes)


def _last_run(case: Case) -> Text:
    last = case.other.last if case.other else None
    if last is None:
        return _("It has not been read yet.")
    return _(
        "Run %(run)s read it last (%(when)s): %(state)s. %(message)s",
        run=last.id,
        when=case.told(last.started_at),
        state=last.state,
        message=last.message,
    )


def _named(case: Case) -> str:
    return ", ".join(case.source_names)
