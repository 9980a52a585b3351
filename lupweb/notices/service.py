"""Tell people; remember what they have read."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.notices.models import Notice, NoticeKind

MOST_UNREAD = 20
"""How many a page shows at once; older ones come when these are read."""


def tell(person_id: int, kind: NoticeKind, about: Mapping[str, Any]) -> None:
    """Tell a person something; call inside a transaction.

    :param about: names and keys, never a value: it outlives a restriction that is set later
    """
    db.session.add(Notice(person_id=person_id, kind=kind, about=dict(about), at=clock.now()))


def unread(viewer: Viewer) -> Sequence[Notice]:
    """Return what the viewer has not read yet, the newest first; one query."""
    if viewer.person_id is None:
        return ()
    waiting = (
        select(Notice)
        .where(Notice.person_id == viewer.person_id, Notice.read_at.is_(None))
        .order_by(Notice.id.desc())
        .limit(MOST_UNREAD)
    )
    return db.session.scalars(waiting).all()


def mark_read(viewer: Viewer, up_to: int) -> None:
    """Note that the viewer has read their notices; call inside a transaction.

    :param up_to: the number of the newest one that was shown: a later one stays unread
    """
    if viewer.person_id is None:
        return
    shown = (
        update(Notice)
        .where(Notice.person_id == viewer.person_id, Notice.read_at.is_(None), Notice.id <= up_to)
        .values(read_at=clock.now())
    )
    db.session.execute(shown)
