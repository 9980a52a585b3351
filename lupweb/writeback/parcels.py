"""Make ready what was claimed: does the set-up still want it written, and how is it read?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lupweb.directories.attributes import is_never_written
from lupweb.errors import InvalidValue
from lupweb.outbox.states import OnConflict, OutboxState
from lupweb.outbox.values import PICTURE, Claimed, Verdict
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.picture_writing import PICTURE_VALUES, with_picture
from lupweb.profiles.sources import Source
from lupweb.writeback.carrying import Outcome, Parcel
from lupweb.writeback.reasons import Reason

LOOK_AGAIN = timedelta(minutes=1)
"""How long something waits that the set-up has switched off, before it is looked at again."""


@dataclass(frozen=True)
class Batch:
    """What one claim took.

    :param people: the messages of each person, ready to be brought
    :param settled: those that are not brought at all
    """

    people: Sequence[Sequence[Parcel]]
    settled: Sequence[Outcome]


@dataclass(frozen=True)
class Packing:
    """What the set-up of today says of messages.

    :param chosen: the options of the site
    :param directory: key of the one to which they go
    """

    layout: Layout
    chosen: Mapping[str, Any]
    now: datetime
    directory: str

    def batch(self, claimed: Iterable[Claimed]) -> Batch:
        """Return what is to be brought, by person, and what is not; a query for each picture."""
        fields = {each.id: each for each in self.layout.fields()}
        people: dict[str, list[Parcel]] = {}
        settled: list[Outcome] = []
        for each in claimed:
            packed = self._packed(each, fields.get(each.place.field_id or 0))
            if isinstance(packed, Parcel):
                people.setdefault(each.place.unique_id, []).append(packed)
            else:
                settled.append(packed)
        return Batch(list(people.values()), settled)

    def _packed(self, claimed: Claimed, field: FieldLayout | None) -> Parcel | Outcome:
        if is_never_written(claimed.place.attribute):
            return _rejected(claimed, Reason.NEVER_WRITTEN)
        if claimed.place.field_key == PICTURE:
            return self._picture(claimed)
        if field is None or self._is_of_another(field) or not _is_written(field, claimed):
            return self._switched_off(claimed)
        wins = field.on_conflict
        return Parcel(claimed, field.type, may_replace=wins is OnConflict.PERSON, on_conflict=wins)

    def _is_of_another(self, field: FieldLayout) -> bool:
        """Return whether another directory alone supplies a field."""
        return not field.falls_through and field.directory not in {"", self.directory}

    def _picture(self, claimed: Claimed) -> Parcel | Outcome:
        attribute = str(self.chosen["picture_attribute"])
        is_written = self.chosen["picture_source"] == "ldap" and self.chosen["picture_write_back"]
        if not is_written or attribute.casefold() != claimed.place.attribute.casefold():
            return self._switched_off(claimed)
        try:
            return Parcel(with_picture(claimed), PICTURE_VALUES, may_replace=True)
        except InvalidValue:
            return _rejected(claimed, Reason.CANNOT_BE_MADE)

    def _switched_off(self, claimed: Claimed) -> Outcome:
        reason = str(Reason.SWITCHED_OFF)
        waits = Verdict(OutboxState.WAITING, not_before=self.now + LOOK_AGAIN, reason=reason)
        return Outcome(claimed, waits)


def _is_written(field: FieldLayout, claimed: Claimed) -> bool:
    same = field.attribute.casefold() == claimed.place.attribute.casefold()
    return field.writes_back and field.source is Source.LDAP and same and field.type.can_write


def _rejected(claimed: Claimed, reason: Reason) -> Outcome:
    return Outcome(claimed, Verdict(OutboxState.REJECTED, reason=str(reason)))
