"""Where boxes and lines stand: for any chart, whatever its shape."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lupweb.orgchart.columns import (
    GAP,
    HEIGHT,
    INDENT,
    MARGIN,
    PAGE,
    ROW,
    WIDEST,
    WIDTH,
    Branch,
)
from lupweb.orgchart.layout import BEGIN, LANE, Box, Drawing, Points, draw

Pairs = Sequence[tuple[str, str]]
on_both = pytest.mark.parametrize("is_paper", [False, True], ids=["screen", "paper"])


@st.composite
def charts(draws: st.DrawFn) -> tuple[list[Branch], Pairs]:
    """Return up to 30 boxes below any number of tops, and pairs for dotted lines."""
    above = [draws(st.integers(-1, number - 1)) for number in range(draws(st.integers(0, 30)))]
    below: dict[int, list[int]] = {}
    for number, parent in enumerate(above):
        below.setdefault(parent, []).append(number)

    def branch(number: int) -> Branch:
        return Branch(str(number), [branch(each) for each in below.get(number, [])])

    ends = st.integers(0, len(above) + 1).map(str)  # the last two are not drawn
    pairs = draws(st.lists(st.tuples(ends, ends), max_size=8))
    return [branch(number) for number in below.get(-1, [])], pairs


def a_chain(length: int) -> list[Branch]:
    """Return one person below the other."""
    branch = Branch("0")
    for number in range(1, length):
        branch = Branch(str(number), [branch])
    return [branch]


WIDE = [
    Branch("top", [Branch(f"head{n}", [Branch(f"{n}.{m}") for m in range(3)]) for n in (1, 2, 3)]),
    Branch("lonely"),
]
STACKED = [Branch("top", [Branch(f"head{n}", [Branch(f"{n}.{m}") for m in range(n % 4)])
                          for n in range(1, 17)])]  # fmt: skip
MANY_TOPS = [Branch(f"top{n}", [Branch(f"{n}.{m}") for m in range(4)]) for n in range(9)]
ACROSS = [
    ("1.0", "3.2"), ("3.1", "1.1"), ("2.0", "2.2"), ("1.2", "top"), ("top", "3.0"),
    ("lonely", "top"), ("2.1", "lonely"),
]  # fmt: skip


def edges_of(boxes: Sequence[Box], point: tuple[int, int]) -> list[str]:
    """Return the boxes on whose edge a point is."""
    x, y = point
    return [
        box.key
        for box in boxes
        if (x in (box.x, box.right) and box.y <= y <= box.bottom)
        or (y in (box.y, box.bottom) and box.x <= x <= box.right)
    ]


def goes_on(drawing: Drawing, point: tuple[int, int]) -> bool:
    """Return whether a point is where a line begins above a column that goes on."""
    rows = {box.y - BEGIN for box in drawing.boxes}
    return any(note.x > point[0] - WIDTH for note in drawing.notes) and point[1] in rows


def parts(points: Points) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    yield from pairwise(points)


def crossed(drawing: Drawing) -> list[str]:
    """Return the boxes through which a line goes."""
    return [
        box.key
        for points in (*drawing.lines, *drawing.dotted)
        for (ax, ay), (bx, by) in parts(points)
        for box in drawing.boxes
        if max(ax, bx) > box.x
        and min(ax, bx) < box.right
        and max(ay, by) > box.y
        and min(ay, by) < box.bottom
    ]


@on_both
@settings(max_examples=25)
@given(charts())
@example((WIDE, ACROSS))
@example((STACKED, [("16", "head3"), ("2.0", "15.2")]))
@example((MANY_TOPS, [("0.0", "top8")]))
@example((a_chain(40), [("0", "39")]))
def test_boxes_never_overlap_and_no_line_goes_through_one(
    is_paper: bool, chart: tuple[list[Branch], Pairs]
) -> None:
    drawing = draw(*chart, is_paper=is_paper)

    for one in drawing.boxes:
        for other in drawing.boxes:
            apart = abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
            assert one is other or apart, (one, other)
    assert crossed(drawing) == []


@on_both
@settings(max_examples=25)
@given(charts())
@example((WIDE, ACROSS))
@example((STACKED, [("16", "head3"), ("2.0", "15.2")]))
@example((MANY_TOPS, [("0.0", "top8")]))
def test_every_line_is_straight_and_begins_and_ends_at_a_box(
    is_paper: bool, chart: tuple[list[Branch], Pairs]
) -> None:
    drawing = draw(*chart, is_paper=is_paper)

    for points in (*drawing.lines, *drawing.dotted):
        assert edges_of(drawing.boxes, points[0]) or goes_on(drawing, points[0]), points
        assert edges_of(drawing.boxes, points[-1]), points
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in parts(points)), points


@on_both
@settings(max_examples=25)
@given(charts())
@example((WIDE, ACROSS))
@example((STACKED, [("16", "head3"), ("2.0", "15.2")]))
@example((MANY_TOPS, [("0.0", "top8")]))
def test_everybody_has_a_line_upwards_and_dotted_lines_join_those_they_are_about(
    is_paper: bool, chart: tuple[list[Branch], Pairs]
) -> None:
    tops, pairs = chart
    drawing = draw(tops, pairs, is_paper=is_paper)
    drawn = {box.key for box in drawing.boxes}
    wanted = [{*pair} for pair in pairs if pair[0] != pair[1] and {*pair} <= drawn]

    joined = [{*edges_of(drawing.boxes, each[0]), *edges_of(drawing.boxes, each[-1])}
              for each in drawing.dotted]  # fmt: skip

    assert len(drawing.lines) == len(drawing.boxes) - len(tops)
    assert is_paper or not drawing.notes
    assert joined == wanted


@on_both
@settings(max_examples=25)
@given(charts())
@example((WIDE, ACROSS))
@example((STACKED, [("16", "head3"), ("2.0", "15.2")]))
@example((MANY_TOPS, [("0.0", "top8")]))
def test_the_drawing_is_as_large_as_what_is_in_it_and_no_larger_than_a_bound(
    is_paper: bool, chart: tuple[list[Branch], Pairs]
) -> None:
    drawing = draw(*chart, is_paper=is_paper)
    xs = [x for points in (*drawing.lines, *drawing.dotted) for x, _y in points]
    count = len(drawing.boxes)

    assert all(0 <= x < drawing.width for x in [*xs, *(box.right for box in drawing.boxes)])
    assert all(box.bottom < drawing.height for box in drawing.boxes)
    assert drawing.width <= 2 * MARGIN + count * (WIDTH + GAP + INDENT) + 16 * LANE
    assert drawing.height <= 2 * MARGIN + (count + 1) * ROW
    assert draw(*chart, is_paper=is_paper) == drawing


def test_one_top_stands_above_the_middle_of_the_first_level() -> None:
    boxes = {box.key: box for box in draw(WIDE).boxes}

    assert boxes["head1"].y == boxes["head2"].y == boxes["head3"].y > boxes["top"].bottom
    assert boxes["top"].x == boxes["head2"].x
    assert boxes["head1"].x < boxes["head2"].x < boxes["head3"].x
    assert boxes["2.1"].x == boxes["head2"].x + INDENT
    assert boxes["2.1"].y == boxes["2.0"].y + ROW


def test_several_tops_stand_side_by_side_each_above_its_own_columns() -> None:
    first = Branch("a", [Branch("b"), Branch("c"), Branch("d")])
    boxes = {box.key: box for box in draw([first, Branch("e")]).boxes}

    assert boxes["a"].y == boxes["e"].y == MARGIN
    assert boxes["a"].x == boxes["c"].x
    assert boxes["e"].x > boxes["d"].right


def test_an_empty_chart_and_one_person_are_drawn() -> None:
    assert draw([]) == Drawing(MARGIN, MARGIN, (), [], (), [])
    assert draw([Branch("a")]).boxes == (Box("a", MARGIN, MARGIN, leads_across=True),)


def test_b74_a_chain_of_5000_is_placed_without_a_recursion() -> None:
    assert len(draw(a_chain(5000)).boxes) == 5000


def test_of_many_heads_several_stand_in_one_column_so_that_the_top_is_on_the_page() -> None:
    boxes = {box.key: box for box in draw(STACKED).boxes}
    columns = {boxes[f"head{n}"].x for n in range(1, 17)}
    in_order = sorted(boxes.values(), key=lambda box: (box.x // (WIDTH + GAP + INDENT), box.y))

    assert 3 <= len(columns) <= 5
    assert draw(STACKED).width <= WIDEST
    assert boxes["head2"].y > boxes["head1"].bottom
    assert min(columns) < boxes["top"].x < max(columns)
    assert [box.key for box in in_order if box.key.startswith("head")] == [
        f"head{n}" for n in range(1, 17)
    ]


def test_many_tops_stand_in_columns_themselves() -> None:
    drawing = draw(MANY_TOPS)

    assert drawing.width <= WIDEST
    assert len({box.x for box in drawing.boxes if box.key.startswith("top")}) <= 5
    assert len(drawing.lines) == 9 * 4


def test_on_paper_a_long_list_goes_on_in_the_next_column_below_the_name_of_its_manager() -> None:
    team = Branch("lead", [Branch(f"one{n:02}") for n in range(60)])
    screen, paper = (draw([Branch("top", [team])], is_paper=each) for each in (False, True))
    columns = {box.x for box in paper.boxes if box.key.startswith("one")}

    assert len(columns) > 4
    assert [note.key for note in paper.notes] == ["lead"] * (len(columns) - 1)
    assert scale(paper) > 0.5 > 3 * scale(screen)


def test_a_chart_of_400_people_uses_the_whole_page() -> None:
    heads = [Branch(f"h{n}", [Branch(f"{n}.{m}") for m in range(19)]) for n in range(20)]
    paper = draw([Branch("top", heads)], is_paper=True)

    assert 0.7 < (paper.width / paper.height) / (PAGE[0] / PAGE[1]) < 1.4


def scale(drawing: Drawing) -> float:
    return min(PAGE[0] / drawing.width, PAGE[1] / drawing.height)
