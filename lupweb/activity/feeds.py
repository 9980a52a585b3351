"""A calendar at an address that only its owner knows, until they take it back."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, select

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.accounts.tokens import is_let_in
from lupweb.accounts.viewers import Viewer, viewer_of
from lupweb.activity.models import CalendarFeed
from lupweb.database import db
from lupweb.errors import Forbidden, NotFound
from lupweb.texts import _

TOKEN_BYTES = 32
LONGEST_TOKEN = 100


def made_at(viewer: Viewer) -> datetime | None:
    """Return since when the viewer's calendar has an address; None: it has none."""
    feed = db.session.get(CalendarFeed, viewer.account_id) if viewer.account_id else None
    return feed.made_at if feed else None


def make_feed(viewer: Viewer) -> str:
    """Give the viewer's calendar an address, in place of the one before; in a transaction.

    :returns: the secret part of the address. It can be told this once; only its hash is kept
    :raises Forbidden: if nobody signed in
    """
    owner = _owner(viewer)
    db.session.execute(select(User.id).where(User.id == owner).with_for_update(of=User))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    revoke_feed(viewer)
    feed = CalendarFeed(user_id=owner, token_hash=_hashed(token), made_at=clock.now())
    db.session.add(feed)
    db.session.flush()
    return token


def revoke_feed(viewer: Viewer) -> None:
    """Take the address of the viewer's calendar back; in a transaction.

    :raises Forbidden: if nobody signed in
    """
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == _owner(viewer)))


def reader_of(token: str) -> Viewer:
    """Return as whom a calendar is read: its owner, with the rights of this moment.

    :raises NotFound: if there is no such address, or its owner may not sign in any more
    """
    rows = select(User).join(CalendarFeed, CalendarFeed.user_id == User.id)
    user = None
    if len(token) <= LONGEST_TOKEN:
        user = db.session.scalar(rows.where(CalendarFeed.token_hash == _hashed(token)))
    if user is None or not is_let_in(user):
        raise NotFound(_("There is no such calendar any more."))
    return viewer_of(user)


def _owner(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise Forbidden(_("A calendar belongs to whoever signed in."))
    return viewer.account_id


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
