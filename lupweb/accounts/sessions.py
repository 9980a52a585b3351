"""Signed-in browsers as rows: found by the hash of a random key, revoked by deleting the row."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from lupweb import clock
from lupweb.accounts.models import Session, User
from lupweb.database import db
from lupweb.directories.models import Directory, Identity

SHORT = timedelta(hours=12)
LONG = timedelta(days=30)
CHECK_EVERY = timedelta(minutes=5)
"""How long a session goes on with a role that was taken away (hostile-input.md B28)."""


def open_session(user_id: int, content: dict[str, Any], *, keep: bool) -> str:
    """Record that a browser signed in; return the key for its cookie.

    :param keep: "Stay signed in on this device": 30 days instead of 12 hours
    """
    key = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.execute(update(User).where(User.id == user_id).values(last_sign_in_at=now))
    db.session.add(
        Session(
            key_hash=hashed(key),
            user_id=user_id,
            content=content,
            created_at=now,
            expires_at=now + (LONG if keep else SHORT),
            checked_at=now,
        )
    )
    return key


def store_content(key: str, content: dict[str, Any]) -> None:
    """Keep what the pages of a session remember from one to the next."""
    change = update(Session).where(Session.key_hash == hashed(key)).values(content=content)
    db.session.execute(change)


def replace_key(key: str, content: dict[str, Any]) -> str | None:
    """Give a session another key, since its rights changed; None if it has ended meanwhile."""
    new_key = secrets.token_urlsafe(32)
    change = (
        update(Session)
        .where(Session.key_hash == hashed(key))
        .values(key_hash=hashed(new_key), content=content)
    )
    return new_key if db.session.connection().execute(change).rowcount else None


def is_due(checked_at: datetime | None) -> bool:
    """Return whether it is time to look again what the account of a session may do."""
    return checked_at is None or clock.now() - checked_at >= CHECK_EVERY


def seconds_to_keep(created_at: datetime, expires_at: datetime) -> int | None:
    """Return how long the browser keeps its cookie; None: until it is closed."""
    if expires_at - created_at <= SHORT:
        return None
    return max(int((expires_at - clock.now()).total_seconds()), 0)


def note_check(key: str) -> None:
    """Remember that the rights of a session were looked at now."""
    change = update(Session).where(Session.key_hash == hashed(key))
    db.session.execute(change.values(checked_at=clock.now()))


def check_all_soon() -> None:
    """Let every session look at its rights at its next page: roles were changed."""
    db.session.execute(update(Session).values(checked_at=None))


def close_session(key: str) -> None:
    """Sign this browser out; its cookie is worth nothing any more."""
    db.session.execute(delete(Session).where(Session.key_hash == hashed(key)))


def close_sessions_of(user_id: int) -> None:
    """Sign every browser of an account out."""
    db.session.execute(delete(Session).where(Session.user_id == user_id))


def close_sessions_of_people(person_ids: Collection[int]) -> None:
    """Sign people out everywhere: a directory no longer lets them in."""
    users = select(User.id).where(User.person_id.in_(person_ids))
    db.session.execute(delete(Session).where(Session.user_id.in_(users)))


def close_sessions_without_a_door() -> None:
    """Sign out whom no directory would let in any more: theirs was switched off, or removed."""
    let_in = (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.is_gone.is_(False), Directory.is_enabled)
    )
    shut_out = select(User.id).where(
        User.person_id.is_not(None), User.password_hash == "", User.person_id.not_in(let_in)
    )
    db.session.execute(delete(Session).where(Session.user_id.in_(shut_out)))


def forget_ended_sessions() -> int:
    """Delete the rows of sessions that have ended; return how many there were."""
    ended = delete(Session).where(Session.expires_at <= clock.now())
    return db.session.connection().execute(ended).rowcount


def hashed(key: str) -> str:
    """Return what stands in the row in place of the key."""
    return hashlib.sha256(key.encode()).hexdigest()
