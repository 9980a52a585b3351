"""Small regular work."""

from lupweb.accounts import sessions, throttle
from lupweb.database import transaction
from lupweb.profiles import removal
from lupweb.sync import items


def forget_what_ended() -> int:
    """Delete ended sessions, old failures, fields deleted long ago and old plans;
    return how many."""
    with transaction():
        return (
            sessions.forget_ended_sessions()
            + throttle.forget_old_failures()
            + removal.forget_old_fields()
            + items.forget_old_plans()
        )
