"""Every page in a browser: without script, on narrow screens, on paper, under the policy."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens import thorough

VIEWS = ("/people", "/people?view=list", "/people?view=table")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LONG_NAMES = "all => all.forEach(each => { each.textContent = 'W'.repeat(120) })"
ONE_PAGE_OF_PDF = rb"/Type\s*/Page\b"


def test_everything_works_without_javascript(visitors) -> None:
    visitor = visitors.colleague(java_script_enabled=False)
    page = visitor.page

    visitor.go("/people?view=table")
    page.get_by_role("checkbox", name="Hamburg").check()
    page.get_by_label("Sort by").select_option("newest")
    page.get_by_role("button", name="Use filters").click()
    expect(page.locator(".chip--on")).to_have_text("Hamburg")
    expect(page.locator(".people tbody tr")).to_have_count(24)
    page.get_by_role("link", name="Remove filter Location: Hamburg").click()
    page.get_by_role("link", name="Cards").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text(re.compile(r"^25 to "))).to_be_visible()
    name = page.locator(".pcard h3").first.inner_text()
    page.get_by_role("searchbox", name="Search people").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.locator("summary", has_text="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    visitor.go("/people")

    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_without_javascript_no_button_is_shown_that_needs_it(visitors) -> None:
    visitor = visitors.colleague(java_script_enabled=False)
    visitor.go(visitor.own_profile())

    for needy in visitor.page.locator(".js-only").all():
        expect(needy).to_be_hidden()


def test_no_page_breaks_its_own_policy_or_writes_to_the_console(visitors) -> None:
    visitor = visitors.colleague()
    policy = visitor.page.goto(visitor.address + "/people").header_value("content-security-policy")
    for path in (visitor.own_profile(), *VIEWS, "/people?q=a", "/people/nobody.of.this.name"):
        visitor.go(path)
    visitor.page.locator("summary", has_text="Your menu").click()
    visitor.page.get_by_role("button", name="Switch light and dark").click()

    assert policy
    assert policy.startswith("default-src 'none'")
    assert visitor.complaints == []


def test_every_page_has_one_main_heading_a_title_and_a_language(visitors) -> None:
    visitor = visitors.colleague()
    for path in ("/people", visitor.own_profile(), "/people?q=zzzzzz", "/people/nobody.of.this"):
        visitor.go(path)

        expect(visitor.page.locator("h1")).to_have_count(1)
        expect(visitor.page).to_have_title(re.compile(r"\S.* – \S"))
        expect(visitor.page.locator("html")).to_have_attribute("lang", re.compile("^[a-z]{2}$"))


@pytest.mark.parametrize("width", [320, thorough(390), 768, thorough(1280)])
def test_nothing_scrolls_sideways_however_long_a_name_is(visitors, width: int) -> None:
    visitor = visitors.colleague(width)
    wider_by = {}

    for path in (*VIEWS, "/people?q=zzzzzz", visitor.own_profile(), "/people/nobody.of.this.name"):
        visitor.go(path)
        before = visitor.page.evaluate(SIDEWAYS)
        visitor.page.locator("bdi").evaluate_all(LONG_NAMES)
        wider_by[path] = (before, visitor.page.evaluate(SIDEWAYS))

    assert set(wider_by.values()) == {(0, 0)}, wider_by


def test_the_sign_in_page_does_not_scroll_sideways(visitors) -> None:
    visitor = visitors.stranger(320)
    visitor.go("/login")

    assert visitor.page.evaluate(SIDEWAYS) == 0


def test_a_profile_prints_on_one_page(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go(visitor.own_profile())

    paper = visitor.page.pdf(format="A4")

    assert len(re.findall(ONE_PAGE_OF_PDF, paper)) == 1


@pytest.mark.parametrize("path", VIEWS)
def test_a_page_of_24_people_is_small(visitors, path: str) -> None:
    visitor = visitors.colleague()
    visitor.go(path)

    expect(visitor.page.locator(".pcard, .plist > li, .people tbody tr")).to_have_count(24)
    markup = visitor.page.request.get(visitor.address + path).body()
    assert len(markup) < 60_000
