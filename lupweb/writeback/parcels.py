"""Make ready what was claimed: does the set-up still want it written, and how is it read?"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lupweb.directories.attributes import is_never_written
from lupweb.errors import InvalidValue
from lupweb.ldap.entry import folded_name
from lupweb.outbox.states import OnConflict, OutboxState
from lupweb.outbox.values import PICTURE, Claimed, Verdict
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.picture_writing import PICTURE_VALUES, with_picture
from lupweb.profiles.sources import Source
from lupweb.writeback.carrying import Outcome, Parcel
from lupweb.writeback.reasons import Reason

OF_NAMES = ("cn", "sn")
"""What names are made of where a directory says nothing else, and what they are sorted by."""
LOOK_AGAIN = timedelta(minutes=1)
"""How long something waits that the set-up has switched off, before it is looked at again."""


@dataclass(frozen=True)
class Batch:
    """What one claim took.

    :param people: the messages of each person, ready to be brought
    :param settled: those that are not brought at all
    :param read: what runs make of an entry: field key, "" for names and the like, and attribute
    """

    people: Sequence[Sequence[Parcel]]
    settled: Sequence[Outcome]
    read: Sequence[tuple[str, str]] = ()

    def unread_where_shared(
        self, outcomes: Sequence[Outcome], names_of: Callable[[str], Collection[str]]
    ) -> list[Outcome]:
        """Return outcomes of one person, without the new stamp if more than them is to be read.

        What was written is confirmed for its own field. Where a run makes anything else of the
        attribute, it has to find that the entry has changed.

        :param names_of: returns all names of an attribute
        """
        fields = {each.claimed.place.field_key for each in outcomes if each.stamp}
        written = {
            folded_name(name)
            for each in outcomes
            if each.stamp
            for name in names_of(each.claimed.place.attribute)
        }
        is_shared = any(
            key not in fields and folded_name(each) in written for key, each in self.read
        )
        return [replace(each, stamp="") for each in outcomes] if is_shared else list(outcomes)


@dataclass(frozen=True)
class Packing:
    """What the set-up of today says of messages.

    :param chosen: the options of the site
    :param directory: key of the one to which they go
    :param naming: the attributes that say there what people are called, and who is listed
    """

    layout: Layout
    chosen: Mapping[str, Any]
    now: datetime
    directory: str
    naming: Sequence[str] = ()

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
        return Batch(list(people.values()), settled, self._read())

    def _read(self) -> list[tuple[str, str]]:
        fields = [(each.key, each.attribute) for each in self.layout.supplied_by(self.directory)]
        return [*fields, *(("", each) for each in (*self.naming, *OF_NAMES))]

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
