"""How large a chart is: people, and levels."""

from hypothesis import given
from hypothesis import strategies as st

from lupweb.orgchart.extent import Extent, measured
from lupweb.orgchart.tree import ASIDE, TOP, grow

SAYINGS = st.dictionaries(st.integers(1, 14), st.integers(1, 14), max_size=14)
PEOPLE = range(1, 15)


@given(SAYINGS)
def test_a_chart_is_as_large_as_its_longest_lines_and_all_who_stand_in_it(
    named: dict[int, int],
) -> None:
    grown = grow(PEOPLE, named).branches()

    def line(person: int) -> int:
        above = grown[person].above_id
        return 1 if above == TOP else 1 + line(above)

    inside = [person for person in PEOPLE if grown[person].above_id != ASIDE]
    rows = [
        (person, branch.above_id, branch.total) for person, branch in grown.items() if branch.direct
    ]
    assert measured(rows) == Extent(len(inside), max(map(line, inside), default=0))


def test_below_chosen_tops_everybody_is_counted_once() -> None:
    """1 leads 2 and 3; 2 leads 4, who leads 5 and 6."""
    rows = [(1, TOP, 5), (2, 1, 3), (4, 2, 2)]

    assert measured(rows) == Extent(6, 4)
    assert measured(rows, [2]) == Extent(4, 3)
    assert measured(rows, [2, 4, 9]) == Extent(5, 3)
    assert measured(rows, [3]) == Extent(1, 1)
    assert measured([]) == Extent(0, 0)
