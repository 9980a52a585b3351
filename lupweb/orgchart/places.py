"""What is known about an org chart and about people in it, as one viewer may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lupweb.orgchart.tree import Flaw
from lupweb.profiles.layout import FieldLayout


@dataclass(frozen=True)
class ChartView:
    """A chart that a viewer may see, with those of its fields that they may read.

    :param top_ids: who stands at the top, as administrators chose; none: whoever has nobody above
    """

    id: int
    key: str
    name: str
    manager: FieldLayout
    dotted: tuple[FieldLayout, ...] = ()
    top_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place:
    """One person in a chart.

    :param above_id: the person above, or None
    :param direct: how many people report to this one
    :param total: how many people are below, at any depth
    :param flaw: why nobody is above, where that is to be repaired
    """

    person_id: int
    above_id: int | None
    direct: int
    total: int
    flaw: Flaw | None = None


@dataclass(frozen=True)
class Standing:
    """One person in a chart, and the line from the top down to them.

    :param chain: the top first, the person last; at most `DEEPEST` people
    :param is_cut: the line goes further up than `chain` does
    """

    place: Place
    chain: Sequence[Place]
    is_cut: bool = False

    @property
    def ids(self) -> list[int]:
        """Return the ids of the line, the top first, the person last."""
        return [place.person_id for place in self.chain]


@dataclass(frozen=True)
class Level:
    """People who stand side by side, in the order of their names, or a part of them.

    :param count: how many there are in all
    :param offset: how many stand before the first of `places`
    """

    places: Sequence[Place] = ()
    count: int = 0
    offset: int = 0

    @property
    def rest(self) -> int:
        """Return how many stand behind the last of `places`."""
        return max(0, self.count - self.offset - len(self.places))


@dataclass(frozen=True)
class Edge:
    """A dotted line: a person also works for somebody, as a field says."""

    person_id: int
    to_id: int
    field: FieldLayout
