"""The checks of what runs did, or have still to do."""

from dataclasses import replace

from lupweb.diagnosis.case import Case, Place
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, State
from lupweb.diagnosis.judging import (
    ENDED_BADLY,
    converted,
    differs,
    entry_now,
    is_read_from_directory,
    no_directory,
    read_changes,
    read_everything,
    read_person,
    show_run,
    waits_for,
)
from lupweb.diagnosis.lately import RunLine
from lupweb.diagnosis.value_checks import kept
from lupweb.texts import Text, _


def pending(case: Case) -> Check:
    """See whether a value waits to be saved to the directory."""
    if not case.field.writes_back:
        return Check("pending", State.SKIPPED, _("The field is not saved to the directory."))
    if not case.sight.is_told:
        return Check("pending", State.SKIPPED, kept())
    if not case.pending and case.supplier and case.supplier.is_keyed_by_value:
        text = _(
            "Nothing is saved to “%(name)s”: it gives its entries no unique id, so it would not be"
            " sure whose entry is changed.",
            name=case.supplier.name,
        )
        return Check("pending", State.LOOK, text)
    if not case.pending:
        return Check("pending", State.OK, _("Nothing waits to be saved to the directory."))
    text = _("A value that was entered here is not saved to the directory yet.")
    evidence = [_("It stands at: %(state)s.", state=case.pending)]
    fix = _("Look at what waits, and at why. It is tried again by itself.")
    fixes = [Fix(Act.SHOW_WRITE_BACK, _("What is to be saved to LDAP"))]
    return Check("pending", State.PROBLEM, text, evidence, fix, fixes, Reason.PENDING_WRITE)


def held(case: Case) -> Check:
    """See whether the last run holds something back."""
    lately = case.lately
    if case.supplier is None:
        return Check("held", State.SKIPPED, no_directory())
    if lately.last is None or not lately.held:
        return Check("held", State.OK, _("Nothing of this person is held back."))
    if not case.sight.is_told:
        return Check("held", State.SKIPPED, kept())
    fixes = [show_run(lately.last.id)]
    text = _("Run %(run)s holds back a change of this person.", run=lately.last.id)
    fix = _("Look at what the run holds, and apply it if it is right.")
    evidence = [_("Since %(when)s", when=case.told(lately.last.started_at))]
    if not lately.holds_field:
        return Check("held", State.LOOK, text, evidence, fix, fixes)
    text = _("Run %(run)s holds back a new value of this field.", run=lately.last.id)
    return Check("held", State.PROBLEM, text, evidence, fix, fixes, Reason.FIELD_HELD)


def read(case: Case) -> Check:
    """See that the value has been read since the field and the entry are what they are."""
    place = case.supplier
    if place is None or not is_read_from_directory(case):
        return Check("read", State.SKIPPED, no_directory())
    evidence = [
        _("Everything was read: %(when)s", when=case.told(place.last_full_at)),
        _("The directory was read last: %(when)s", when=case.told(place.last_read_at)),
    ]
    if case.is_unread:
        evidence.append(_("The field has been changed since, and is not fully read yet."))
    if not differs(case):
        if case.is_unread:
            text = _("“%(field)s” is not fully read yet.", field=case.field.name)
            return Check("read", State.LOOK, text, evidence)
        text = _("The field has been read since it is what it is.")
        return Check("read", State.OK, text, evidence)
    if case.is_unread:
        text = _("The field is newer than the last reading of this person.")
    else:
        text = _("The entry has changed since this person was read.")
    fix = _next_run(case)
    fixes = [read_person(case), read_everything(place)]
    if waits_for(case) is not Reason.NOT_READ_YET:
        return Check("read", State.LOOK, text, evidence, fix, fixes)
    return Check("read", State.PROBLEM, text, evidence, fix, fixes, Reason.NOT_READ_YET)


def run(case: Case) -> Check:
    """See that no run is at work, and that the last one ended well."""
    place, lately = case.supplier, case.lately
    if place is None:
        return Check("run", State.SKIPPED, no_directory())
    if lately.active is not None:
        return _at_work(case, lately.active)
    if lately.last is None:
        text = _("“%(directory)s” has not been read yet.", directory=place.name)
        return Check("run", State.LOOK, text, fixes=[read_everything(place)])
    return _ended(case, place, lately.last)


def read_only(case: Case) -> Check:
    """See whether read-only mode keeps everything as it is."""
    if not case.is_read_only:
        return Check("read_only", State.OK, _("The site is not in read-only mode."))
    text = _("The site is in read-only mode: nothing is read from directories.")
    fix = _("Switch read-only mode off in the policies, or LUPWEB_READ_ONLY where it is set.")
    fixes = [Fix(Act.SHOW_POLICIES, _("Policies"))]
    if differs(case) and waits_for(case) is Reason.READ_ONLY_MODE:
        reason = Reason.READ_ONLY_MODE
        evidence = [*_newer(case), _("What is stored stays as it is until then.")]
        return Check("read_only", State.PROBLEM, text, evidence, fix, fixes, reason)
    return Check("read_only", State.LOOK, text, [], fix, fixes)


def _at_work(case: Case, active: RunLine) -> Check:
    text = _("Run %(run)s is at work, or waits for a worker.", run=active.id)
    evidence = [_("Since %(when)s", when=case.told(active.started_at))]
    fix = _("Values are there as soon as the run has come to them.")
    fixes = [show_run(active.id), read_person(case)]
    return _in_the_way(case, Check("run", State.LOOK, text, evidence, fix, fixes))


def _ended(case: Case, place: Place, last: RunLine) -> Check:
    problems = list(case.lately.problems) if case.sight.is_told else []
    evidence: list[Text | str] = [
        _("It began: %(when)s", when=case.told(last.started_at)),
        *problems,
    ]
    if last.state not in ENDED_BADLY:  # what it counted would tell of values that are kept
        text = _("The last run ended: %(state)s.", state=last.state)
        state = State.LOOK if problems else State.OK
        return Check("run", state, text, evidence, fixes=[show_run(last.id)])
    text = _("The last run did not read everybody: %(state)s.", state=last.state)
    evidence.insert(1, last.message)
    fix = _("Mend what the run says, and read again.")
    fixes = [read_person(case), read_changes(place), show_run(last.id)]
    return _in_the_way(case, Check("run", State.LOOK, text, evidence, fix, fixes))


def _in_the_way(case: Case, look: Check) -> Check:
    """Return a look at runs as a problem, if a value waits for them."""
    if not differs(case):
        return look
    reason = waits_for(case)
    if reason not in {Reason.RUN_IN_PROGRESS, Reason.RUN_FAILED}:
        return look
    return replace(look, state=State.PROBLEM, reason=reason)


def _newer(case: Case) -> list[Text]:
    answer = entry_now(case)
    if answer is None:
        return []
    found = converted(case, answer).text
    return [_("The directory has: %(value)s", value=found[:500])]


def _next_run(case: Case) -> Text:
    if case.lately.active is not None:
        return _("Run %(run)s reads it.", run=case.lately.active.id)
    if case.next_at is None:
        return _("No run is planned. Read it now.")
    return _("The next run reads it: %(when)s. Or read it now.", when=case.told(case.next_at))
