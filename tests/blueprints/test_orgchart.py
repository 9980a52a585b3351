"""Org charts as pages: what is drawn, what opens, what is found, and what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from lupweb import clock
from lupweb.orgchart import showing
from lupweb.people.queries import get_person
from tests.blueprints.charting import LINE, boxes, outline, pill
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import PASSWORD
from tests.fakes import FakeDirectory


@pytest.fixture
def as_person(charts: FakeDirectory, browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """Signs a person of the company with charts in."""
    return lambda login: browser().sign_in(login, PASSWORD)


@pytest.fixture
def ids(charts: FakeDirectory, app: Flask) -> Callable[[str], int]:
    def found(login: str) -> int:
        with app.app_context():
            return get_person(login).id

    return found


def test_the_first_view_is_the_line_to_me_with_peers_and_team(
    as_person: Callable[[str], Browser],
) -> None:
    page = as_person("sam").get(LINE)

    assert boxes(page)[:3] == ["Ada Lovelace", "Cem Groß", "Ben Özgür"]
    assert {*boxes(page)[3:5]} == {"Sam Safe", "הפוך <b>&amp;"}
    assert page.select_one(".oc .is-me .oc-n").get_text() == "Sam Safe"
    assert page.select_one("h1").get_text() == "Line"
    assert outline(page)[:3] == ["Ada Lovelace", "Cem Groß", "Ben Özgür"]


def test_a_pill_opens_a_team_and_closes_it_again(as_person: Callable[[str], Browser]) -> None:
    ben = as_person("ben")
    page = ben.get(LINE)
    opened = ben.get(pill(page, "Selma Self"))

    assert "Under Self" not in boxes(page)
    assert "Under Self" in boxes(opened)
    names = [each["aria-label"] for each in page.select("[data-toggle]")]
    assert "49 below, 2 direct, close the team of Ada Lovelace" in names
    assert boxes(ben.get(pill(opened, "Selma Self"))) == boxes(page)
    assert "Sam Safe" not in boxes(ben.get(pill(opened, "Ada Lovelace")))


def test_of_a_large_team_the_first_are_drawn_and_a_link_shows_the_others(
    as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PART", 30)
    cem = as_person("cem")
    page = cem.get(LINE, view="chart")
    workers = [name for name in boxes(page) if name.startswith("Worker")]
    more = page.find("text", string="33 more").find_parent("a")["href"]
    first = cem.get(more.partition("#")[0])
    last = cem.get(first.find("text", string="15 more").find_parent("a")["href"].partition("#")[0])

    assert workers == [f"Worker {number:02}" for number in range(12)]
    assert len([name for name in boxes(first) if name.startswith("Worker")]) == 30
    assert "Worker 44" in boxes(last)
    assert "30 before" in boxes(last)


def test_whoever_is_looked_for_in_a_large_team_is_drawn(
    as_person: Callable[[str], Browser],
) -> None:
    page = as_person("ada").get(LINE, focus="w40", view="chart")

    assert "Worker 40" in boxes(page)
    assert "Worker 30" not in boxes(page)
    assert page.select_one(".oc [data-centre] title").get_text() == "Worker 40"
    assert "32 more" in boxes(page)


def test_find_opens_the_line_and_moves_to_the_person(
    as_person: Callable[[str], Browser], ids: Callable[[str], int]
) -> None:
    ada = as_person("ada")
    for typed in ("w07", "Worker 07", "w07@example.com", "Worker 07 (w07)"):
        ada.get(LINE, focus=typed, find="1")
        assert ada.response.headers["Location"] == f"{LINE}?focus=w07#op{ids('w07')}", typed
    ada.get(LINE, focus="w07", view="chart", find="1")
    assert ada.response.headers["Location"] == f"{LINE}?focus=w07&view=chart"


def test_whoever_was_found_or_whose_team_was_closed_is_in_the_middle_without_a_script(
    as_person: Callable[[str], Browser], ids: Callable[[str], int]
) -> None:
    ada = as_person("ada")

    def seen_first(**asked: str) -> tuple[str, str]:
        page = ada.get(LINE, view="chart", **asked)
        centre, reach = page.select_one(".oc [data-centre]"), page.select_one(".oc-reach svg")
        box = centre.select_one("rect.oc-box")
        ends = [int(box[at]) + int(box[size]) for at, size in (("x", "width"), ("y", "height"))]
        assert [int(reach["width"]), int(reach["height"])] == ends
        return centre["id"], centre["data-centre"]

    assert seen_first() == (f"p{ids('ada')}", "first")
    assert seen_first(focus="w40") == (f"p{ids('w40')}", "asked")
    closed = f"{ids('ada')}"
    assert seen_first(focus="w40", open=closed, at=str(ids("cem"))) == (f"p{ids('cem')}", "asked")
    assert seen_first(at="999999", focus="tim") == (f"p{ids('tim')}", "asked")
    assert ada.get(LINE, zoom="fit").select_one(".oc-reach") is None


def test_on_paper_the_boxes_of_the_page_stand_in_other_places(
    as_person: Callable[[str], Browser],
) -> None:
    page = as_person("cem").get(LINE, view="chart")
    moved = {each["href"] for each in page.select(".oc-paper use")}

    assert moved == {f"#{each['id']}" for each in page.select(".chart g[id]")}
    assert len(moved) == len(boxes(page))
    assert page.select_one(".oc-paper")["aria-hidden"] == "true"
    assert page.select(".oc-paper [id], .oc-paper a") == []


def test_names_in_the_outline_have_the_star_of_my_contacts(
    as_person: Callable[[str], Browser], ids: Callable[[str], int]
) -> None:
    ada = as_person("ada")
    ada.get(LINE, view="outline")
    ada.post("/contacts/star", star=f"id:{ids('ben')}")
    page = ada.get(LINE, view="outline")
    pressed = [each["value"] for each in page.select('.tree .star[aria-pressed="true"]')]

    assert pressed == [f"id:{ids('ben')}"]
    assert len(page.select(".tree .star")) == len(outline(page))


def test_in_the_outline_whoever_was_found_and_my_own_line_are_marked(
    as_person: Callable[[str], Browser], ids: Callable[[str], int]
) -> None:
    ada = as_person("ada")
    page = ada.get(LINE, focus="w07", view="outline")

    assert [each["id"] for each in page.select(".tree .is-found")] == [f"op{ids('w07')}"]
    assert [each["id"] for each in page.select(".tree .is-me")] == [f"op{ids('ada')}"]
    nobody = ada.get(LINE, focus="no such person", view="outline")
    assert nobody.select(".tree .is-found, .tree [aria-current]") == []


def test_the_legend_names_the_lines_that_are_drawn_and_the_sheet_its_date(
    as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 3, 23, 30, tzinfo=UTC))
    ada = as_person("ada")

    def legend(**asked: str) -> list[str]:
        return [
            each.get_text()
            for each in ada.get(LINE, **asked).select(".legend li:not(:has(.badge))")
        ]

    assert legend(focus="sam") == ["Reports to", "Lead", "You"]
    assert legend(focus="w07") == ["Reports to", "You"]
    assert ada.page.select_one(".oc-day").get_text(strip=True) == "3 November 2026"


@pytest.mark.parametrize("key", ["hidden", "nothing"])
def test_where_there_is_no_chart_the_page_speaks_of_charts(
    as_person: Callable[[str], Browser], key: str
) -> None:
    ada = as_person("ada")
    page = ada.get(f"/org-chart/{key}")

    assert page.select_one("main h1").get_text(strip=True) == "There is no such org chart"
    assert "person" not in page.select_one("main").get_text()
    assert page.select_one(f'main a[href="{LINE}"]') is not None


def test_find_asks_who_is_meant_and_says_when_it_is_nobody(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")
    several = ada.get(LINE, focus="Worker", find="1")
    links = [each["href"] for each in several.select(".chain a")]
    ada.get(LINE, focus="no such person")

    assert len(links) == 8
    assert all("focus=w" in link for link in links)
    assert several.select_one("[data-centre]")["data-centre"] == "first"
    assert ada.page.select_one("[data-centre]")["data-centre"] == "first"
    assert "Nobody here is found by “no such person”" in ada.text
    assert "Ada Lovelace" in boxes(ada.page)


@pytest.mark.parametrize(
    "query",
    ["open=x&team=-1&zoom=NaN", "open=999999&team=999.5", "focus=%00&view=x&line=nothing",
     "focus=id:99999999999", "focus=../../x&open=", "team=0.9999&zoom=1e9"],
)  # fmt: skip
def test_b89_whatever_stands_in_the_address_there_is_a_page(
    as_person: Callable[[str], Browser], query: str
) -> None:
    ada = as_person("ada")

    for ending in ("", ".svg"):
        assert ada.client.get(f"{LINE}{ending}?{query}").status_code == 200


def test_the_outline_has_every_name_as_a_link_and_arrows_beside_them(
    as_person: Callable[[str], Browser],
) -> None:
    page = as_person("sam").get(LINE, view="outline")
    arrows = page.select(".tree summary .vh")

    assert page.select_one(".oc-box + *") is None
    assert page.select(".tree summary a, .tree a summary, .tree summary button") == []
    assert "Team of Ben Özgür, 2 direct" in [each.get_text() for each in arrows]
    assert all(each.find("a") for each in page.select(".tree .who > b"))
    closed = next(each for each in arrows if "Cem" in each.get_text()).find_parent("details")
    assert "open" not in closed.attrs
    assert closed.find("a").get_text() == "Show 45 people"
    assert "Lead: Cem Groß" in [each.get_text() for each in page.select(".tree .who > span")]


def test_a_size_is_chosen_by_the_address(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")
    whole = int(ada.get(LINE).select_one(".oc")["width"])

    assert int(ada.get(LINE, zoom=50).select_one(".oc")["width"]) == whole // 2
    assert ada.get(LINE, zoom="fit").select_one(".oc")["width"] == "100%"
    assert "zoom=60" in ada.get(LINE, zoom=50).select_one('[aria-label="Zoom in"]')["href"]


def test_what_is_to_be_repaired_is_cut_marked_and_counted(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")
    page = ada.get(LINE, open="")
    labels = [each.get_text() for each in page.select(".oc a[id] title")]

    assert "Selma Self, Named as their own manager; the line is cut here." in labels
    assert "One Circle, The line goes in a circle; it is cut here." in labels
    assert "1 person has no “Reports to”." in ada.text
    assert "1 line goes round in a circle." in ada.text
    assert page.select_one('.chart-foot a[href*="problems"]') is None
    assert "Two Circle" in boxes(ada.get(LINE, focus="two"))


def test_b74_of_a_long_line_the_end_is_drawn_with_a_way_up(
    as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "LONGEST_LINE", 2)
    sam = as_person("sam")
    page = sam.get(LINE, view="chart")
    up = next(each for each in page.select(".panel a") if "who is above" in each.get_text())

    assert boxes(page)[0] == "Ben Özgür"
    assert "Ada Lovelace" not in boxes(page)
    sam.get(up["href"].partition("#")[0])
    assert "Ada Lovelace" in boxes(sam.get(sam.response.headers["Location"].partition("#")[0]))


def test_a_page_has_a_bound_and_says_so(
    as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch, ids: Callable[[str], int]
) -> None:
    monkeypatch.setattr(showing, "MOST_SHOWN", 8)
    cem = as_person("cem")
    page = cem.get(LINE, open=f"{ids('ada')}.{ids('cem')}")

    assert len(boxes(page)) == 5
    assert "A page shows at most" in cem.text


def test_a_page_asks_as_many_queries_for_a_large_part_as_for_a_small_one(
    as_person: Callable[[str], Browser], ids: Callable[[str], int]
) -> None:
    ada = as_person("ada")
    one = str(ids("ada"))
    several = ".".join(str(ids(login)) for login in ("ada", "ben", "cem", "self"))
    ada.get(LINE)
    with counted_queries() as small:
        ada.get(LINE, open=one)
    with counted_queries() as large:
        ada.get(LINE, open=several)

    assert len(large) == len(small)
    assert len(large) <= 16, "\n".join(large)
