"""What waits for the directories and what they would not have, for administrators."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.field_types.base import People
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import TOLD
from lupweb.outbox.states import DUE, TROUBLED, OutboxState
from lupweb.outbox.values import PICTURE
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.profiles.desk import names_people
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import people_meant
from lupweb.profiles.visibility import may_see
from lupweb.texts import Text, _
from lupweb.writeback.breaker import Left, left_alone
from lupweb.writeback.sentences import administrator_sentence

PAGE = 50
OF_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Queue:
    """What waits for one directory.

    :param is_on: it is asked, and writing to it is allowed
    :param counts: state -> messages
    :param oldest_age: since when the oldest of those waits that are still to be sent; None: none
    :param left: why it takes nothing now; None where nothing is wrong
    """

    key: str
    name: str
    is_on: bool
    counts: Mapping[OutboxState, int]
    oldest_age: timedelta | None
    left: Left | None

    @property
    def depth(self) -> int:
        """Return how many values are still to be sent."""
        return sum(self.counts.get(state, 0) for state in DUE)

    @property
    def next_try(self) -> datetime | None:
        """Return until when it is left alone; None: it is tried as soon as something is due."""
        until = self.left.until if self.left else None
        return until if until and until > clock.now() else None

    @property
    def troubled(self) -> int:
        """Return how many values somebody has to look at."""
        return sum(self.counts.get(state, 0) for state in TROUBLED)


@dataclass(frozen=True)
class Narrowed:
    """Which messages are asked for; "" is all of them.

    :param directory: a key
    """

    state: str = ""
    directory: str = ""
    attribute: str = ""


@dataclass(frozen=True)
class MessageLine:
    """One message.

    :param label: the field's name
    :param value: what was entered, as text; None where it is kept from this administrator
    :param found: what the directory has instead, as far as that is known; None as for `value`
    """

    message: OutboxMessage
    person: Person
    directory: str
    label: Text | str
    value: str | None
    found: str | None

    @property
    def state(self) -> OutboxState:
        """Return where it stands."""
        return OutboxState(self.message.state)

    @property
    def cause(self) -> Text:
        """Return why it is not in the directory; a server may repeat a value in its own words."""
        if self.state is OutboxState.CONFLICT:
            return _("The directory has another value by now. The person chooses which one stays.")
        return administrator_sentence(self.message, tells_reply=self.value is not None)

    @property
    def may_be_retried(self) -> bool:
        """Return whether trying it at once is of any use: the owner decides a conflict."""
        return self.state in {OutboxState.WAITING, OutboxState.REJECTED, OutboxState.DEAD}


@dataclass(frozen=True)
class MessagePage:
    """Messages, the newest first; `older` names the page that goes before, if any."""

    lines: Sequence[MessageLine]
    older: int | None


def queues(viewer: Viewer) -> list[Queue]:
    """Return how each directory stands that is written to, or that something waits for.

    Numbers are for all administrators; three queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    counts, oldest = _counted()
    left = left_alone()
    rows = (
        select(Directory)
        .where(
            Directory.role != DirectoryRole.ALTERNATIVE,
            or_(Directory.writes, Directory.id.in_(list(counts))),
        )
        .order_by(Directory.position)
    )
    now = clock.now()
    return [
        Queue(
            key=each.key,
            name=each.name,
            is_on=each.writes and each.is_enabled,
            counts=counts.get(each.id, {}),
            oldest_age=now - oldest[each.id] if each.id in oldest else None,
            left=left.get(each.id),
        )
        for each in db.session.scalars(rows)
    ]


def attributes_waiting() -> list[str]:
    """Return the attributes of what is listed, in their order; one query."""
    rows = select(OutboxMessage.attribute).where(OutboxMessage.state.in_(TOLD)).distinct()
    return sorted(db.session.scalars(rows), key=str.casefold)


def messages(
    viewer: Viewer, layout: Layout, narrowed: Narrowed, *, before: int | None = None
) -> MessagePage:
    """Return a page of what is not in the directories; a constant number of queries.

    :param before: only what is older than the message of this number
    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    rows = (
        select(OutboxMessage, Person, Directory.name)
        .join(Person, Person.id == OutboxMessage.person_id)
        .join(Directory, Directory.id == OutboxMessage.directory_id)
        .where(*_conditions(narrowed))
        .order_by(OutboxMessage.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        rows = rows.where(OutboxMessage.id < before)
    found = [(message, person, name) for message, person, name in db.session.execute(rows)]
    page = found[:PAGE]
    maker = _maker(viewer, layout, [(message, person) for message, person, _name in page])
    older = page[-1][0].id if len(found) > PAGE else None
    return MessagePage([maker.line(*each) for each in page], older)


def count_of(narrowed: Narrowed) -> int:
    """Return how many messages are like this."""
    return db.session.scalar(_of(select(func.count(OutboxMessage.id)), narrowed)) or 0


def ids_of(narrowed: Narrowed, *, after: int = 0, limit: int) -> list[int]:
    """Return the numbers of messages like this, the oldest first."""
    rows = _of(select(OutboxMessage.id), narrowed).where(OutboxMessage.id > after)
    return list(db.session.scalars(rows.order_by(OutboxMessage.id).limit(limit)))


def _counted() -> tuple[dict[int, dict[OutboxState, int]], dict[int, datetime]]:
    """Return counts by directory and state, and when the oldest was entered that is to be sent."""
    rows = (
        select(
            OutboxMessage.directory_id,
            OutboxMessage.state,
            func.count(OutboxMessage.id),
            func.min(OutboxMessage.created_at),
        )
        .where(OutboxMessage.state.in_(TOLD))
        .group_by(OutboxMessage.directory_id, OutboxMessage.state)
    )
    counts: dict[int, dict[OutboxState, int]] = defaultdict(dict)
    oldest: dict[int, datetime] = {}
    for directory_id, state, count, first in db.session.execute(rows):
        counts[directory_id][OutboxState(state)] = count
        if state in DUE:
            oldest[directory_id] = min(first, oldest.get(directory_id, first))
    return counts, oldest


def _conditions(narrowed: Narrowed) -> list[ColumnElement[bool]]:
    known = {str(state) for state in TOLD}
    states = [narrowed.state] if narrowed.state in known else TOLD
    found: list[ColumnElement[bool]] = [OutboxMessage.state.in_(states)]
    if narrowed.directory:
        own = select(Directory.id).where(Directory.key == narrowed.directory)
        found.append(OutboxMessage.directory_id.in_(own))
    if narrowed.attribute:
        found.append(OutboxMessage.attribute == narrowed.attribute)
    return found


def _of(rows: Select[int], narrowed: Narrowed) -> Select[int]:
    return rows.where(*_conditions(narrowed))


@dataclass(frozen=True)
class _LineMaker:
    """What the lines of one page have in common."""

    viewer: Viewer
    fields: Mapping[str, FieldLayout]
    groups: Mapping[int, frozenset[int]]
    people: People

    def line(self, message: OutboxMessage, person: Person, directory: str) -> MessageLine:
        """Return the line of one message."""
        field = self.fields.get(message.field_key)
        label: Text | str = field.name if field else message.field_key
        return MessageLine(
            message=message,
            person=person,
            directory=directory,
            label=_("Picture") if message.field_key == PICTURE else label,
            value=self.text(message, message.new_value),
            found=self.text(message, message.found_value),
        )

    def text(self, message: OutboxMessage, value: str) -> str | None:
        """Return a value as text, or None where the viewer may not see it."""
        if message.field_key == PICTURE:
            return ""
        field = self.fields.get(message.field_key)
        groups = self.groups.get(message.person_id, OF_NOBODY)
        if field is None or not may_see(self.viewer, field, message.person_id, groups):
            return None
        return field.type.text(value, self.people.get(value), self.people) if value else ""


def _maker(
    viewer: Viewer, layout: Layout, found: Sequence[tuple[OutboxMessage, Person]]
) -> _LineMaker:
    fields = {each.key: each for each in layout.fields()}
    naming = [
        (fields[message.field_key], value)
        for message, _person in found
        if message.field_key in fields and names_people(fields[message.field_key])
        for value in (message.new_value, message.found_value)
    ]
    texts = [item for field, value in naming for item in field.type.split(value)]
    groups = groups_of(sorted({person.id for _message, person in found})) if found else {}
    return _LineMaker(viewer, fields, groups, people_meant(texts) if texts else {})
