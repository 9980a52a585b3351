"""The address of a chart: whatever somebody types there, and the same back again."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.orgchart.showing import MOST_OPEN
from lupweb.web.chart_address import FIT, ChartAddress, read_chart_address

PATH = "/org-chart/line"
NUMBERS = st.integers(0, 2**31 - 1)


def read(query: str) -> ChartAddress:
    return read_chart_address(PATH, parse_qsl(query, keep_blank_values=True))


@settings(max_examples=60)
@given(
    st.builds(
        ChartAddress,
        st.just(PATH),
        focus=st.sampled_from(["", "ada", "id:7", "Ada & Ben"]),
        view=st.sampled_from(["", "chart", "outline"]),
        open_ids=st.none() | st.lists(NUMBERS, unique=True, max_size=9).map(tuple),
        zoom=st.sampled_from([FIT, 30, 100, 200]),
        part=st.none() | st.tuples(NUMBERS, NUMBERS),
        line=st.sampled_from(["", "mentor"]),
        at=st.sampled_from([0, 7]),
        anchor=st.sampled_from(["", "op7"]),
    )
)
def test_an_address_says_all_that_it_was_made_of(address: ChartAddress) -> None:
    parts = urlsplit(str(address))

    assert parts.fragment == address.anchor
    assert read(parts.query) == replace(address, anchor="")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["focus", "open", "team", "zoom", "view"]), st.text())))
def test_b89_anything_may_stand_in_an_address(pairs: list[tuple[str, str]]) -> None:
    found = read_chart_address(PATH, pairs)

    assert found.zoom == FIT or 30 <= found.zoom <= 200
    assert len(found.open_ids or ()) <= MOST_OPEN
    assert read_chart_address(PATH, parse_qsl(urlsplit(str(found)).query)) is not None


@pytest.mark.parametrize(
    ("query", "zoom"),
    [
        ("zoom=0", 30), ("zoom=1e9", 100), ("zoom=-1", 100), ("zoom=NaN", 100),
        ("zoom=999999", 200), ("zoom=75", 75), ("zoom=fit", FIT), ("zoom=٥٠", 100), ("", 100),
    ],
)  # fmt: skip
def test_b89_a_size_is_held_between_its_bounds(query: str, zoom: int) -> None:
    assert read(query).zoom == zoom


@pytest.mark.parametrize(
    ("query", "open_ids"),
    [
        ("", None), ("open=", ()), ("open=3.1.3", (3, 1)), ("open=x.2.-5.1e3", (2,)),
        ("open=99999999999.2147483648.4", (4,)), ("open=1&open=2", (1,)),
        ("open=" + ".".join(map(str, range(1, 500))), tuple(range(1, MOST_OPEN + 1))),
    ],
)  # fmt: skip
def test_b89_open_teams_are_numbers_and_not_too_many(
    query: str, open_ids: tuple[int, ...] | None
) -> None:
    assert read(query).open_ids == open_ids


@pytest.mark.parametrize(
    ("query", "part"),
    [("team=7", (7, 0)), ("team=7.100", (7, 100)), ("team=7.x", None), ("team=1.2.3", None)],
)
def test_a_part_of_a_team_is_two_numbers(query: str, part: tuple[int, int] | None) -> None:
    assert read(query).part == part


def test_closing_a_team_forgets_that_all_of_it_was_shown() -> None:
    whole = ChartAddress(PATH, open_ids=(1, 7), part=(7, 100))

    assert whole.with_open([1, 7, 9], 9).part == (7, 100)
    assert str(whole.with_open([1], 7)) == f"{PATH}?open=1&at=7#op7"


def test_where_all_is_open_no_team_is_named_until_one_is_closed() -> None:
    whole = replace(ChartAddress(PATH, open_ids=(1,), part=(7, 100)).with_all_open(), zoom=50)

    assert str(whole) == f"{PATH}?open=all&zoom=50"
    assert read("open=all&zoom=50") == whole
    assert str(whole.with_open([1, 2])) == f"{PATH}?open=1.2&zoom=50"
    assert str(whole.on("ada", 7)) == f"{PATH}?focus=ada&zoom=50#op7"


def test_where_the_drawing_is_seen_no_address_moves_the_page() -> None:
    drawn = ChartAddress(PATH, view="chart")

    assert str(drawn.on("ada", 7)) == f"{PATH}?focus=ada&view=chart"
    assert str(drawn.with_open([1], 7)) == f"{PATH}?view=chart&open=1&at=7"
    assert str(replace(drawn, view="outline").on("ada", 7)) == (
        f"{PATH}?focus=ada&view=outline#op7"
    )
    assert read("at=7.8&focus=ada").at == 7
    assert read("at=x").at == 0


def test_steps_of_the_size_end_at_its_bounds() -> None:
    assert ChartAddress(PATH, zoom=200).larger == 200
    assert ChartAddress(PATH, zoom=30).smaller == 30
    assert ChartAddress(PATH, zoom=FIT).larger == 110
