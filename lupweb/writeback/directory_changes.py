"""What a change of a directory's set-up means for values on their way there; in a transaction."""

from collections.abc import Iterator

from sqlalchemy import func, select

from lupweb import clock
from lupweb.audit.events import note_event
from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import tell
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import TOLD
from lupweb.outbox.service import cancel, due, tell_promised
from lupweb.people.models import Person
from lupweb.profiles.document import values_of
from lupweb.writeback import breaker
from lupweb.writeback.reasons import Reason
from lupweb.writeback.settling import resume

NOT_CONNECTED = "not_connected"
"""The source of a line of the history about a value whose directory was taken away."""
BLOCK = 500


def try_again_now(directory_id: int) -> None:
    """Let what waits for a directory go at once: its settings are new, or it was seen to answer.

    Without it a directory that refused the password of lupweb is left alone for 5 minutes.
    """
    breaker.note_answer(directory_id)
    waited = (Reason.UNREACHABLE, Reason.CREDENTIALS, Reason.READ_ONLY, Reason.SWITCHED_OFF)
    resume(directory_id, clock.now(), waited)
    if due(directory_id, limit=1):
        tell_promised(directory_id)


def waiting_for(directory_id: int) -> int:
    """Return how many values have not reached a directory; one query."""
    rows = select(func.count()).where(
        OutboxMessage.directory_id == directory_id, OutboxMessage.state.in_(TOLD)
    )
    return db.session.scalar(rows) or 0


def give_up_all(key: str, actor: str) -> int:
    """Give up what has not reached a directory that is taken away; return how many values.

    Each gets a line in the history of its person, and the person is told. The messages themselves
    go with the directory.

    :param actor: who takes it away, as in `AuditEvent.actor`
    """
    directory = db.session.scalars(select(Directory).where(Directory.key == key)).one()
    count = 0
    for block in _blocks(directory.id):
        count += len(block)
        _give_up(block, directory.name)
    if count:
        note_event(actor, "writeback.given_up", key, {}, {"values": count})
    return count


def _blocks(directory_id: int) -> Iterator[list[OutboxMessage]]:
    """Yield all messages that people are told of."""
    after = 0
    rows = select(OutboxMessage).where(
        OutboxMessage.directory_id == directory_id, OutboxMessage.state.in_(TOLD)
    )
    while True:
        page = rows.where(OutboxMessage.id > after).order_by(OutboxMessage.id).limit(BLOCK)
        found = list(db.session.scalars(page))
        if not found:
            return
        after = found[-1].id
        yield found


def _give_up(messages: list[OutboxMessage], directory: str) -> None:
    fields: dict[int, list[str]] = {}
    for each in messages:
        fields.setdefault(each.person_id, []).append(each.field_key)
        cancel(each, NOT_CONNECTED)
    people = db.session.execute(
        select(Person.id, Person.document).where(Person.id.in_(fields)).order_by(Person.id)
    )
    # with the confirmed value, since nobody else has seen another
    changes = [
        Change(id_, key, values_of(document).get(key, ""), values_of(document).get(key, ""))
        for id_, document in people
        for key in fields[id_]
    ]
    record(changes, source=NOT_CONNECTED, run_id=None, at=clock.now())
    for person_id, keys in fields.items():
        tell(person_id, NoticeKind.NOT_SAVED, {"by": "", "fields": keys, "directory": directory})
