"""Small regular work."""

from lupweb.accounts import sessions
from lupweb.database import transaction


def forget_ended_sessions() -> int:
    """Delete the rows of sessions that have ended; return how many there were."""
    with transaction():
        return sessions.forget_ended_sessions()
