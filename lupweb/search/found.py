"""Everybody who is found, for files and scripts: ids at once, people a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from sqlalchemy import select

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.queries import one_of

BLOCK = 500


@dataclass(frozen=True)
class FoundPeople(Sequence[Person]):
    """People in the order that was asked for; read when they are looked at, and not kept.

    :param ids: of all of them, in this order
    """

    ids: Sequence[int]

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Person]:
        for block in self.blocks():
            yield from block

    def blocks(self) -> Iterator[list[Person]]:
        """Yield the people, some hundred at a time; one query for each block."""
        for start in range(0, len(self.ids), BLOCK):
            yield self[start : start + BLOCK]

    @overload
    def __getitem__(self, place: int) -> Person: ...
    @overload
    def __getitem__(self, place: slice) -> list[Person]: ...
    def __getitem__(self, place: int | slice) -> Person | list[Person]:
        """Return the people of a place, or of a part; one query."""
        if isinstance(place, int):
            return self._read([self.ids[place]])[0]
        return self._read(self.ids[place])

    def _read(self, ids: Sequence[int]) -> list[Person]:
        people = db.session.scalars(select(Person).where(one_of(Person.id, ids)))
        by_id = {person.id: person for person in people}
        return [by_id[person] for person in ids if person in by_id]
