"""Whose profiles an account looked at last: bookkeeping, bounded, and off if its owner likes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, text

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.models import Contact, RecentOff, RecentView
from lupweb.contacts.queries import hold_account, met, owner_of
from lupweb.database import UtcDateTime, db
from lupweb.people.models import Person
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.layout import Layout

MOST = 20
AGAIN_AFTER = timedelta(minutes=10)
"""A profile that is opened again within this time is not noted again: a page view writes seldom."""

NOTE = text(
    "INSERT INTO recent_view (user_id, person_id, seen_at) VALUES (:owner, :person, :now)"
    " ON CONFLICT (user_id, person_id) DO UPDATE SET seen_at = excluded.seen_at"
).bindparams(bindparam("now", type_=UtcDateTime))
KEEP_THE_LAST = text(
    "DELETE FROM recent_view WHERE user_id = :owner AND person_id NOT IN (SELECT person_id"
    " FROM recent_view WHERE user_id = :owner ORDER BY seen_at DESC, person_id LIMIT :most)"
)


@dataclass(frozen=True)
class Standing:
    """How somebody stands to the viewer who opens their profile.

    :param is_contact: whether the viewer starred them
    :param is_to_note: whether this view is worth a row
    """

    is_contact: bool = False
    is_to_note: bool = False


@dataclass(frozen=True)
class Recent:
    """Whom the viewer looked at, the last one first.

    :param is_off: the viewer does not want it kept
    """

    cards: Sequence[PersonCard]
    is_off: bool


def standing_of(viewer: Viewer, person_id: int) -> Standing:
    """Return how somebody stands to the viewer; one query, and none for who has no account."""
    owner = viewer.account_id
    if owner is None:
        return Standing()
    is_contact = exists().where(
        Contact.user_id == owner, Contact.person_id == person_id, Contact.removed_at.is_(None)
    )
    is_off = exists().where(RecentOff.user_id == owner)
    seen = select(RecentView.seen_at).where(
        RecentView.user_id == owner, RecentView.person_id == person_id
    )
    row = db.session.execute(
        select(is_contact.label("a"), is_off.label("b"), seen.scalar_subquery().label("c"))
    ).one()
    is_own = viewer.person_id == person_id
    return Standing(bool(row.a), not row.b and not is_own and _is_old(row.c))


def note_view(viewer: Viewer, person_id: int) -> None:
    """Note that the viewer opened somebody's profile; in a transaction.

    Only the last 20 people are kept.
    """
    known = {"owner": owner_of(viewer), "person": person_id, "now": clock.now()}
    db.session.execute(NOTE, known)
    db.session.execute(KEEP_THE_LAST, {"owner": known["owner"], "most": MOST})


def recent_people(viewer: Viewer, layout: Layout, options: Mapping[str, Any]) -> Recent:
    """Return whom the viewer looked at and can still be met; a constant number of queries.

    :raises Forbidden: if nobody signed in
    """
    owner = owner_of(viewer)
    rows = (
        select(RecentView.person_id)
        .join(Person, Person.id == RecentView.person_id)
        .where(RecentView.user_id == owner, met(options))
        .order_by(RecentView.seen_at.desc(), RecentView.person_id)
    )
    ids = list(db.session.scalars(rows))
    is_off = db.session.get(RecentOff, owner) is not None
    return Recent(card_list(viewer, layout, ids), is_off)


def forget_views(viewer: Viewer) -> None:
    """Forget whom the viewer looked at; in a transaction.

    :raises Forbidden: if nobody signed in
    """
    db.session.execute(delete(RecentView).where(RecentView.user_id == owner_of(viewer)))


def keep_views(viewer: Viewer, *, wanted: bool) -> None:
    """Choose whether views are kept; what was kept goes with a no; in a transaction.

    :raises Forbidden: if nobody signed in
    """
    owner = hold_account(viewer)
    db.session.execute(delete(RecentOff).where(RecentOff.user_id == owner))
    if not wanted:
        db.session.add(RecentOff(user_id=owner))
        forget_views(viewer)
    db.session.flush()


def _is_old(seen_at: datetime | None) -> bool:
    return seen_at is None or clock.now() - seen_at >= AGAIN_AFTER
