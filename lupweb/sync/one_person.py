"""Read one person anew because somebody asks for it, with a record like that of a run."""

from lupweb.database import end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.errors import NotFound
from lupweb.options.service import options
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.runs import service as runs
from lupweb.runs.states import PERSON, RunState
from lupweb.sync.refresh import Refreshed, read_anew
from lupweb.sync.supplying import supplier_of
from lupweb.texts import Text, _, ngettext

LIMIT_S = 10.0
"""How long the directory may take: nobody waits for a page."""


def read_person(
    login: str, *, secret_key: str, connect: Connect, trigger: str, read_only: bool = False
) -> int:
    """Read the entry of one person and store what it says; return the number of the record.

    No lease is taken, so that it works beside a run. Call it outside of transactions.

    :param login: or `id:` and the number of the person
    :param trigger: who or what asks, in words
    :raises NotFound: if there is no such person, or no directory in use holds them
    """
    person = get_person(login)
    person_id, called, key = person.id, person.login, supplier_of(person.id)
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    end_reading()
    if key is None:
        raise NotFound(
            _("No directory that is switched on holds %(login)s. Nothing was read.", login=called)
        )
    with transaction():
        reason = _("one person was asked for: %(login)s", login=called)
        run_id = runs.start(f"directory:{key}", trigger=trigger, mode=PERSON, reason=reason)
    if read_only or chosen["read_only"]:
        message = _("The site is in read-only mode. Nothing was read, nothing changed.")
        with transaction():
            runs.finish(run_id, RunState.REFUSED, message)
        return run_id
    done = read_anew(person_id, layout, secret_key, connect, limit_s=LIMIT_S, run_id=run_id)
    with transaction():
        for field, why in (problem for each in done.plans for problem in each.problems):
            runs.note_problem(run_id, why, login=called, field=field)
        runs.finish(run_id, *_ended(done, called))
    return run_id


def _ended(done: Refreshed, login: str) -> tuple[RunState, Text, dict[str, int]]:
    if not done.plans:
        return (
            RunState.FAILED,
            _(
                "%(login)s could not be read: the directory did not answer in time, does not show"
                " the entry, or has switched it off. The stored values stay; the next run looks"
                " again.",
                login=login,
            ),
            {},
        )
    kind = "changed" if any(each.changes_person for each in done.plans) else "unchanged"
    count = sum(len(each.changes) for each in done.plans)
    counters = {"seen": 1, kind: 1, "values_changed": count}
    if done.unread:
        message = _(
            "%(login)s was read, but not in %(names)s: it did not answer in time, does not show the"
            " entry, or has switched it off. What comes from there stays. Other values that"
            " changed: %(n)s.",
            login=login,
            names=", ".join(done.unread),
            n=count,
        )
        return RunState.PARTIAL, message, counters
    if any(each.is_held for each in done.plans):
        message = _(
            "%(login)s was read. Values that changed: %(n)s. What a run holds back stays as it is"
            " here, until an administrator approves that run.",
            login=login,
            n=count,
        )
        return RunState.DONE, message, counters
    return (
        RunState.DONE,
        ngettext(
            "%(login)s was read: %(n)s value changed.",
            "%(login)s was read: %(n)s values changed.",
            count,
            login=login,
            n=count,
        ),
        counters,
    )
