"""What the people page says about a result, from results made up by hand."""

from dataclasses import replace

from lupweb.search.request import (
    Facet,
    FacetOption,
    PeoplePage,
    SearchRequest,
    WayOut,
)
from lupweb.web.result_page import ResultPage
from lupweb.web.search_address import SearchAddress


def options(*values: str, chosen: str = "-") -> list[FacetOption]:
    return [
        FacetOption(value, value or "Not set", 100 - number, value == chosen)
        for number, value in enumerate(values)
    ]


def a_result(request: SearchRequest | None = None, **given: object) -> ResultPage:
    request = request or SearchRequest()
    whole = given.pop("whole", frozenset())
    page = PeoplePage(request, (), total=9, number=1, count=1, first=1, last=9, everybody=9)
    return ResultPage(
        replace(page, **given),  # type: ignore[arg-type]
        SearchAddress("/people", request, whole=whole),  # type: ignore[arg-type]
        {"team": "Team"},
    )


def test_a_long_facet_shows_six_options_and_those_that_are_chosen() -> None:
    facet = Facet("team", "Team", options(*"abcdefghij", chosen="i"))

    (shown,) = a_result(facets=[facet]).facets

    assert [choice.option.value for choice in shown.choices] == [*"abcdef", "i"]
    assert (shown.count, shown.is_whole, str(shown.other)) == (10, False, "/people?all=team")


def test_all_options_of_a_facet_have_an_address_and_so_have_the_first_ones() -> None:
    facet = Facet("team", "Team", options(*"abcdefghij"))

    (shown,) = a_result(facets=[facet], whole=frozenset({"team"})).facets

    assert len(shown.choices) == 10
    assert (shown.is_whole, str(shown.other)) == (True, "/people")


def test_nobody_is_sent_thousands_of_options_and_the_chosen_one_is_there() -> None:
    values = [f"{number:05}" for number in range(5000)]
    facet = Facet("team", "Team", options(*values, chosen="04999"))

    (shown,) = a_result(facets=[facet], whole=frozenset({"team"})).facets

    assert len(shown.choices) == 301
    assert shown.choices[-1].option.is_chosen
    assert shown.is_cut


def test_a_facet_without_options_is_not_shown() -> None:
    assert a_result(facets=[Facet("team", "Team", ())]).facets == []


def test_a_box_keeps_its_id_whatever_its_place() -> None:
    first = a_result(facets=[Facet("team", "Team", options("a b", "c"))]).facets[0]
    later = a_result(facets=[Facet("team", "Team", options("c", "a b"))]).facets[0]

    assert first.choices[0].id == later.choices[1].id
    assert " " not in first.choices[0].id


def test_each_condition_in_use_has_a_chip_that_takes_it_away() -> None:
    request = SearchRequest(letter="B", chosen={"team": ("a", ""), "place": ("Porto",)})
    facets = [Facet("team", "Team", options("a", "")), Facet("place", "Place", options("Porto"))]

    chips = a_result(request, facets=facets).chips

    assert [str(chip.text) for chip in chips] == [
        "a",
        "Team: Not set",
        "Porto",
        "Last name with B",
    ]
    assert str(chips[0].label) == "Remove filter Team: a"
    assert str(chips[0].address) == "/people?f.team=&f.place=Porto&letter=B"
    assert str(chips[3].address) == "/people?f.team=a&f.team=&f.place=Porto"


def test_letters_without_people_lead_nowhere_and_the_chosen_one_leads_back() -> None:
    request = SearchRequest(letter="B")

    letters = {each.text: each for each in a_result(request, letters=frozenset("AB#")).letters}

    assert str(letters["A"].address) == "/people?letter=A"
    assert (str(letters["B"].address), letters["B"].is_chosen) == ("/people", True)
    assert letters["C"].address is None
    assert str(letters["#"].address) == "/people?letter=%23"
    assert len(letters) == 27


def test_no_sign_for_other_letters_where_nobody_has_one() -> None:
    assert len(a_result(letters=frozenset("AB")).letters) == 26


def test_an_order_that_goes_backwards_is_offered_while_it_is_in_use() -> None:
    orders = a_result(SearchRequest(sort="-team")).orders

    assert [(each.value, str(each.label), each.is_chosen) for each in orders] == [
        ("name", "Last name", False),
        ("team", "Team", False),
        ("newest", "Newest first", False),
        ("-team", "Team, backwards", True),
    ]


def test_a_heading_sorts_and_the_second_time_the_other_way_round() -> None:
    (name,) = a_result().headings
    (backwards,) = a_result(SearchRequest(sort="-name")).headings

    assert (name.direction, str(name.address)) == ("ascending", "/people?sort=-name")
    assert (backwards.direction, str(backwards.address)) == ("descending", "/people")


def test_a_way_out_says_what_it_gives_up_and_how_many_that_finds() -> None:
    request = SearchRequest(query="zz", chosen={"team": ("a",)})
    ways = [WayOut("q", "", 12), WayOut("team", "Team: a", 1), WayOut("letter", "", 0)]

    found = a_result(request, ways_out=ways).ways_out

    assert [(str(way.text), way.total, str(way.address)) for way in found] == [
        ("Without “zz”", 12, "/people?f.team=a"),
        ("Without the filter “Team: a”", 1, "/people?q=zz"),
    ]


def test_what_gives_up_everything_is_no_way_out_beside_the_button_that_does() -> None:
    found = a_result(SearchRequest(query="zz"), ways_out=[WayOut("q", "", 12)])

    assert found.ways_out == []


def test_places_are_counted_only_for_those_who_may_choose_by_place() -> None:
    places = Facet("location", "Place", options("Porto", "Hamburg", ""))

    assert a_result(facets=[places]).places == 2
    assert a_result().places == 0


def test_the_form_keeps_what_it_shows_no_control_for() -> None:
    request = SearchRequest(letter="B", page=3)

    assert list(a_result(request, whole=frozenset({"team"})).kept) == [
        ("letter", "B"),
        ("all", "team"),
    ]
