"""Fields that were deleted: for 30 days they can be brought back, then their values go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from lupweb import clock
from lupweb.database import db
from lupweb.directories.offers import forget_offers
from lupweb.options.service import options
from lupweb.profiles.field_changes import values_of_field
from lupweb.profiles.layout import in_readers_language, load_layout
from lupweb.profiles.models import FieldGroup, IndexedValue, ProfileField
from lupweb.profiles.writing import Hand, store_for_many

KEPT = timedelta(days=30)
AT_ONCE = 1_000


@dataclass(frozen=True)
class RemovedField:
    """A field that can still be brought back."""

    key: str
    name: str
    removed_at: datetime

    @property
    def days_left(self) -> int:
        """Return for how many more days."""
        return max((self.removed_at + KEPT - clock.now()).days, 0)


def removed_fields() -> list[RemovedField]:
    """Return the fields that were deleted, the last one first; one query."""
    gone = select(ProfileField).where(ProfileField.removed_at.is_not(None))
    return [
        RemovedField(each.key, in_readers_language(each.name, each.names), each.removed_at)
        for each in db.session.scalars(gone.order_by(ProfileField.removed_at.desc()))
        if each.removed_at
    ]


def forget_old_fields() -> int:
    """Forget the fields that were deleted long enough ago; return how many there were."""
    old = ProfileField.removed_at <= clock.now() - KEPT
    keys = db.session.scalars(select(ProfileField.key).where(old)).all()
    forget_fields(keys)
    return len(keys)


def forget_fields(keys: Collection[str]) -> None:
    """Forget fields with all that people have in them; call inside a transaction."""
    if not keys:
        return
    layout = load_layout(options()["phone_region"])
    hand = Hand("field", "", clock.now())
    for key in keys:
        ids = [person_id for person_id, _value in values_of_field(key)]
        for start in range(0, len(ids), AT_ONCE):
            emptied = {person_id: {key: ""} for person_id in ids[start : start + AT_ONCE]}
            store_for_many(layout, emptied, hand, is_recorded=False)
    forget_offers(list(keys))
    fields = select(ProfileField.id).where(ProfileField.key.in_(keys)).scalar_subquery()
    db.session.execute(delete(FieldGroup).where(FieldGroup.field_id.in_(fields)))
    db.session.execute(delete(IndexedValue).where(IndexedValue.field_id.in_(fields)))
    db.session.execute(delete(ProfileField).where(ProfileField.key.in_(keys)))
