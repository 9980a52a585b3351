"""What becomes of a value, in words: for whoever entered it, and for administrators.

The person never reads a DN or a server's own words; administrators read both
(writeback.md sections 8 and 11).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lupweb.directories import fitting
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.texts import Text, _
from lupweb.writeback.reasons import Reason, read_reason


@dataclass(frozen=True)
class Names:
    """What is named in a sentence."""

    field: str
    attribute: str
    directory: str


Saying = Callable[[Names], Text]

REFUSED: Mapping[Reason, Saying] = {
    Reason.NO_RIGHT: lambda it: _(
        "The directory does not allow lupweb to change “%(field)s”. Your directory team was told.",
        field=it.field,
    ),
    Reason.NOT_KNOWN: lambda it: fitting.unknown_attribute(it.attribute),
    Reason.NOT_ACCEPTED: lambda _it: _("The directory does not accept this value."),
    Reason.ONE_VALUE: lambda _it: fitting.ONE_VALUE,
    Reason.NAMES_ENTRY: lambda _it: fitting.NAMES_ENTRY,
    Reason.GONE: lambda it: _(
        "You are no longer in the directory “%(directory)s”.", directory=it.directory
    ),
    Reason.NEVER_WRITTEN: lambda _it: fitting.NEVER_WRITTEN,
    Reason.CANNOT_BE_MADE: lambda _it: _(
        "The directory cannot hold this value. Enter another one."
    ),
    Reason.REFUSED: lambda _it: _("The directory refuses this value. Administrators see why."),
}
"""What the person reads of a value that was refused."""
WAITING = {
    Reason.UNREACHABLE: _("Saved here. The directory is not reachable at the moment."),
    Reason.CREDENTIALS: _("Saved here. The directory does not let lupweb in at the moment."),
    Reason.READ_ONLY: _("Saved here. The directory is read-only at the moment."),
    Reason.BUSY: _("Saved here. Others were changing your entry at the same moment."),
    Reason.SWITCHED_OFF: _(
        "Saved here. Saving to the directory is switched off; administrators decide what becomes"
        " of it."
    ),
}
"""What the person reads of a value that waits."""
STATES = {
    OutboxState.QUEUED: _("Being saved to the directory."),
    OutboxState.LEASED: _("Being saved to the directory."),
    OutboxState.UNKNOWN: _("Being checked: the answer of the directory was lost."),
    OutboxState.CONFLICT: _("The directory has another value by now. Choose one of the two."),
    OutboxState.WRITTEN: _("Saved to the directory."),
    OutboxState.DEAD: _("This could not be saved to the directory. Administrators see it."),
    OutboxState.CANCELLED: _("This was given up. The directory keeps its value."),
    OutboxState.SUPERSEDED: _("Something newer was entered."),
}
CAUSES: Mapping[Reason, Saying] = {
    Reason.NO_RIGHT: lambda it: _(
        "The account of lupweb may not write %(attribute)s.", attribute=it.attribute
    ),
    Reason.NOT_KNOWN: lambda it: _(
        "The schema does not know %(attribute)s, or does not allow it for this entry.",
        attribute=it.attribute,
    ),
    Reason.NOT_ACCEPTED: lambda it: _(
        "The value breaks a rule of %(attribute)s: its syntax or its length.",
        attribute=it.attribute,
    ),
    Reason.ONE_VALUE: lambda it: _(
        "%(attribute)s holds one value, and has one already.", attribute=it.attribute
    ),
    Reason.NAMES_ENTRY: lambda it: _(
        "%(attribute)s is part of the entry's name or of its object class.", attribute=it.attribute
    ),
    Reason.GONE: lambda _it: _(
        "There is no entry of this unique id where people are searched for."
    ),
    Reason.NEVER_WRITTEN: lambda it: _(
        "%(attribute)s is never written. Take the mapping away.", attribute=it.attribute
    ),
    Reason.CANNOT_BE_MADE: lambda it: _(
        "The value cannot be made into what %(attribute)s holds.", attribute=it.attribute
    ),
    Reason.REFUSED: lambda it: _(
        "The server refuses the change of %(attribute)s.", attribute=it.attribute
    ),
    Reason.BUSY: lambda _it: _("Others kept changing the entry; it is tried again."),
    Reason.UNREACHABLE: lambda _it: _(
        "The server does not answer. Nothing is lost; it is tried again."
    ),
    Reason.CREDENTIALS: lambda _it: _(
        "The server refuses the name and password of lupweb. One sign-in is tried in 5 minutes;"
        " enter the password again."
    ),
    Reason.READ_ONLY: lambda _it: _(
        "The server takes no changes now. Nothing is lost; it is tried again."
    ),
    Reason.SWITCHED_OFF: lambda _it: _(
        "Writing is switched off for the field or the directory, or the mapping was changed."
        " Drop the value, or let it wait."
    ),
}
"""What administrators read."""


def owner_sentence(
    message: OutboxMessage, *, field: str, directory: str, next_try: str = "", theirs: str = ""
) -> Text:
    """Return what the person reads who entered a value. It tells no DN and no word of a server.

    :param field: what the field is called
    :param directory: the name of the directory
    :param next_try: the time of the next try as people read it; "" leaves it out
    :param theirs: what the directory has instead, as text, for a conflict; "" leaves it out
    """
    state = OutboxState(message.state)
    if state is OutboxState.REJECTED:
        return _refused(message, field, directory)
    if state is OutboxState.WAITING:
        return _waiting(message, next_try)
    if state is OutboxState.CONFLICT and message.maybe_applied:
        return _maybe_applied(theirs)
    return STATES[state]


def administrator_sentence(message: OutboxMessage, *, tells_reply: bool = True) -> Text:
    """Return what administrators read: why, and the server's code and words.

    :param tells_reply: False for who may not see the value: a server may repeat it
    """
    reason, _longest = read_reason(message.reason)
    names = Names("", message.attribute, "")
    if reason is Reason.BUSY and message.state == OutboxState.DEAD:
        about = _("Others changed the entry each time it was tried.")
    elif reason is not None:
        about = CAUSES.get(reason, CAUSES[Reason.REFUSED])(names)
    else:
        about = STATES.get(OutboxState(message.state), CAUSES[Reason.REFUSED](names))
    said = message.last_info if tells_reply else ""
    if message.last_code and said:
        return _(
            "%(about)s Result code %(code)s; the server says: %(said)s",
            about=about,
            code=message.last_code,
            said=said,
        )
    if message.last_code:
        return _("%(about)s Result code %(code)s.", about=about, code=message.last_code)
    if said:
        return _("%(about)s The server says: %(said)s", about=about, said=said)
    return about


def _refused(message: OutboxMessage, field: str, directory: str) -> Text:
    reason, longest = read_reason(message.reason)
    if longest is not None:
        return fitting.too_long(longest)
    saying = REFUSED.get(reason or Reason.REFUSED, REFUSED[Reason.REFUSED])
    return saying(Names(field, message.attribute, directory))


def _waiting(message: OutboxMessage, next_try: str) -> Text:
    reason, _longest = read_reason(message.reason)
    known = WAITING.get(reason) if reason else None
    text = known or STATES[OutboxState.QUEUED]
    if not next_try or reason is Reason.SWITCHED_OFF:
        return text
    return _("%(text)s Next try: %(time)s.", text=text, time=next_try)


def _maybe_applied(theirs: str) -> Text:
    if not theirs:
        return _(
            "This may have been saved and then changed by someone else; the directory has another"
            " value now."
        )
    return _(
        "This may have been saved and then changed by someone else; the directory now says"
        " %(value)s.",
        value=theirs,
    )
