"""The check of a person whom nobody knows by what was typed, or whom it does not tell apart."""

from lupweb.diagnosis.case import Case
from lupweb.diagnosis.findings import Act, Check, Fix, Reason, problem
from lupweb.diagnosis.judging import read_changes, show_run, show_settings
from lupweb.diagnosis.searching import IN_VAIN, asked, reads
from lupweb.texts import Text, _

MOST_NAMED = 10


def unknown(case: Case) -> Check:
    """Say that nobody is called that, or that several are."""
    if case.namesakes:
        return _several(case)
    answers = case.answers or {}
    found = [each for each in case.directories if each.key in answers]
    text = _("Nobody here is called “%(handle)s”.", handle=case.handle[:200])
    evidence = asked(case)
    has_entry = [each for each in found if answers[each.key].has_entry]
    if case.at_work:
        return _soon(case, evidence)
    if not has_entry:
        wrong = [each for each in found if answers[each.key].contact in IN_VAIN]
        fix: Text = _("Check the login. Is there an entry in a directory, below its base DN?")
        evidence += [reads(each) for each in wrong]
        fixes = [show_settings(each) for each in wrong]
        fixes.append(Fix(Act.SHOW_DIRECTORIES, _("Directories and who is read")))
        return problem("person", Reason.PERSON_UNKNOWN, text, evidence, fix, fixes)
    fix = _("The entry has not been read yet. Read the changes of the directory.")
    fixes = [read_changes(each) for each in has_entry]
    return problem("person", Reason.PERSON_UNKNOWN, text, evidence, fix, fixes)


def _several(case: Case) -> Check:
    text = _(
        "%(n)s people are called “%(handle)s” here. Name one of them by number, such as %(one)s.",
        n=len(case.namesakes),
        handle=case.handle[:200],
        one=f"id:{case.namesakes[0].id}",
    )
    evidence = [each.line for each in case.namesakes[:MOST_NAMED]]
    fix = _("Ask again with id: and the number in place of the login.")
    return problem("person", Reason.PERSON_UNKNOWN, text, evidence, fix, [])


def _soon(case: Case, evidence: list[Text]) -> Check:
    runs = list(case.at_work.values())
    text = _(
        "Nobody here is called “%(handle)s” yet. Run %(run)s is at work, or waits for a worker.",
        handle=case.handle[:200],
        run=runs[0].id,
    )
    fix = _("Check again when the run has ended.")
    fixes = [show_run(each.id) for each in runs]
    return problem("person", Reason.PERSON_UNKNOWN, text, evidence, fix, fixes)
