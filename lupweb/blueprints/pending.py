"""What owners read of their values that a directory does not have yet."""

from datetime import datetime

from lupweb import clock
from lupweb.profiles.pending import PendingValue
from lupweb.texts import Text, _
from lupweb.web.filters import when
from lupweb.writeback.sentences import owner_sentence


def pending_sentence(pending: PendingValue) -> Text:
    """Return what becomes of a value, in the words of whoever entered it."""
    next_try = pending.next_try
    return owner_sentence(
        pending.message,
        field=label_of(pending),
        directory=pending.directory,
        next_try=str(when_next(next_try)) if next_try else "",
        theirs=pending.theirs,
    )


def label_of(pending: PendingValue) -> str:
    """Return what the field is called."""
    return pending.field.name if pending.field else str(_("Picture"))


def when_next(instant: datetime) -> Text:
    """Return when something is tried again, in words; what is due already is about to be."""
    return when(instant) if instant > clock.now() else _("in a moment")
