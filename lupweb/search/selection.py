"""Choose people by their codes, and count what is left. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import itemgetter

Codes = Sequence[int]
"""One code for each person, found by the person's id."""
SPARSE = 10
"""If so many zeros stand for each mark, it is quicker to look for the marks one by one."""
MARKED_AT_ONCE = 30
"""So many people are marked in the time in which one is looked at."""
_TURNED = bytes((1, 0)) + bytes(254)


class People:
    """Ids of people whose codes are asked for again and again."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids: Sequence[int] | None = ids
        self._marks: bytes | None = None

    @classmethod
    def with_marks(cls, marks: bytes) -> "People":
        """Return those beside whose id 1 stands, and not 0; listed when they are looked at."""
        people = cls(())
        people._ids, people._marks = None, marks
        return people

    @property
    def ids(self) -> Sequence[int]:
        """Return the ids."""
        if self._ids is None:
            self._ids = _ids_of(self._marks or b"")
        return self._ids

    def __len__(self) -> int:
        return len(self.ids) if self._marks is None else self._marks.count(1)

    def split_by(self, ids: Sequence[int]) -> tuple["People", "People"]:
        """Return those who are among `ids`, and those who are not; only of people with marks."""
        if self._marks is None:
            raise ValueError("people without marks")
        marks = bytearray(len(self._marks))
        for person in ids:
            marks[person] = 1
        found = _both(self._marks, marks)
        missing = _both(self._marks, marks.translate(_TURNED))
        return People.with_marks(found), People.with_marks(missing)

    def codes(self, codes: Codes) -> Sequence[int]:
        """Return the code of each of these people, in their order."""
        return self._pick(codes)

    def count(self, codes: Codes) -> Counter[int]:
        """Return how many of these people have which code."""
        return Counter(self._pick(codes))

    def where(self, keeps: Sequence[object]) -> "People":
        """Return those beside whom something true stands."""
        return People(list(compress(self.ids, keeps)))

    def with_code(self, codes: Codes, allowed: Collection[int]) -> "People":
        """Return those who have one of the allowed codes."""
        if not isinstance(codes, bytes) or self._is_small_beside(codes):
            return self.where([code in allowed for code in self._pick(codes)])
        marks = marked(codes, allowed)
        if self._ids is None and self._marks is not None:
            return People.with_marks(_both(self._marks, marks))
        return self.where(self._pick(marks))

    def _is_small_beside(self, codes: Codes) -> bool:
        """Return whether it is quicker to look at each of these people than to mark everybody."""
        return self._ids is not None and MARKED_AT_ONCE * len(self._ids) < len(codes)

    @cached_property
    def _pick(self) -> Callable[[Codes], Sequence[int]]:
        """Return what picks codes: a getter made once is several times as fast as a loop."""
        ids = self.ids
        if len(ids) > 1:
            return itemgetter(*ids)
        return lambda codes: [codes[each] for each in ids]


def marked(codes: bytes, allowed: Collection[int]) -> bytes:
    """Return 1 in place of each allowed code, 0 in place of the others."""
    return codes.translate(bytes(code in allowed for code in range(256)))


def _ids_of(marks: bytes) -> list[int]:
    """Return where 1 stands."""
    if SPARSE * marks.count(1) > len(marks):
        return list(compress(range(len(marks)), marks))
    found = []
    place = marks.find(1)
    while place >= 0:
        found.append(place)
        place = marks.find(1, place + 1)
    return found


def _both(some: bytes, others: bytes | bytearray) -> bytes:
    """Return 1 where 1 stands in both: a hundred thousand in one stroke."""
    both = int.from_bytes(some, "little") & int.from_bytes(others, "little")
    return both.to_bytes(len(some), "little")


@dataclass(frozen=True)
class Condition:
    """People must have one of the allowed codes."""

    codes: Codes
    allowed: frozenset[int]


@dataclass(frozen=True)
class Selection:
    """Who fulfils all conditions, and who would without one of them.

    :param without: key of a condition -> who fulfils the others
    """

    people: People
    without: Mapping[str, People]

    def but(self, key: str) -> People:
        """Return who is chosen by all conditions but the one of this key, if there is one."""
        return self.without.get(key, self.people)


def choose(people: People, conditions: Mapping[str, Condition]) -> Selection:
    """Return who of `people` fulfils the conditions.

    :param conditions: by key: "letter", "(filter)", or the key of a field
    """
    without = {
        left_out: _fulfilling(people, [each for key, each in conditions.items() if key != left_out])
        for left_out in conditions
    }
    return Selection(_fulfilling(people, list(conditions.values())), without)


def _fulfilling(people: People, conditions: Sequence[Condition]) -> People:
    for condition in conditions:
        people = people.with_code(condition.codes, condition.allowed)
    return people
