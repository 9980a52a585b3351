"""Whose value stays where the directory has a third one by now, as was chosen for the field."""

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import tell
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import cancel
from lupweb.outbox.states import THEIRS
from lupweb.outbox.values import packed


def give_way(message: OutboxMessage) -> None:
    """Give up what was entered, and tell its person; call inside a transaction."""
    cancel(message, THEIRS)
    tell_theirs_stays(message)


def tell_theirs_stays(message: OutboxMessage) -> None:
    """Tell a person that what they entered was given up; call inside a transaction."""
    about = {"by": "", "fields": [message.field_key]}
    tell(message.person_id, NoticeKind.THEIRS_STAYS, about)


def write_over(message: OutboxMessage, kind: FieldType, value: str) -> None:
    """Let a message replace the value that the directory has by now; call inside a transaction."""
    try:
        held = kind.write(value)
    except InvalidValue:  # people are DNs in the directory, and stay so until somebody is chosen
        held = [item.encode() for item in kind.split(value)]
    message.old_value, message.expected = value, packed(held)
