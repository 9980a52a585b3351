"""The cookie of syncrepl as a mark: who was removed is seen without comparing all (sync.md 12).

It is taken before everybody is compared, and again from each answer; kept with the other marks when
the run has ended well. An answer that does not say what changed is not used: everybody is compared
in the same run, and its record says why.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lupweb.database import end_reading
from lupweb.errors import DirectoryError, DirectoryUnavailable
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, one_of
from lupweb.ldap.paging import Question
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.syncing import Answered, SyncAnswer
from lupweb.runs.states import FULL
from lupweb.sync.deleted import deleted_people
from lupweb.sync.delivered import Surroundings, stamps_of, with_unique_ids
from lupweb.sync.modes import Standing
from lupweb.sync.server import was_written_since
from lupweb.sync.sweeping import Keys, in_parts, keys_of_page
from lupweb.sync.task import Task
from lupweb.texts import _

COOKIE, IN_VAIN = "cookie", "cookie_in_vain"
"""Under which names they stand in what is kept of a server."""
MOST_IN_VAIN = 2
"""A server that answered so often in a row with who is there has no log; it is asked no more."""
MORE = 1_000
"""Entries that may be named beside as many as there are."""
WHY_NOT = {
    Answered.PRESENT: _(
        "the server lists who is there instead of who was removed since the last run (its overlay"
        " syncprov has no session log, or not for so long), so everybody was compared"
    ),
    Answered.STALE: _(
        "the server does not take the mark of the last run any more, so everybody was compared"
    ),
    Answered.LIMITED: _(
        "the server has a size limit for this account and does not send all that has changed, so"
        " everybody was compared"
    ),
    Answered.TOO_MUCH: _(
        "the server sends everything again instead of what has changed, so everybody was compared"
    ),
}
REFUSED = _("the server refuses to say what has changed, so everybody was compared")


@dataclass(frozen=True)
class Written:
    """What has changed since the last run.

    :param met: the states of the entries that were written
    :param removed: unique ids of entries that are known here, and are not there any more
    """

    met: list[Keys] = field(default_factory=list)
    removed: Collection[str] = ()


def in_vain(standing: Standing) -> dict[str, int]:
    """Return what a run begins with: how often the server was asked in vain.

    A complete reading forgets it, since somebody may have given the server a log.
    """
    times = 0 if standing.asked == FULL else int(standing.server_before.get(IN_VAIN, 0))
    return {IN_VAIN: times} if times else {}


def take_cookie(task: Task, session: LdapSession) -> None:
    """Note where the server stands, before everybody is read or compared; once in a run.

    :raises DirectoryUnavailable: if the server does not answer
    """
    standing = task.standing
    is_wanted = standing.wants_marks and not (task.dry_run or task.plan_run_id)
    if (
        not is_wanted
        or COOKIE in standing.server
        or standing.server.get(IN_VAIN, 0) >= MOST_IN_VAIN
    ):
        return
    try:
        cookie = session.sync_cookie(task.facts.user_base_dn)
    except DirectoryUnavailable:
        raise
    except DirectoryError:
        return  # there are other marks
    _keep(standing.server, cookie)


def written_since_mark(
    task: Task, session: LdapSession, around: Surroundings, search_filter: str, *, page_size: int
) -> Written | None:
    """Return what the server says has changed since the last run: by a cookie, or by a filter.

    :returns: None if it does not say it; why, is noted in the standing of the task then
    :raises DirectoryUnavailable: if it does not answer; its cookie is not used again in this run
    """
    standing, base = task.standing, task.facts.user_base_dn
    cookie = b64decode(standing.cookie)
    standing.cookie, standing.goes_by_cookie = "", False
    if standing.is_unmoved:
        _keep(standing.server, cookie)
        return Written()
    if cookie:
        return _written_since_cookie(task, session, around, search_filter, cookie)
    # first: a long list takes the connection with it
    deleted = deleted_people(session, task, around.naming)
    wanted = all_of(search_filter, standing.written_since)
    make = partial(keys_of_page, naming=around.naming, now=around.now)
    question = Question(base, wanted, _keys(around))
    pages = session.made_of_pages(question, make, page_size=page_size)
    return Written([part for page in task.course.counted(pages) for part in page], deleted)


def _written_since_cookie(
    task: Task, session: LdapSession, around: Surroundings, search_filter: str, cookie: bytes
) -> Written | None:
    standing, base = task.standing, task.facts.user_base_dn
    question = Question(base, search_filter, _keys(around))
    try:
        answer = session.changed_since(cookie, question, most=task.expected + MORE)
    except DirectoryUnavailable:
        raise
    except DirectoryError:
        standing.why_compared = REFUSED
        return None
    kind = _kind(answer, standing.server_before, around.naming.stamp)
    times = standing.server.pop(IN_VAIN, 0)
    if kind is Answered.CHANGES:
        standing.goes_by_cookie = True
        _keep(standing.server, answer.cookie or cookie)
        return _written(task, session, around, search_filter, answer)
    if kind is Answered.PRESENT:
        standing.server[IN_VAIN] = times + 1
    standing.why_compared = WHY_NOT[kind]
    return None


def _written(
    task: Task,
    session: LdapSession,
    around: Surroundings,
    search_filter: str,
    answer: SyncAnswer,
) -> Written:
    """Return what an answer says, of people whom we know; who is there all the same, came back."""
    naming, base = around.naming, task.facts.user_base_dn
    removed: set[str] = set()
    for some in in_parts(sorted(answer.removed)):
        removed |= task.here.known_ids(some)
    end_reading()
    back: list[Entry] = []
    for some in in_parts(sorted(removed)):
        question = all_of(search_filter, one_of(naming.unique_id, some))
        for page in session.pages(base, question, _keys(around)):
            back += page
    _people, ids, _nobody = with_unique_ids(back, naming.unique_id)
    met = keys_of_page([*answer.entries, *back], naming, around.now)
    return Written(met, removed.difference(ids))


def _kind(answer: SyncAnswer, before: Mapping[str, Any], stamp: str) -> Answered:
    """Return how the server answered: an entry that is as old as the mark was not to be sent."""
    if answer.kind is Answered.CHANGES:
        stamps = stamps_of([each.values(stamp) for each in answer.entries])
        if not all(was_written_since(before, each) for each in stamps):
            return Answered.TOO_MUCH
    return answer.kind


def _keys(around: Surroundings) -> list[str]:
    naming = around.naming
    return [naming.unique_id, naming.stamp, *naming.extra]


def _keep(server: dict[str, Any], cookie: bytes) -> None:
    if cookie:
        server[COOKIE] = b64encode(cookie).decode("ascii")
