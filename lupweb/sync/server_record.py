"""Record what a server says of itself when a run begins, and what follows for its marks."""

from lupweb import clock
from lupweb.database import end_reading, transaction
from lupweb.ldap.session import Directory as LdapSession
from lupweb.runs import service as runs
from lupweb.sync.cookies import in_vain
from lupweb.sync.modes import Standing
from lupweb.sync.newest import stamped_since
from lupweb.sync.server import (
    BALANCED,
    ServerNow,
    balanced_at,
    is_same_without_marks,
    is_unmoved,
    server_now,
    several_answer,
    told,
    written_since,
)
from lupweb.sync.task import Task
from lupweb.texts import Text


def ask_server(task: Task, session: LdapSession) -> None:
    """Record what the server says it is, and what is odd about that."""
    now = server_now(session, task.facts.user_base_dn)
    standing = task.standing
    told_now = {**now.document(), **in_vain(standing), "swept_at": clock.now().isoformat()}
    standing.server = told_now
    standing.is_unmoved = is_unmoved(standing.server_before, now)
    standing.written_since = written_since(standing.server_before, now)
    if standing.takes_marks and is_same_without_marks(standing.server_before, now):
        newest = task.here.newest_stamp()
        end_reading()
        standing.written_since = stamped_since(session, task.facts, standing.pattern, newest)
        standing.goes_by_stamps = bool(standing.written_since)
    odd = list(told(standing.server_before, now))
    odd += _without_marks(standing, now, session.connected_uri or "")
    with transaction():
        runs.tell_server(task.run_id, standing.server)
        for text in odd:
            runs.note_problem(task.run_id, text)


def _without_marks(standing: Standing, now: ServerNow, uri: str) -> list[Text]:
    """Let no mark count where several servers answer in turn; return what is told of that."""
    at = balanced_at(standing.server_before, now, uri)
    standing.server |= {"uri": uri} | ({BALANCED: at} if at else {})
    if not at or not standing.takes_marks:
        return []
    standing.takes_marks = False
    return [several_answer(at)]
