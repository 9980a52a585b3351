"""axe finds no barrier: WCAG 2.0 to 2.2 A and AA, and its best practice (ux.md section 9)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.screens import SCREENS

PAGES = (
    "/people",
    "/people?view=list&f.location=Hamburg&letter=N",
    "/people?view=table&all=department&page=2",
    "/people?q=zzzzzz",
    "/people?filter=locatoin:Porto",
    "/people/nobody.of.this.name",
    "/about/help",
    "/about/privacy",
    "/about/accessibility",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run({runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"


def barriers(page: Page, axe: Path) -> list[str]:
    """Return what axe finds on a page: rule and place."""
    page.add_script_tag(path=axe)
    found = page.evaluate(RUN, RULES)["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_has_a_barrier(visitors, axe: Path, width: int, scheme: str) -> None:
    # axe comes from outside the page, which the policy of the site rightly refuses
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    found = {}
    own_profile = visitor.own_profile()

    for path in (*PAGES, own_profile):
        visitor.go(path)
        found[path] = barriers(visitor.page, axe)

    assert not any(found.values()), found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_strangers_have_no_barrier(visitors, axe: Path, scheme: str) -> None:
    visitor = visitors.stranger(color_scheme=scheme, bypass_csp=True)
    visitor.go("/login")
    before = barriers(visitor.page, axe)
    visitor.page.fill("input[name=username]", "nobody.of.this.name")
    visitor.page.fill("input[name=password]", "wrong")
    visitor.page.click("form[method=post] button[type=submit]")
    visitor.page.get_by_role("alert").wait_for()

    with_message = barriers(visitor.page, axe)
    visitor.go("/nothing.of.this.name")

    assert before == []
    assert with_message == []
    assert barriers(visitor.page, axe) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_open_bubbles_and_menus_have_no_barrier(visitors, axe: Path, width: int) -> None:
    visitor = visitors.colleague(width, bypass_csp=True)
    visitor.go(visitor.own_profile())

    visitor.page.locator(".tip__btn").first.focus()
    with_bubble = barriers(visitor.page, axe)
    visitor.page.locator("summary", has_text="Your menu").click()

    assert with_bubble == []
    assert barriers(visitor.page, axe) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_suggestions_filters_and_the_card_over_a_name_have_no_barrier(
    visitors, axe: Path, width: int
) -> None:
    visitor = visitors.colleague(width, bypass_csp=True)
    visitor.go("/people")
    page = visitor.page

    page.get_by_role("combobox", name="Search people").press_sequentially("pe")
    page.locator(".combo__opt").first.wait_for()
    page.wait_for_url(lambda url: "q=pe" in url)  # until then the last result fades out
    page.locator(".htmx-request").wait_for(state="detached")
    page.keyboard.press("ArrowDown")
    with_suggestions = barriers(page, axe)
    page.keyboard.press("Escape")
    if width < 960:
        page.locator("#filters > summary").click()
    page.locator(".pcard h3 a").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.locator(".over a").first.wait_for()

    assert with_suggestions == []
    assert barriers(page, axe) == []
