"""The question mark beside a field (ux.md section 5)."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screens import thorough


def first_tip(visitor) -> tuple[Locator, Locator]:
    """Open the visitor's own profile; return the first question mark and its bubble."""
    visitor.go(visitor.own_profile())
    tip = visitor.page.locator(".kv .tip").first
    return tip.locator(".tip__btn"), tip.get_by_role("tooltip", include_hidden=True)


def centre(box: Locator) -> tuple[float, float]:
    """Return the middle of a box in the window."""
    place = box.bounding_box()
    assert place
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def fill_with(bubble: Locator, text: str) -> None:
    """Let a help text be another one."""
    bubble.locator(".tip__in").evaluate("(inside, text) => { inside.textContent = text }", text)


def test_the_bubble_opens_on_focus_and_escape_closes_it_where_the_focus_is(visitors) -> None:
    visitor = visitors.colleague()
    mark, bubble = first_tip(visitor)
    expect(bubble).to_be_hidden()

    mark.focus()
    expect(bubble).to_be_visible()
    visitor.page.keyboard.press("Escape")

    expect(bubble).to_be_hidden()
    expect(mark).to_be_focused()


def test_enter_closes_and_opens_the_bubble(visitors) -> None:
    visitor = visitors.colleague()
    mark, bubble = first_tip(visitor)
    mark.focus()

    visitor.page.keyboard.press("Enter")
    expect(bubble).to_be_hidden()
    visitor.page.keyboard.press("Enter")

    expect(bubble).to_be_visible()


@pytest.mark.parametrize("javascript", [True, thorough(False)])
def test_the_pointer_may_move_from_the_mark_onto_the_bubble(visitors, javascript: bool) -> None:
    visitor = visitors.colleague(java_script_enabled=javascript)
    mark, bubble = first_tip(visitor)

    mark.hover()
    expect(bubble).to_be_visible()
    visitor.page.mouse.move(*centre(bubble), steps=30)
    expect(bubble).to_be_visible()
    visitor.page.mouse.move(5, 5)

    expect(bubble).to_be_hidden()


def test_escape_closes_a_bubble_under_the_pointer(visitors) -> None:
    visitor = visitors.colleague()
    mark, bubble = first_tip(visitor)
    mark.hover()
    expect(bubble).to_be_visible()

    visitor.page.keyboard.press("Escape")

    expect(bubble).to_be_hidden()


def test_a_tap_opens_a_sheet_at_the_bottom_and_a_second_tap_closes_it(visitors) -> None:
    visitor = visitors.colleague(390, has_touch=True)
    mark, bubble = first_tip(visitor)

    mark.tap()
    expect(bubble).to_be_visible()
    place = bubble.bounding_box()
    mark.tap()

    assert place
    assert place["width"] > 300
    assert 860 - (place["y"] + place["height"]) == pytest.approx(16, abs=2)
    expect(bubble).to_be_hidden()


def test_the_mark_names_its_field_and_is_described_by_the_bubble(visitors) -> None:
    mark, bubble = first_tip(visitors.colleague())

    expect(mark).to_have_attribute("aria-describedby", bubble.get_attribute("id") or "")
    assert (mark.get_attribute("aria-label") or "").startswith("Help for ")
    assert (bubble.text_content() or "").strip()


@pytest.mark.parametrize("width", [1280, thorough(390)])
def test_a_text_of_a_mebibyte_scrolls_inside_the_bubble_by_keyboard(visitors, width: int) -> None:
    visitor = visitors.colleague(width)
    mark, bubble = first_tip(visitor)
    fill_with(bubble, "words " * (2**20 // 6))

    mark.focus()
    visitor.page.keyboard.press("Tab")
    inside = bubble.locator(".tip__in")
    expect(inside).to_be_focused()
    visitor.page.keyboard.press("End")

    visitor.page.wait_for_function("box => box.scrollTop > 1000", arg=inside.element_handle())
    assert is_inside_the_window(visitor.page, bubble)


def test_a_bubble_turns_downwards_where_there_is_no_room_above(visitors) -> None:
    visitor = visitors.colleague()
    mark, bubble = first_tip(visitor)
    fill_with(bubble, "words " * 2000)
    mark.evaluate("mark => scrollTo(0, mark.getBoundingClientRect().top + scrollY - 80)")

    mark.focus()

    assert centre(bubble)[1] > centre(mark)[1]
    assert is_inside_the_window(visitor.page, bubble)


def is_inside_the_window(page: Page, box: Locator) -> bool:
    """Return whether all of `box` can be seen."""
    place, window = box.bounding_box(), page.viewport_size
    assert place
    assert window
    return (
        place["x"] >= 0
        and place["y"] >= 0
        and place["x"] + place["width"] <= window["width"]
        and place["y"] + place["height"] <= window["height"]
    )
