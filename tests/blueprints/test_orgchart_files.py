"""Who is offered an org chart, and what they may take along of it."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from xml.etree import ElementTree

import pytest
from flask import Flask

from lupweb.audit.models import AuditEvent
from lupweb.database import db, transaction
from lupweb.exports import org_charts
from lupweb.orgchart.models import OrgChart
from lupweb.people.queries import get_person
from lupweb.web.chart_looks import COLOURS
from tests.blueprints.charting import LINE, MANY, boxes
from tests.browsing import Browser
from tests.factories import PASSWORD
from tests.fakes import FakeDirectory

ENDINGS = ("", ".svg", ".png", ".csv", "/people?q=ada")


@pytest.fixture
def as_person(charts: FakeDirectory, browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """Signs a person of the company with charts in."""
    return lambda login: browser().sign_in(login, PASSWORD)


@pytest.mark.parametrize("who", ["ada", "cem"])
def test_b37_a_chart_of_a_restricted_field_is_not_there_for_outsiders(
    as_person: Callable[[str], Browser], who: str
) -> None:
    browser = as_person(who)
    hidden = [browser.client.get(f"/org-chart/hidden{each}") for each in ENDINGS]
    nothing = [browser.client.get(f"/org-chart/nothing{each}") for each in ENDINGS]
    page = browser.get(LINE, focus="sam")

    assert [each.status_code for each in hidden] == [404] * len(ENDINGS)
    assert [len(each.data) for each in hidden] == [len(each.data) for each in nothing]
    assert "Hidden" not in str(page)
    assert "Secret" not in str(page)
    assert len(page.select(".chart .oc-dot")) == 1
    assert "secret" not in browser.client.get(f"{LINE}.csv").get_data(as_text=True)


def test_b37_who_may_read_the_field_is_offered_its_chart_and_its_lines(
    as_person: Callable[[str], Browser],
) -> None:
    sam = as_person("sam")
    page = sam.get(LINE)

    assert page.select_one('.chart__bar a[href="/org-chart/hidden"]') is not None
    assert len(page.select(".chart .oc-dot")) == 3
    assert len(sam.get(LINE, line="lead").select(".chart .oc-dot")) == 1
    assert len(sam.get(LINE, line="manager").select(".chart .oc-dot")) == 0
    assert sorted(boxes(sam.get("/org-chart/hidden"))) == ["Cem Groß", "Sam Safe", "הפוך <b>&amp;"]


def test_menus_profiles_and_cards_lead_to_the_first_chart_that_i_may_see(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    ada, sam = as_person("ada"), as_person("sam")
    here = f"{LINE}?focus=ben"
    assert ada.get("/people").select_one(".topnav a[href='/org-chart/line']") is not None
    assert ada.get("/people/ben").select_one("#team + a")["href"] == here
    assert ada.get("/people/ben/card").select_one(f'a[href="{here}"]') is not None
    with app.app_context(), transaction():
        db.session.execute(db.delete(OrgChart).where(OrgChart.key == "line"))

    assert ada.get("/people").select_one(".topnav a[href^='/org-chart']") is None
    assert sam.get("/people").select_one(".topnav a[href='/org-chart/hidden']") is not None
    ada.get("/org-chart")
    assert "The org chart is not set up yet" in ada.text
    sam.get("/org-chart")
    assert sam.response.headers["Location"] == "/org-chart/hidden"


def test_the_drawing_as_a_file_is_xml_with_nothing_outside_it(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    answer = as_person("sam").client.get(f"{LINE}.svg")
    drawing = ElementTree.fromstring(answer.data)  # noqa: S314 - our own
    texts = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]

    name = re.compile(r"attachment; filename=[a-z-]+-line-\d{4}-\d\d-\d\d\.svg")
    assert name.fullmatch(answer.headers["Content-Disposition"].lower())
    own = [each for each in drawing.iter("{http://www.w3.org/2000/svg}g")
           if each[0].get("stroke") == COLOURS["own"]["stroke"]]  # fmt: skip
    assert ["Sam Safe" in [text.text for text in each] for each in own] == [True]
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert {"Sam Safe", "הפוך <b>&amp;", "=cmd"} <= {*texts}
    assert b"href" not in answer.data
    assert b"class=" not in answer.data
    with app.app_context():
        event = db.session.scalars(db.select(AuditEvent)).all()[-1]
        assert (event.kind, event.about) == ("org_chart.exported", "line")
        assert event.changes == {"format": [None, "svg"]}


def test_the_drawing_is_a_picture_too(
    as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(org_charts, "FONTS", {"skip_system_fonts": True})
    monkeypatch.setattr(org_charts, "MOST_PIXELS", 40_000)
    answer = as_person("sam").client.get(f"{LINE}.png")

    assert answer.content_type == "image/png"
    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(answer.data[at : at + 4]) for at in (16, 20))
    assert 30_000 < width * height < 41_000  # a row of pixels is never cut


def test_the_whole_chart_is_a_table_that_no_spreadsheet_computes(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    with app.app_context(), transaction():
        get_person("ben").name = "=HYPERLINK(1)"
    text = as_person("ada").client.get(f"{LINE}.csv").get_data(as_text=True)
    rows = {row["Login"]: row for row in csv.DictReader(StringIO(text))}

    assert len(rows) == MANY + 11
    assert rows["ben"]["Name"] == "'=HYPERLINK(1)"
    named = {"Reports to": "'=HYPERLINK(1)", "Reports to (login)": "ben", "Lead (login)": "cem"}
    assert rows["sam"] | named == rows["sam"]
    assert (rows["ada"]["People below"], rows["ada"]["Direct reports"]) == (str(MANY + 4), "2")
    assert (rows["self"]["To repair"], rows["one"]["To repair"]) == ("self", "cycle")
