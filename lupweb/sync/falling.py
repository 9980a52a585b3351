"""Fields that fall through: where one directory has no value, the next one's counts.

Each run keeps what its own entries say of them, and goes by what was kept of the others: no other
directory is asked (sync.md section 2). A directory never decides about a value that one before it
has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.offers import Offer, in_order, newest_each, offers_of
from lupweb.people.models import Person
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.sources import Source
from lupweb.sync.fields import MappedField
from lupweb.sync.known import Here
from lupweb.sync.plan import Falling, Plan


@dataclass(frozen=True)
class Place:
    """The directory that is read, and the fields that fall through.

    :param key: of the directory
    :param falling: field key -> key of the directory that is asked first; "" as the person
    """

    here: Here
    key: str
    falling: Mapping[str, str]

    @classmethod
    def of(cls, here: Here, key: str, layout: Layout) -> "Place":
        """Return the place of a directory in a profile."""
        return cls(here, key, layout.falling())

    def weigh(self, plans: Sequence[Plan], fields: Sequence[MappedField]) -> None:
        """Let plans of people who are known have the value of the directory that has one.

        Before they are compared with what is stored. Nothing is asked where no field falls through;
        else one query, and another one for people who stand in several directories.

        :param fields: those that were read
        """
        read = [each for each in fields if each.falls_through]
        if not read or not plans:
            return
        offers = offers_of([each.person_id for each in plans])
        stored = _stored([id_ for id_, some in offers.items() if self._is_shared(some)])
        for each in plans:
            of_person = offers.get(each.person_id, [])
            _Weighing(self, each, of_person, stored.get(each.person_id)).weigh(read)

    def _is_shared(self, offers: Collection[Offer]) -> bool:
        return any(each.directory_id != self.here.directory_id for each in offers)


Stored = tuple[Mapping[str, str], Mapping[str, Any]]
"""The values of a person, and their provenance."""


@dataclass
class _Weighing:
    """One person, as one directory delivers it among others.

    :param offers: of all entries of the person, in order
    :param stored: None: no other directory has the person
    """

    place: Place
    plan: Plan
    offers: Sequence[Offer]
    stored: Stored | None
    own: Offer = field(init=False)

    def weigh(self, fields: Sequence[MappedField]) -> None:
        plan, own_id = self.plan, self._identity_id
        kept = next((each.values for each in self.offers if each.identity_id == own_id), {})
        said = {key: kept[key] for key in kept if key in self.place.falling}
        unread = {key for key, _why in plan.problems}
        for each in fields:
            if each.key not in unread:
                said.pop(each.key, None)
                if each.key in plan.changes:
                    said[each.key] = plan.changes[each.key]
        here = self.place.here
        self.own = Offer(
            own_id, plan.unique_id, here.directory_id, self.place.key, here.position, said
        )
        plan.falling = Falling(said, kept)
        if self._is_older():
            plan.falling.left = {each.key for each in fields}
            return
        for each in fields:
            if self.stored and each.key not in unread:
                self._settle(plan.falling, each.key, *self.stored)

    @property
    def _identity_id(self) -> int:
        """Return the entry; -1 for one that is none of the person's yet."""
        return (self.plan.known.identity_id if self.plan.known else None) or -1

    def _is_older(self) -> bool:
        """Return whether a newer entry of this directory speaks for the person."""
        return any(
            each.directory_id == self.own.directory_id and each.identity_id > self._identity_id > 0
            for each in self.offers
        )

    def _settle(
        self, falling: Falling, key: str, values: Mapping[str, str], origins: Mapping[str, Any]
    ) -> None:
        """Take the value of whoever has one; leave it to those who go before."""
        first = self.place.falling[key]
        everybody = in_order(self._everybody(), first)
        before = [*takewhile(lambda each: each is not self.own, everybody)]
        origin = origin_of_value(origins, key) if values.get(key) else {}
        if any(each.values.get(key) for each in before) or _is_decided(before, origin):
            falling.left.add(key)
            return
        behind = everybody[len(before) :]
        supplier = next((each for each in behind if each.values.get(key)), self.own)
        value = supplier.values.get(key, "")
        if value != self.plan.changes.get(key, ""):
            self.plan.changes = {**self.plan.changes, key: value}
            self.plan.content_hash = b""  # of another value
        falling.suppliers[key] = supplier.directory
        is_from_ldap = origin.get("source") == Source.LDAP
        if is_from_ldap and origin.get("directory") != supplier.directory:
            falling.moved.add(key)

    def _everybody(self) -> list[Offer]:
        """Return the offer of each directory, this one among them, in order."""
        others = [each for each in self.offers if each.directory_id != self.own.directory_id]
        return sorted(newest_each([self.own, *others]), key=lambda each: each.position)


def _is_decided(before: Collection[Offer], origin: Mapping[str, Any]) -> bool:
    """Return whether a value is of a directory before, which was not asked for it since.

    As when the option was switched on just now, and the next directory is read first.

    :param origin: of the stored value; empty if there is none
    """
    if not before or not origin:
        return False
    directories = {each.directory for each in before}
    return origin.get("source") != Source.LDAP or origin.get("directory") in directories


def _stored(person_ids: Sequence[int]) -> dict[int, Stored]:
    """Return the values of people, and where they come from; a query if there are any."""
    if not person_ids:
        return {}
    rows = select(Person.id, Person.document, Person.provenance).where(Person.id.in_(person_ids))
    return {
        id_: (values_of(document), origins) for id_, document, origins in db.session.execute(rows)
    }
