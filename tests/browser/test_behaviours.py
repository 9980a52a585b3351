"""What the small script adds to a page."""

from playwright.sync_api import expect


def test_a_menu_opens_by_keyboard_and_escape_gives_the_focus_back(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    summary = visitor.page.locator("summary", has_text="Your menu")
    entry = visitor.page.get_by_text("Your profile")

    summary.press("Enter")
    expect(entry).to_be_visible()
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Escape")

    expect(entry).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_menu_closes_when_something_else_is_clicked_or_focused(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")
    summary = visitor.page.locator("summary", has_text="Your menu")
    sign_out = visitor.page.get_by_role("button", name="Sign out")

    summary.click()
    expect(sign_out).to_be_visible()
    visitor.page.locator("h1").click()
    expect(sign_out).to_be_hidden()
    summary.click()
    sign_out.focus()
    visitor.page.get_by_role("combobox", name="Search people").focus()

    expect(sign_out).to_be_hidden()


def test_the_main_menu_of_a_small_screen_leads_to_people(visitors) -> None:
    visitor = visitors.colleague(390)
    visitor.go(visitor.own_profile())

    visitor.page.locator("summary", has_text="Main menu").click()
    menu = visitor.page.get_by_role("navigation", name="Main, small screen")
    menu.get_by_role("link", name="People").click()

    expect(visitor.page.get_by_role("heading", level=1, name="People")).to_be_visible()


def test_the_chosen_theme_is_kept_by_the_server(visitors) -> None:
    visitor = visitors.colleague(color_scheme="light")
    visitor.go("/people")

    visitor.page.get_by_role("button", name="Switch light and dark").click()
    visitor.go("/people")

    answer = visitor.page.request.get(visitor.address + "/people").text()
    assert '<html lang="en" data-theme="dark">' in answer
    expect(visitor.page.locator("html")).to_have_css("color-scheme", "dark")


def test_a_slash_goes_to_the_search_box(visitors) -> None:
    visitor = visitors.colleague()
    visitor.go("/people")

    visitor.page.keyboard.press("/")

    expect(visitor.page.get_by_role("combobox", name="Search people")).to_be_focused()
    expect(visitor.page.get_by_role("combobox", name="Search people")).to_have_value("")


def test_a_typed_password_can_be_looked_at(visitors) -> None:
    visitor = visitors.stranger()
    visitor.go("/login")
    typed = visitor.page.locator("input[name=password]")
    typed.fill("correct horse")

    visitor.page.get_by_role("button", name="Show password").click()
    expect(typed).to_have_attribute("type", "text")
    visitor.page.get_by_role("button", name="Hide password").click()

    expect(typed).to_have_attribute("type", "password")


def test_the_link_of_a_profile_can_be_copied(visitors) -> None:
    visitor = visitors.colleague(permissions=["clipboard-read", "clipboard-write"])
    path = visitor.own_profile()
    visitor.go(path)

    visitor.page.locator("summary", has_text="More for this profile").click()
    visitor.page.get_by_role("button", name="Copy link").click()

    expect(visitor.page.get_by_role("button", name="Link copied")).to_be_visible()
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied == visitor.address + path
