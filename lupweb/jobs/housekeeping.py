"""Small regular work."""

from lupweb.accounts import sessions, throttle
from lupweb.database import transaction


def forget_what_ended() -> int:
    """Delete the rows of ended sessions and of old failures; return how many there were."""
    with transaction():
        return sessions.forget_ended_sessions() + throttle.forget_old_failures()
