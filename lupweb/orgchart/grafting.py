"""A few lines of a forest that change, without looking at the rest of it. Pure."""

from collections.abc import Collection, Mapping

from lupweb.orgchart.tree import Branch, Flaw, branch_of


def regrow(
    stored: Mapping[int, Branch],
    moved: Collection[int],
    people: Collection[int],
    named: Mapping[int, int | None],
) -> dict[int, Branch]:
    """Return where everybody in a part of a forest stands after some people moved.

    What it returns is what `tree.grow` would make of the whole company.

    :param stored: the part as it was: everybody who moved and whoever they name now, as far as
        they are in the forest, and everybody above them, up to the top
    :param moved: who may name somebody else now, came or went; with them whoever stands below
        somebody who went, and the top of each of these trees, where a circle is cut at it
    :param people: who of them is in the forest now
    :param named: whom they name, as in `tree.grow`
    """
    plot = _Plot(stored)
    for person in moved:
        plot.uproot(person)
    plot.admit([person for person in moved if person in people])
    plot.dismiss([person for person in moved if person not in people])
    for person in sorted(moved):
        if person in people and person in named:
            plot.plant(person, named[person])
    return plot.branches()


class _Plot:
    """A part of a forest in which people are moved one after the other."""

    def __init__(self, stored: Mapping[int, Branch]) -> None:
        self._above = {
            person: branch.above_id for person, branch in stored.items() if branch.above_id > 0
        }
        self._flaws = {
            person: branch.flaw
            for person, branch in stored.items()
            if branch.flaw not in (None, Flaw.ALONE)
        }
        self._direct = {person: branch.direct for person, branch in stored.items()}
        self._total = {person: branch.total for person, branch in stored.items()}

    def uproot(self, person: int) -> None:
        """Take a person, with everybody below, from under the person above."""
        self._flaws.pop(person, None)
        manager = self._above.pop(person, None)
        if manager is not None:
            self._direct[manager] -= 1
            self._carry(manager, -1 - self._total[person])

    def admit(self, people: Collection[int]) -> None:
        """Let people into the forest who may not be there yet."""
        for person in people:
            self._direct.setdefault(person, 0)
            self._total.setdefault(person, 0)

    def dismiss(self, people: Collection[int]) -> None:
        """Take people out of the forest, under whom nobody stands any more."""
        for person in people:
            self._direct.pop(person, None)
            self._total.pop(person, None)

    def plant(self, person: int, manager: int | None) -> None:
        """Put a person whom nobody stands above under `manager`, and cut the circle, if any."""
        if manager == person:
            self._flaws[person] = Flaw.SELF
        elif manager is None or manager not in self._total:
            self._flaws[person] = Flaw.MISSING
        else:
            self._plant_below(person, manager)

    def _plant_below(self, person: int, manager: int) -> None:
        line = self._line(manager)
        if line[-1] == person:  # nobody stands above: so it ends there, if it comes there
            first = min(line)
            self.uproot(first)
            self._flaws[first] = Flaw.CYCLE
            if first == person:
                return
        self._above[person] = manager
        self._direct[manager] += 1
        self._carry(manager, 1 + self._total[person])

    def _line(self, person: int) -> list[int]:
        """Return a person and everybody above, to the top."""
        line = [person]
        while (above := self._above.get(line[-1])) is not None:
            line.append(above)
        return line

    def _carry(self, person: int, count: int) -> None:
        """Count people below a person, and below everybody above."""
        for each in self._line(person):
            self._total[each] += count

    def branches(self) -> dict[int, Branch]:
        """Return where everybody stands."""
        return {
            person: branch_of(
                self._above.get(person), self._flaws.get(person), self._direct[person], total
            )
            for person, total in self._total.items()
        }
