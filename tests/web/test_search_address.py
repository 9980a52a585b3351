"""The address of a search: read, written again, and changed a little."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.search.request import SearchRequest
from lupweb.web.search_address import Look, SearchAddress, read_address

PATH = "/people"


def read(query: str) -> SearchAddress:
    return read_address(PATH, parse_qsl(query, keep_blank_values=True))


def test_everything_that_an_address_may_say_is_read() -> None:
    found = read(
        "q=anna+b&letter=m&f.department=Sales&f.department=IT&f.place=&sort=-department"
        "&page=3&view=table&all=department"
    )

    assert found.request == SearchRequest(
        query="anna b",
        letter="M",
        chosen={"department": ("Sales", "IT"), "place": ("",)},
        sort="-department",
        page=3,
    )
    assert (found.view, found.whole) == ("table", {"department"})


def test_what_an_address_does_not_say_is_usual_and_is_not_written() -> None:
    assert read("") == SearchAddress(PATH)
    assert str(read("q=&letter=&sort=name&view=cards&page=1")) == PATH


@pytest.mark.parametrize(
    "query",
    [
        "letter=AB",
        "letter=%C3%84",
        "letter=1",
        "view=tiles",
        "page=-1",
        "page=abc",
        "page=NaN",
        "filter=++",
        "f.=x",
        "f.a%0ab=x",
        "unknown=1",
    ],
)
def test_b89_what_is_not_understood_is_as_if_it_were_not_there(query: str) -> None:
    assert read(query) == SearchAddress(PATH)


def test_b91_words_are_cut_at_200_characters_and_never_parsed() -> None:
    assert len(read(f"q={'x' * 10_000}").request.query) == 200
    assert read("q=NEAR(%22a%22%20AND").request.query == 'NEAR("a" AND'


def test_nul_is_left_out_since_no_database_takes_it() -> None:
    found = read("q=a%00b&f.department=x%00y&sort=%00name")

    assert found.request.query == "ab"
    assert found.request.chosen == {"department": ("xy",)}
    assert found.request.sort == "name"


def test_b89_two_thousand_values_are_not_two_thousand_conditions() -> None:
    found = read("&".join(f"f.department={number}" for number in range(2000)))

    assert len(found.request.chosen["department"]) <= 200


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "letter", "sort", "page", "view", "all", "f.a", "f.ä&=", "x"])
            | st.text(),
            st.text(),
        ),
        max_size=12,
    )
)
def test_what_is_written_reads_back_as_the_same(pairs: list[tuple[str, str]]) -> None:
    found = read_address(PATH, pairs)
    clean = read_address(PATH, parse_qsl(urlsplit(str(found)).query, keep_blank_values=True))

    assert str(clean) == str(found)
    assert clean.request == found.request


def test_a_change_keeps_the_rest_and_goes_to_the_first_page() -> None:
    here = read("q=anna&f.department=Sales&f.department=IT&letter=B&sort=newest&view=list&page=4")

    assert str(here.without_value("department", "IT")) == (
        "/people?q=anna&f.department=Sales&letter=B&sort=newest&view=list"
    )
    assert str(here.without("department")) == "/people?q=anna&letter=B&sort=newest&view=list"
    assert str(here.without("q").without("letter")) == (
        "/people?f.department=Sales&f.department=IT&sort=newest&view=list"
    )
    assert str(here.unfiltered()) == "/people?q=anna&sort=newest&view=list"
    assert str(here.cleared()) == "/people?sort=newest&view=list"
    assert str(here.sorted_by("name").of_letter("C").unfiltered()) == "/people?q=anna&view=list"


def test_a_page_and_a_view_change_nothing_else() -> None:
    here = read("q=anna&f.department=Sales")

    assert str(here.page(2)) == "/people?q=anna&f.department=Sales&page=2"
    assert str(here.page(2).seen_as("table")) == (
        "/people?q=anna&f.department=Sales&view=table&page=2"
    )


def test_an_export_asks_for_the_same_people_and_for_no_page() -> None:
    here = read("q=anna&f.department=&view=table&page=2&all=department&sort=newest")

    assert str(here.at("/people/export.csv")) == (
        "/people/export.csv?q=anna&f.department=&sort=newest"
    )


def test_the_last_value_of_a_field_takes_the_field_along() -> None:
    assert str(read("f.department=Sales").without_value("department", "Sales")) == PATH


@pytest.mark.parametrize(
    ("before", "now", "continues"),
    [
        ("http://x/people?q=an", "q=ann", True),
        ("http://x/people?q=an&view=list", "q=ann&view=list", True),
        ("http://x/people", "q=a", False),
        ("http://x/people?q=an", "", False),
        ("http://x/people?q=an", "q=ann&f.department=IT", False),
        ("http://x/people?q=an", "q=ann&letter=B", False),
        ("http://[", "q=ann", False),
        ("", "q=ann", False),
    ],
)
def test_who_only_types_on_makes_no_new_step_to_go_back_to(
    before: str, now: str, continues: bool
) -> None:
    assert read(now).continues(before) is continues


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    "said",
    ["", "q=a+%26b", "letter=B&page=2", "q=%C3%B8&f.letter=x&sort=-newest&view=list&all=team"],
)
def test_addresses_of_all_letters_are_those_of_each_letter(said: str, stored: bool) -> None:
    address = read(said).as_stored() if stored else read(said)

    found = address.of_letters("AZ#")

    assert found == {letter: str(address.of_letter(letter)) for letter in "AZ#"}
    assert found["#"].count("letter=%23") == 1


def test_addresses_that_ask_for_different_things_have_different_keys() -> None:
    asked = [
        "", "q=a", "letter=A", "filter=a", "f.a=a", "f.a=b", "f.b=a", "f.a=a&f.a=b", "f.a=b&f.a=a",
        "sort=a", "view=list", "all=a", "column=a", "column=a&column=b", "column=b&column=a",
        "column=", "page=2", "q=a&page=2",
    ]  # fmt: skip
    usual = Look("list", ("a",))
    found = [read(each) for each in asked]
    found += [found[0].as_stored(), read_address("/lists/a", []), read_address(PATH, [], usual)]

    assert len({each.key for each in found if each != found[0]}) == len(found) - 2
    assert found[0].key == read("letter=1").key
