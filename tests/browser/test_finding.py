"""Finding people with the script: suggestions, results in place, the card over a name."""

import re

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Page, expect


def search_box(page: Page):
    return page.get_by_role("combobox", name="Search people")


def suggestions(page: Page):
    return page.locator(".combo__opt:visible")


def test_suggestions_are_chosen_by_keyboard(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    box = search_box(visitor.page)
    box.press_sequentially("lov")
    option = visitor.page.get_by_role("option", name="Ada Lovelace")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")

    box.press("ArrowDown")

    expect(option).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant")
    expect(option).to_have_id(active)
    expect(option.locator("mark")).to_have_text("Lov")
    box.press("Enter")
    expect(visitor.page.get_by_role("heading", level=1, name="Ada Lovelace")).to_be_visible()


def test_the_last_suggestion_searches_everything_and_up_goes_to_it(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go(visitor.own_profile())
    box = visitor.page.get_by_role("combobox", name="Find people")
    box.press_sequentially("person")
    expect(suggestions(visitor.page)).not_to_have_count(0)

    box.press("ArrowUp")
    box.press("Enter")

    expect(visitor.page).to_have_url(re.compile(r"/people\?q=person$"))


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    box = search_box(visitor.page)
    box.press_sequentially("lov")
    options = suggestions(visitor.page)
    expect(options).not_to_have_count(0)

    box.press("Escape")

    expect(options).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("lov")


def test_one_letter_suggests_nothing_and_tab_leaves_the_text(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go(visitor.own_profile())
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    box = visitor.page.get_by_role("combobox", name="Find people")

    box.press_sequentially("l")
    box.press_sequentially("o")
    expect(suggestions(visitor.page)).not_to_have_count(0)
    box.press("Tab")

    expect(suggestions(visitor.page)).to_have_count(0)
    expect(box).to_have_value("lo")
    assert [url for url in asked if url.endswith("suggest?q=l")] == []


def test_results_come_while_somebody_types_and_the_focus_stays(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    box = search_box(visitor.page)

    box.press_sequentially("lovelace")

    expect(visitor.page.locator(".pcard h3")).to_have_text(["Ada Lovelace"])
    expect(visitor.page).to_have_url(re.compile(r"/people\?q=lovelace$"))
    expect(visitor.page).to_have_title(re.compile("^Search for “lovelace”"))
    expect(box).to_be_focused()
    expect(visitor.page.locator("[data-live]")).to_have_text(re.compile("person found|suggestion"))


def test_a_choice_counts_at_once_and_going_back_takes_it_away(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    page = visitor.page
    hamburg = page.get_by_role("checkbox", name="Hamburg")

    hamburg.check()

    expect(page.locator(".chip--on")).to_have_text("Hamburg")
    expect(page.locator("#found")).to_have_text("26 people")
    expect(hamburg).to_be_focused()
    expect(page.get_by_role("button", name="Use filters")).to_be_hidden()
    expect(page.locator("a[download]", has_text="CSV")).to_have_attribute(
        "href", "/people/export.csv?f.location=Hamburg"
    )
    page.go_back()
    expect(page.locator(".chip--on")).to_have_count(0)
    expect(page.locator(".pcard")).to_have_count(24)


def test_pages_letters_and_views_change_in_place(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    page = visitor.page
    page.evaluate("window.stayed = true")

    page.get_by_role("link", name="Table").click()
    expect(page.locator(".people tbody tr")).to_have_count(24)
    expect(page.get_by_role("link", name="Table")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text(re.compile("^25 to "))).to_be_visible()
    expect(page.locator("#found")).to_be_focused()
    page.locator(".letters").get_by_role("link", name="L", exact=True).click()
    expect(page.locator(".chip--on")).to_have_text("Last name with L")

    assert page.evaluate("window.stayed")
    assert visitor.complaints == []


def test_what_was_closed_stays_closed(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    page = visitor.page
    page.locator("#facet-department > summary").click()

    page.get_by_role("checkbox", name="Hamburg").check()

    expect(page.locator(".chip--on")).to_have_text("Hamburg")
    assert page.locator("#facet-department").evaluate("each => each.open") is False


def test_where_the_site_does_not_answer_the_old_results_stay(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    visitor.context.set_offline(True)

    visitor.page.get_by_role("checkbox", name="Hamburg").check()

    expect(visitor.page.get_by_text("The site does not answer right now.").first).to_be_visible()
    expect(visitor.page.locator(".pcard")).to_have_count(24)


def test_without_htmx_each_form_and_link_still_leads_there(visitors) -> None:
    visitor = visitors.colleague()
    visitor.context.route("**/htmx.min.js*", lambda route: route.abort())
    visitor.go("/people")
    page = visitor.page

    page.get_by_role("checkbox", name="Hamburg").check()
    page.get_by_role("button", name="Use filters").click()

    expect(page.locator(".chip--on")).to_have_text("Hamburg")


@pytest.mark.thorough  # a busy machine moves the page below the pointer
def test_the_card_over_a_name_opens_for_a_pointer_that_rests(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people?view=list&q=number7")
    visitor.page.wait_for_load_state("networkidle")
    name = visitor.page.locator(".plist bdi").first
    card = visitor.page.locator(".over")

    name.hover()
    expect(card).to_be_visible()
    card.get_by_role("link", name="Ada Lovelace").hover()
    expect(card).to_contain_text("Reports to")
    visitor.page.keyboard.press("Escape")

    expect(card).to_be_hidden()


def test_the_card_over_a_name_is_fetched_once(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people?view=list&q=number7")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    link, card = visitor.page.locator(".plist .who a").first, visitor.page.locator(".over")

    for _time in range(2):
        link.focus()
        visitor.page.keyboard.press("Alt+ArrowDown")
        expect(card.get_by_role("link").first).to_be_focused()
        visitor.page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(link).to_be_focused()

    assert len([url for url in asked if url.endswith("/card")]) == 1


def test_who_leaves_the_card_by_keyboard_is_beside_the_name(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people?view=list&q=number7")
    link, card = visitor.page.locator(".plist .who a").first, visitor.page.locator(".over")
    link.focus()
    visitor.page.keyboard.press("Alt+ArrowDown")
    expect(card.get_by_role("link").first).to_be_focused()

    card.get_by_role("link").last.focus()
    visitor.page.keyboard.press("Tab")

    expect(card).to_be_hidden()
    expect(visitor.page.locator(".plist .acts a").first).to_be_focused()


def test_a_finger_goes_straight_to_the_profile(visitors) -> None:
    visitor = visitors.colleague(390, has_touch=True)
    visitor.go("/people?q=number7")

    visitor.page.locator(".pcard h3 a").first.tap()

    expect(visitor.page.get_by_role("heading", level=1, name="Person Number7")).to_be_visible()


def test_a_long_list_of_options_is_narrowed_by_typing_and_nothing_is_asked(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    page = visitor.page
    page.get_by_role("link", name="Show all 10 Department").click()
    options = page.locator("#facet-department li:visible")
    expect(options).to_have_count(10)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("searchbox", name="Find in Department").fill("TÉAM 3")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(options).to_have_count(1)
    late = ("/static/", "/picture?")  # what the page itself still loads on a busy machine
    assert [url for url in asked if not any(part in url for part in late)] == []


@pytest.mark.parametrize(
    "injected",
    [
        "<script>window.broken = true</script>",
        "<img src=x onerror='window.broken = true'>",
        "<a id=bait href='javascript:window.broken = true'>x</a>",
        "<style>h1 { color: rgb(1, 2, 3) }</style>",
    ],
)
def test_b49_what_a_hole_would_let_in_the_browser_does_not_run(
    app: Flask, visitors, injected: str
) -> None:
    page_with_a_hole = (
        "{% extends 'layout.html' %}{% block title %}x{% endblock %}"
        "{% block main %}<h1>hole</h1>" + injected + "{% endblock %}"
    )
    app.view_functions["people.index"] = lambda: render_template_string(page_with_a_hole)
    visitor = visitors.colleague()

    visitor.go("/people")
    for bait in visitor.page.locator("#bait").all():
        bait.click()

    expect(visitor.page.get_by_role("heading", name="hole")).not_to_have_css(
        "color", "rgb(1, 2, 3)"
    )
    assert visitor.page.evaluate("window.broken") is None
    assert any("CSP" in each or "Content Security" in each for each in visitor.complaints)


def test_a_filter_is_used_in_place_by_keyboard_and_its_faults_are_shown_there(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    page = visitor.page
    page.get_by_text("More filters").press("Enter")
    line = page.get_by_label("Filter by any field")
    line.fill("location:Porto -name:Bob")
    line.press("Enter")

    expect(page.get_by_role("heading", level=2, name="1 person")).to_be_visible()
    expect(page).to_have_url(re.compile(r"filter=location"))
    line.fill("locatoin:Porto")
    line.press("Enter")
    expect(page.get_by_text("There is no field “locatoin”")).to_be_visible()
    expect(line).to_have_value("locatoin:Porto")
    expect(page).to_have_url(re.compile(r"filter=locatoin"))
    page.reload()
    expect(page.get_by_text("There is no field “locatoin”")).to_be_visible()
    expect(line).to_have_value("locatoin:Porto")
    assert visitor.complaints == []
