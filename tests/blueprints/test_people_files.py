"""People as files and on paper: the same people, and no more than the page shows."""

import csv
import json
import re
from collections.abc import Callable
from io import BytesIO

import pytest
import vobject
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lupweb.audit.models import AuditEvent
from lupweb.blueprints import exports
from lupweb.database import db, transaction
from lupweb.errors import Busy
from lupweb.exports import phone_list, service, xlsx
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_everybody_changed
from lupweb.profiles.sources import Source
from lupweb.search import found
from lupweb.web.files import LargeFile
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory

FORMS = tuple(service.FORMATS)


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


def exports_noted(app: Flask) -> list[tuple[str, dict[str, object]]]:
    """Return who took whom along, the oldest first."""
    with app.app_context():
        rows = select(AuditEvent).where(AuditEvent.kind == "people.exported")
        events = db.session.scalars(rows.order_by(AuditEvent.id)).all()
        said = [{name: after for name, (_before, after) in each.changes.items()} for each in events]
        return [(each.actor, said) for each, said in zip(events, said, strict=True)]


def test_the_page_links_to_files_of_the_same_people(ada: Browser) -> None:
    ada.get("/people?q=groß&view=list&page=1")

    links = [str(link["href"]) for link in ada.page.select("#exports .menu__pop a")]
    files = [f"/people/export.{form}?q=gro%C3%9F" for form in ("xlsx", "csv", "vcf", "json")]
    assert links == [*files, "/people/print?q=gro%C3%9F"]


@pytest.mark.parametrize("asked", ["f.nothing=x", "f.emergency=x", "f.phone=x"])
def test_what_nobody_can_choose_by_takes_nobody_along(ada: Browser, asked: str) -> None:
    ada.get(f"/people/export.json?{asked}")

    assert json.loads(ada.response.text) == []


def test_a_table_is_taken_along_with_the_columns_that_are_shown_and_people_by_their_names(
    ada: Browser,
) -> None:
    ada.get("/people?view=table&column=manager&column=location&column=emergency&q=ben")
    hrefs = {
        each["href"].split("?")[0][-4:]: each["href"] for each in ada.page.select("#exports a")
    }

    row = next(csv.DictReader(ada.client.get(hrefs[".csv"]).text.splitlines()))
    (person,) = json.loads(ada.client.get(hrefs["json"]).text)

    assert list(row) == ["Login", "Name", "Email", "Reports to", "Location"]
    assert (row["Login"], row["Reports to"]) == ("ben", "Ada Lovelace")
    assert (person["manager"], person["values"]["manager"]) == ("ada", "ada")
    assert "column" not in hrefs[".vcf"]


def test_where_nobody_chose_columns_a_table_is_taken_along_as_it_is_shown(
    ada: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        for field in db.session.scalars(select(ProfileField)):
            field.in_table = field.key == "position"
        tell_everybody_changed()
    ada.get("/people?view=table&q=ben")
    shown = [each.get_text(strip=True) for each in ada.page.select("thead th")][1:-1]
    links = {
        each["href"].split("?")[0][-4:]: each["href"] for each in ada.page.select("#exports a")
    }

    (head, _ben) = csv.reader(ada.client.get(links[".csv"]).text.splitlines())
    (whole, _ben) = csv.reader(ada.client.get("/people/export.csv?q=ben").text.splitlines())

    assert head == ["Login", "Name", "Email", *shown] == ["Login", "Name", "Email", "Position"]
    assert {"Position", "Location"} < set(whole)


def test_where_nobody_was_found_no_file_is_offered(ada: Browser) -> None:
    ada.get("/people?q=zzzzzz")

    assert ada.page.select("#exports a") == []


def test_b52_a_file_is_named_kept_by_nobody_and_noted(ada: Browser, app: Flask) -> None:
    kinds = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
        "vcf": "text/vcard; charset=utf-8",
    }
    for form, kind in kinds.items():
        answer = ada.client.get(f"/people/export.{form}?q=ben&view=table")
        headers = answer.headers
        assert headers["Content-Disposition"].startswith("attachment; filename=")
        assert headers["Content-Disposition"].endswith(f".{form}")
        assert (headers["Content-Type"], headers["Cache-Control"]) == (kind, "private, no-store")
        assert holds(answer.data, form) == ["Ben Özgür"]
    ada.client.head("/people/export.csv")

    with app.app_context():
        actor = f"person:{get_person('ada').id}"
    told = [(actor, {"format": form, "people": 1, "asked": "/people?q=ben"}) for form in kinds]
    assert exports_noted(app) == told


def holds(content: bytes, form: str) -> list[str]:
    """Return the names that another program finds in a file."""
    if form == "xlsx":
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        return [str(row[1]) for row in sheet.to_python()[1:]]
    text = content.decode()
    if form == "vcf":
        return [card.fn.value for card in vobject.readComponents(text)]
    if form == "json":
        return [person["name"] for person in json.loads(text)]
    return [row["Name"] for row in csv.DictReader(text.splitlines())]


def test_active_people_are_in_a_file_and_a_file_of_nobody_is_whole(
    ada: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        get_person("sam").state = PersonState.DISABLED
    for form in FORMS:
        path = f"/people/export.{form}"
        names = holds(ada.client.get(path).data, form)
        assert names == ["Cem Groß", "Ada Lovelace", "Ben Özgür"], form
        assert holds(ada.client.get(f"{path}?q=zzzzzz").data, form) == [], form


def test_b36_a_restricted_value_leaves_only_for_those_who_may_see_it(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    with app.app_context(), transaction():
        for field in db.session.scalars(select(ProfileField)):
            field.in_vcard = True
        field.type_key = "phone"  # of the last: the emergency contact
    shown = {}
    for login in ("ada", "ben", "sam"):
        browser = as_person(login)
        for path in ("export.csv", "export.json", "export.vcf", "print"):
            browser.get(f"/people/{path}")
            shown[login, path] = CANARY in browser.response.text.replace("\r\n ", "")

    assert {login for (login, _path), is_shown in shown.items() if is_shown} == {"ben", "sam"}
    assert len([each for each in shown.values() if each]) == 8


def test_b35_nobody_is_chosen_or_sorted_by_what_the_viewer_may_not_see(ada: Browser) -> None:
    ada.get("/people/export.csv", sort="-nothing", **{"f.nothing": CANARY})
    unknown = ada.response.text

    ada.get("/people/export.csv", sort="-emergency", **{"f.emergency": CANARY})

    assert ada.response.text == unknown
    assert len(unknown.splitlines()) == 1


def test_a_value_that_nobody_has_any_more_takes_nobody_along(ada: Browser) -> None:
    ada.get("/people/export.csv", **{"f.location": "Nowhere"})

    assert len(ada.text.strip().splitlines()) == 1


def test_b40_a_field_that_becomes_restricted_is_in_no_file_from_then_on(
    ada: Browser, app: Flask
) -> None:
    ada.get("/people/export.csv")
    assert "Position" in ada.response.text
    with app.app_context(), transaction():
        field = db.session.scalars(select(ProfileField).where(ProfileField.key == "position")).one()
        safety = select(ProfileField.category_id).where(ProfileField.key == "emergency")
        field.category_id = db.session.scalars(safety).one()

    ada.get("/people/export.csv")

    assert "Position" not in ada.response.text
    assert "Engineer" not in ada.response.text


def test_b66_no_cell_is_computed(company: FakeDirectory, app: Flask, ada: Browser) -> None:
    an_entry(company, "eve", "=cmd|' /C calc'!A0", title="@SUM(A1)")
    with app.app_context():
        a_run(company)

    ada.get("/people/export.csv?q=eve")

    (row,) = csv.DictReader(ada.response.text.splitlines())
    assert row["Name"] == "'=cmd|' /C calc'!A0"
    assert row["Position"] == "'@SUM(A1)"


def test_b67_files_are_sent_block_after_block_and_the_list_in_parts(
    app: Flask, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "BLOCK", 1)
    for form in FORMS:
        answer = ada.client.get(f"/people/export.{form}", buffered=False)
        with counted_queries() as read_later:
            whole = b"".join(answer.response)
        assert len(holds(whole, form)) == 4
        assert 4 * 2 <= len(read_later) <= 4 * 9, form
        answer.close()
    monkeypatch.setattr(phone_list, "PAGE", 3)
    with counted_queries() as sent:
        ada.get("/people/print?page=2")
    assert len(sent) <= 22
    assert "Phone list, part 2 of 2" in ada.text
    assert "4 to 4 of 4" in ada.text
    monkeypatch.setattr(xlsx, "MOST_PEOPLE", 3)
    ada.get("/people/export.xlsx")
    assert ada.response.status_code == 422
    assert "too many people for one spreadsheet" in ada.text
    assert exports_noted(app)[-1][1]["format"] == "print"  # and not the file that was not made


def test_of_very_large_files_only_a_few_are_made_at_once(
    app: Flask, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps a thread, and the others are for pages."""
    monkeypatch.setattr(exports, "LARGE", 3)
    underway = [LargeFile([b"a", b"b"]) for _each in range(2)]
    with pytest.raises(Busy):
        LargeFile([b"c"])

    refused = ada.client.get("/people/export.json")

    assert refused.status_code == 503
    assert "Nothing was made. Try again in a minute" in refused.text
    assert exports_noted(app) == []
    assert ada.client.get("/people/export.vcf?q=ben").status_code == 200, "it is small"
    assert b"".join(underway[0]) == b"ab"
    for _each in range(3):  # each makes room when it is sent
        assert ada.client.get("/people/export.json").status_code == 200
    LargeFile([b"forgotten"])
    underway[1].close()
    assert [len(list(LargeFile([b"a"]))) for _each in range(3)] == [1, 1, 1]


def test_a_phone_list_has_names_by_letter_every_number_that_one_may_see_and_how_it_was_made(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    with app.app_context():
        with transaction():
            define_field(
                "mobile", "Mobile", category="work", type_key="phone",
                source=Source.LDAP, attribute="mobile",
            )  # fmt: skip
        an_entry(company, "eve", "Eve Łem", mobile="+49 171 1", telephoneNumber="12")
        an_entry(company, "王", "王")
        a_run(company)

    ada.get("/people/print?sort=-name")

    letters = [heading.get_text() for heading in ada.page.select(".phones h2")]
    assert letters == ["G", "L", "O", "S", "#"]
    assert "+49 611 20570" in ada.text
    assert "12 Mobile +49 171 1" in ada.text
    assert [row[1]["format"] for row in exports_noted(app)] == ["print"]
    day = r"as of \d+ \w+ \d{4}, \d\d:\d\d\. Everybody, without conditions\."
    assert re.search(day, ada.text)
    ada.get("/people/print?q=ben&letter=o&filter=location:*&f.emergency=x&f.position=")
    assert "Nobody to print" in ada.text
    assert (
        "Only who fits these conditions: Words: ben ; Last name with O ; Filter: location:* ;"
        " emergency: x ; position: Not set ." in ada.text
    )


def test_who_has_not_signed_in_is_sent_to_the_door(app: Flask) -> None:
    for path in (*(f"export.{form}" for form in FORMS), "print"):
        answer = app.test_client().get(f"/people/{path}?q=a")
        assert answer.status_code == 302
        assert "/login?next=" in answer.headers["Location"]
