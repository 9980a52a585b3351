"""What administrators must know of values that do not reach the directories, until it is over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, func, select

from lupweb import clock
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import DUE, OutboxState
from lupweb.texts import Text, ngettext
from lupweb.writeback.reasons import Reason, read_reason

LONG_WAIT = timedelta(hours=1)
LONG_CONFLICT = timedelta(hours=24)
OF_THE_PERSON = frozenset(
    {Reason.NOT_ACCEPTED, Reason.ONE_VALUE, Reason.NAMES_ENTRY, Reason.GONE, Reason.CANNOT_BE_MADE}
)
"""Refusals that whoever entered the value understands, and mends."""
LOOKED_AT = (*DUE, OutboxState.CONFLICT, OutboxState.REJECTED, OutboxState.DEAD)


class ValueTroubleKind(StrEnum):
    """What is the matter with values of a directory."""

    REFUSED = "values_refused"
    WAITING = "values_waiting"
    IN_CONFLICT = "values_in_conflict"


@dataclass(frozen=True)
class ValueTrouble:
    """Something that somebody has to look at. It names nobody, and no value.

    :param since: when the oldest of these values was entered
    """

    kind: ValueTroubleKind
    directory_key: str
    text: Text
    since: datetime

    @property
    def is_bad(self) -> bool:
        """Return whether nothing arrives until somebody has acted."""
        return self.kind is not ValueTroubleKind.IN_CONFLICT


def value_troubles() -> list[ValueTrouble]:
    """Return what is the matter, directory by directory in their order; one query."""
    rows = (
        select(
            Directory.key,
            Directory.name,
            OutboxMessage.state,
            OutboxMessage.reason,
            func.count().label("n"),
            func.min(OutboxMessage.created_at).label("since"),
        )
        .join(Directory, Directory.id == OutboxMessage.directory_id)
        .where(OutboxMessage.state.in_(LOOKED_AT))
        .group_by(
            Directory.position, Directory.key, Directory.name,
            OutboxMessage.state, OutboxMessage.reason,
        )
        .order_by(Directory.position)
    )  # fmt: skip
    found: dict[tuple[str, ValueTroubleKind], list[Row[*tuple[object, ...]]]] = defaultdict(list)
    for row in db.session.execute(rows):
        kind = _kind(OutboxState(row.state), row.reason, clock.now() - row.since)
        if kind is not None:
            found[row.key, kind].append(row)
    return [_trouble(kind, group) for (_key, kind), group in found.items()]


def _kind(state: OutboxState, reason: str, age: timedelta) -> ValueTroubleKind | None:
    if state is OutboxState.DEAD:
        return ValueTroubleKind.REFUSED
    if state is OutboxState.REJECTED:
        is_theirs = read_reason(reason)[0] in OF_THE_PERSON
        return None if is_theirs else ValueTroubleKind.REFUSED
    if state is OutboxState.CONFLICT:
        return ValueTroubleKind.IN_CONFLICT if age > LONG_CONFLICT else None
    return ValueTroubleKind.WAITING if age > LONG_WAIT else None


def _trouble(kind: ValueTroubleKind, rows: Sequence[Row[*tuple[object, ...]]]) -> ValueTrouble:
    first = rows[0]
    text = _text(kind, sum(row.n for row in rows), first.name)
    return ValueTrouble(kind, first.key, text, min(row.since for row in rows))


def _text(kind: ValueTroubleKind, count: int, directory: str) -> Text:
    if kind is ValueTroubleKind.REFUSED:
        return ngettext(
            "“%(directory)s” would not have a value that somebody entered. It is kept here.",
            "“%(directory)s” would not have %(n)s values that people entered. They are kept here.",
            count,
            directory=directory,
        )
    if kind is ValueTroubleKind.WAITING:
        return ngettext(
            "A value waits for “%(directory)s” for more than an hour. Nothing is lost.",
            "%(n)s values wait for “%(directory)s”, for more than an hour. Nothing is lost.",
            count,
            directory=directory,
        )
    return ngettext(
        "A value of “%(directory)s” is in conflict for more than a day. Its person has to choose.",
        "%(n)s values of “%(directory)s” are in conflict for more than a day. Their people have to"
        " choose.",
        count,
        directory=directory,
    )
