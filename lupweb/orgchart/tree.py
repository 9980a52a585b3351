"""Who reports to whom, as a forest: circles cut, people below counted. Pure.

People may name anybody: themselves, each other in a circle, somebody who left. Of whatever they
say one forest is made, always the same, in which everybody stands exactly once.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

TOP = 0
"""Stands for nobody above a person who has reports; no person has this number."""
ASIDE = -1
"""Stands for nobody above a person without reports, who is in no chart."""


NOBODY: Mapping[int, int] = MappingProxyType({})


class Flaw(StrEnum):
    """Why nobody stands above a person.

    `ALONE` names nobody, and has no reports; with reports it would be the top of a chart, which is
    no flaw. `SELF` names themselves. `CYCLE`: the circle that the line would go round is cut here,
    at its smallest number. `MISSING` names somebody who is not known, or not active.
    """

    ALONE = "alone"
    SELF = "self"
    CYCLE = "cycle"
    MISSING = "missing"


class Branch(NamedTuple):
    """Where one person stands.

    :param above_id: the person above, `TOP` or `ASIDE`
    :param flaw: None where somebody stands above, and of the top of a chart
    :param direct: how many people report to this one
    :param total: how many people are below, at any depth
    """

    above_id: int
    flaw: Flaw | None
    direct: int
    total: int


@dataclass(frozen=True)
class Forest:
    """Where everybody stands; whoever is missing from a mapping has nothing there.

    :param above: person -> the one above
    :param flaws: why nobody stands above, of those who name somebody
    :param direct: manager -> how many people report to them
    :param total: manager -> how many people are below
    """

    people: Collection[int]
    above: Mapping[int, int]
    flaws: Mapping[int, Flaw]
    direct: Mapping[int, int]
    total: Mapping[int, int]

    def branch(self, person: int) -> Branch:
        """Return where one person stands."""
        return branch_of(
            self.above.get(person),
            self.flaws.get(person),
            self.direct.get(person, 0),
            self.total.get(person, 0),
        )

    def branches(self) -> dict[int, Branch]:
        """Return where each person stands."""
        return {person: self.branch(person) for person in self.people}


def grow(
    people: Collection[int], named: Mapping[int, int | None], leaves: Mapping[int, int] = NOBODY
) -> Forest:
    """Return where everybody stands.

    :param people: numbers, larger than 0; best a set or a dictionary
    :param named: person -> whom they name as manager; None: somebody unknown. Somebody who is not
        among `people` counts as unknown
    :param leaves: manager -> how many more name them who are not among `people`, since nobody
        names those
    """
    above = {
        person: manager
        for person, manager in named.items()
        if manager is not None and manager in people and person in people and manager != person
    }
    flaws = {
        person: Flaw.SELF if named[person] == person else Flaw.MISSING
        for person in named.keys() - above.keys()
        if person in people
    }
    direct = Counter(above.values())
    total = _add_up(above, flaws, direct, leaves)
    direct.update(leaves)
    return Forest(people, above, flaws, direct, total)


def branch_of(above: int | None, flaw: Flaw | None, direct: int, total: int) -> Branch:
    """Return where a person stands of whom this is known.

    :param above: the person above; None: nobody
    :param flaw: why nobody is; None if the person names nobody
    """
    if above is not None:
        return Branch(above, None, direct, total)
    if direct:
        return Branch(TOP, flaw, direct, total)
    return Branch(ASIDE, flaw or Flaw.ALONE, direct, total)


def _add_up(
    above: dict[int, int],
    flaws: dict[int, Flaw],
    direct: dict[int, int],
    leaves: Mapping[int, int],
) -> dict[int, int]:
    """Count who is below each manager, from the leaves upwards, and cut circles.

    Most people have nobody below: they are counted all at once. Whoever is left when no manager is
    ready any more stands in a circle: of each circle the smallest number is met first.
    """
    lowest = above.keys() - direct.keys()
    total = Counter(map(above.__getitem__, lowest))
    waiting = {manager: count - total[manager] for manager, count in direct.items()}
    total.update(leaves)
    for person in lowest & leaves.keys():
        total[above[person]] += leaves[person]
    _carry([manager for manager, count in waiting.items() if not count], above, waiting, total)
    for person in sorted(person for person, count in waiting.items() if count):
        if waiting[person]:
            manager = above.pop(person)
            flaws[person] = Flaw.CYCLE
            direct[manager] -= 1
            waiting[manager] -= 1
            _carry([manager], above, waiting, total)
    return total


def _carry(
    ready: list[int], above: Mapping[int, int], waiting: dict[int, int], total: dict[int, int]
) -> None:
    """Add the people below those who are ready to whoever stands above, as far as it goes."""
    while ready:
        person = ready.pop()
        manager = above.get(person)
        if manager is None:
            continue
        total[manager] += total[person] + 1
        waiting[manager] -= 1
        if not waiting[manager]:
            ready.append(manager)
