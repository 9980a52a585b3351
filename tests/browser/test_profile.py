"""The fullest of profiles in a browser: read, printed, taken along, on narrow screens."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.database import db, transaction
from lupweb.options.registry import CARD_PRONOUNS, CARD_TIME_ZONE, TIME_ZONE
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field, fill_from_directory
from lupweb.profiles.models import ProfileField
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.pictures import delivery_of, keep
from lupweb.profiles.sources import Source
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import ONE_PAGE_OF_PDF, SIDEWAYS
from tests.factories import PASSWORD, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.drawing import a_picture

LOADED = "image => image.complete && image.naturalWidth > 0"
MORE = {
    "pronouns": "businessCategory", "zone": "preferredLanguage", "room": "roomNumber",
    "team": "ou", "street": "street", "hours": "initials", "about": "description",
    "number": "employeeNumber", "parking": "carLicense", "office": "physicalDeliveryOfficeName",
}  # fmt: skip
VALUES = {
    "telephoneNumber": "+49 611 20570", "title": "Principal Programme Manager for Calibration " * 3,
    "l": "Porto", "departmentNumber": "Engineering", "businessCategory": "she/her",
    "preferredLanguage": "Asia/Kolkata", "roomNumber": "3.14", "ou": "Firmware",
    "street": "Rua do Farol 12, 4150 Porto", "initials": "Mon to Thu, 9:00 to 17:30",
    "description": "Keeps the sounders listening. " * 12, "employeeNumber": "4711",
    "carLicense": "HH-AB 123", "physicalDeliveryOfficeName": "Lighthouse",
    "labeledURI": f"https://example.com/{'long' * 30}", "mobile": "@full", "homePhone": "112",
}  # fmt: skip
PAGES = ("", "?sources=1", "?as=colleague")


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Full has every field, a picture, four managers, and leads twelve of twenty colleagues."""
    above = ""
    for number in range(4):
        above = an_entry(
            directory,
            f"boss{number}",
            f"Boss Number{number}",
            **({"manager": above} if above else {}),
        )
    full = an_entry(directory, "full", "Freya Full-Oyelaran", manager=above, **VALUES)
    for number in range(20):
        manager = full if number < 12 else above
        an_entry(directory, f"p{number}", f"Person Number{number}", manager=manager, title="x" * 80)
    with app.app_context():
        a_group(directory, a_connection(directory), "safety", ["p0"])
        a_profile(restricted={"visible_to": ["safety"]})
        _more_fields()
        a_run(directory)
        _picture("full")
    return "full", PASSWORD


def _more_fields() -> None:
    with transaction():
        for key, attribute in MORE.items():
            define_field(key, key.title(), category="work", source=Source.LDAP, attribute=attribute)
        fill_from_directory("website", "labeledURI", help_text="The page of your project.")
        fill_from_directory("im", "mobile")
        for option, value in ((CARD_PRONOUNS, "pronouns"), (CARD_TIME_ZONE, "zone")):
            set_option(option, value)
        set_option(TIME_ZONE, "Europe/Berlin")
        chosen_by = ProfileField.key.in_(["department", "team", "location"])
        db.session.execute(db.update(ProfileField).where(chosen_by).values(facet=True))


def _picture(login: str) -> None:
    with PictureMaker() as maker:
        person_id = get_person(login).id
        db.session.rollback()
        delivery = delivery_of(person_id, [a_picture()], maker)
        with transaction():
            keep([delivery])


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_profile_has_a_barrier(visitors, axe: Path, width: int, scheme: str) -> None:
    # axe comes from outside the page, which the policy of the site rightly refuses
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    found = {}

    for path in (*(f"/people/full{asked}" for asked in PAGES), "/people/p3", "/people/numbr3"):
        visitor.go(path)
        found[path] = barriers(visitor.page, axe)

    assert not any(found.values()), found


@pytest.mark.parametrize("asked", PAGES)
def test_the_fullest_profile_prints_on_one_page_with_its_qr_code(visitors, asked: str) -> None:
    visitor = visitors.colleague()
    visitor.go(f"/people/full{asked}")
    expect(visitor.page.get_by_text("12 people report here")).to_be_visible()

    paper = visitor.page.pdf(format="A4")

    assert len(re.findall(ONE_PAGE_OF_PDF, paper)) == 1
    visitor.page.emulate_media(media="print")
    code = visitor.page.locator("img.qr")
    expect(code).to_be_visible()
    assert code.evaluate(LOADED)


def test_no_profile_scrolls_sideways_at_320_pixels(visitors) -> None:
    visitor = visitors.colleague(320)
    wider_by = {}

    for path in (*(f"/people/full{asked}" for asked in PAGES), "/people/numbr3"):
        visitor.go(path)
        wider_by[path] = visitor.page.evaluate(SIDEWAYS)

    assert set(wider_by.values()) == {0}, wider_by


@pytest.mark.parametrize("width", [1280, 390])
def test_a_badge_tells_by_keyboard_where_its_value_comes_from(visitors, width: int) -> None:
    visitor = visitors.colleague(width)
    visitor.go("/people/full")
    badge = visitor.page.get_by_role("button", name="from LDAP Phone")
    told = visitor.page.get_by_role("tooltip").filter(has_text="telephoneNumber")

    badge.focus()
    expect(told).to_be_visible()
    place = told.bounding_box()
    visitor.page.keyboard.press("Escape")

    expect(told).to_be_hidden()
    expect(badge).to_be_focused()
    assert place
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= width


def test_without_javascript_a_vcard_and_the_sources_can_be_had(visitors) -> None:
    visitor = visitors.colleague(java_script_enabled=False)
    page = visitor.page
    visitor.go("/people/p3")

    page.locator("summary", has_text="More for this profile").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download vCard").click()
    page.get_by_role("link", name="Show where values come from").click()

    assert taken.value.suggested_filename == "p3.vcf"
    expect(page.locator(".kv .badge").first).to_be_visible()
    assert visitor.complaints == []


def test_the_owner_looks_as_a_colleague_and_comes_back(visitors) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    visitor.go("/people/full")
    expect(page.get_by_text("First aid")).to_be_visible()

    page.get_by_role("link", name="See it as they do").click()
    expect(page.get_by_text("First aid")).to_be_hidden()
    expect(page.get_by_role("link", name="Email", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to your own view").click()

    expect(page.get_by_text("First aid")).to_be_visible()
    assert visitor.complaints == []
