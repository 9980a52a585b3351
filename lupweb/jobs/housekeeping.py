"""Small regular work."""

from lupweb.accounts import sessions, throttle, tokens
from lupweb.database import transaction
from lupweb.profiles import picture_past, removal
from lupweb.sync import items


def forget_what_ended() -> int:
    """Delete ended sessions and tokens, old failures, fields deleted long ago, old plans and
    pictures that were replaced long ago; return how many."""
    with transaction():
        return (
            sessions.forget_ended_sessions()
            + tokens.forget_ended_tokens()
            + throttle.forget_old_failures()
            + removal.forget_old_fields()
            + items.forget_old_plans()
            + picture_past.forget_replaced()
        )
