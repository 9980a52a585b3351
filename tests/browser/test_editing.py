"""Editing in a browser: by keyboard, without script, beside a sync, in forms that are old."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Route, expect

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from tests.browser.editing import EDIT, a_photograph, a_site_to_edit, save, saved, value
from tests.factories import PASSWORD, a_run
from tests.fakes import FakeDirectory


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Ben, whose profile has a field of each control; pictures are people's own."""
    return a_site_to_edit(app, directory)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph."""
    return a_photograph(tmp_path)


def test_everything_can_be_done_by_keyboard_alone(visitors, app: Flask) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    visitor.go("/people/ben")
    page.get_by_role("link", name="Edit profile").press("Enter")
    page.get_by_label("Mobile", exact=True).press_sequentially("0611 20571")
    page.get_by_label("Deputy", exact=True).press_sequentially("love")
    page.locator(".combo__opt").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Deputy", exact=True)).to_have_value("Ada Lovelace (ada)")
    page.get_by_label("Skills", exact=True).press_sequentially("Sonar")
    page.keyboard.press("Enter")
    page.keyboard.type("Radar,")
    page.get_by_role("button", name="Remove Radar").wait_for()
    page.get_by_role("button", name="Remove Sonar").press("Enter")
    expect(page.get_by_label("Skills", exact=True)).to_be_focused()
    page.get_by_label("Aider", exact=True).press("Space")
    expect(page.locator("[data-changes]")).to_have_text("4 changes not saved yet")

    page.get_by_role("button", name="Save").press("Enter")

    saved(page)
    with app.app_context():
        ada = get_person("ada").id
    expect(page.get_by_text("Saved. 4 values are new.")).to_be_visible()
    assert {key: value(app, key) for key in ("mobile", "deputy", "skills", "aider")} == {
        "mobile": "+49 611 20571", "deputy": f"id:{ada}", "skills": "Radar", "aider": "true",
    }  # fmt: skip
    assert visitor.complaints == []


def test_what_was_typed_before_the_script_was_there_counts_as_a_change(visitors) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    page.route("**/js/editing.js*", after_typing)
    visitor.go(EDIT)

    expect(page.locator("[data-changes]")).to_have_text("1 change not saved yet")
    expect(page.get_by_label("Mobile", exact=True)).to_have_value("0611 20571")


def after_typing(route: Route) -> None:
    """Let a script come only when somebody has typed into a field."""
    field = route.request.frame.get_by_label("Mobile", exact=True)
    field.fill("0611 20571")
    route.continue_()


def test_without_javascript_everything_is_edited_and_a_picture_cut(
    visitors, app: Flask, picture: Path
) -> None:
    visitor = visitors.colleague(java_script_enabled=False)
    page = visitor.page
    visitor.go(EDIT)
    page.get_by_label("Skills", exact=True).fill("Sonar, Radar")
    page.get_by_label("Deputy", exact=True).fill("love")
    page.locator("#picture").set_input_files(picture)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("may mean several people")
    page.get_by_role("radio", name=re.compile("Ada Lovelace")).check()
    page.locator("#picture").set_input_files(picture)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Crop your picture")
    page.get_by_label("Left and right").fill("0")
    page.get_by_role("button", name="Use picture").click()

    expect(page.locator("img.av--xl")).to_be_visible()
    assert value(app, "skills") == "Radar\nSonar"
    assert value(app, "deputy").startswith("id:")


def test_a_mistake_takes_the_focus_to_the_summary_and_its_link_to_the_field(visitors) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    visitor.go(EDIT)
    page.get_by_label("Mobile", exact=True).fill("nonsense")
    save(page)

    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").press("Enter")

    expect(page.get_by_label("Mobile", exact=True)).to_be_focused()
    expect(page.get_by_label("Mobile", exact=True)).to_have_value("nonsense")


def test_b97_a_sync_changes_a_value_while_the_form_is_open(
    visitors, app: Flask, directory: FakeDirectory
) -> None:
    visitor = visitors.colleague()
    visitor.go(EDIT)
    visitor.page.get_by_label("About", exact=True).fill("Mine")
    directory.set("ben", "title", [b"Architect"])
    with app.app_context():
        a_run(directory)

    save(visitor.page)

    saved(visitor.page)
    expect(visitor.page.get_by_text("Changed by others meanwhile")).to_contain_text("Position")
    assert (value(app, "about"), value(app, "position")) == ("Mine", "Architect")


def test_b97_a_sync_changed_what_was_typed_and_both_values_are_asked_about(
    visitors, app: Flask, directory: FakeDirectory
) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    fill_phone_by(app, Source.USER)  # as with writing back
    visitor.go(EDIT)
    page.get_by_label("Phone", exact=True).fill("+49 611 20572")
    page.get_by_label("About", exact=True).fill("Typed as well")
    fill_phone_by(app, Source.LDAP)
    directory.set("ben", "telephoneNumber", [b"+49 611 20573"])
    with app.app_context():
        a_run(directory)
    fill_phone_by(app, Source.USER)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        save(page)

    assert answer.value.status == 409
    expect(page.locator(".conflict")).to_contain_text("+49 611 20573")
    expect(page.get_by_label("About", exact=True)).to_have_value("Typed as well")
    assert (value(app, "phone"), value(app, "about")) == ("+49 611 20573", "")
    page.locator(".conflict").get_by_role("radio").first.check()
    save(page)
    saved(page)
    assert (value(app, "phone"), value(app, "about")) == ("+49 611 20572", "Typed as well")


def fill_phone_by(app: Flask, source: Source) -> None:
    """Let people or the directory fill the phone number."""
    with app.app_context(), transaction():
        phone = db.session.scalars(db.select(ProfileField).filter_by(key="phone")).one()
        phone.source = source


def test_keywords_that_are_pasted_are_taken_apart_and_a_comma_in_quotes_is_not(
    visitors, app: Flask
) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    visitor.go(EDIT)
    page.get_by_label("Skills", exact=True).fill('C++, "Paris, France",  5" disk, "open')
    page.get_by_label("About", exact=True).focus()
    expect(page.locator(".chip")).to_have_text(["C++", "Paris, France", '5" disk', '"open'])

    save(page)

    saved(page)
    assert sorted(value(app, "skills").split("\n")) == sorted(
        ["C++", "Paris, France", '5" disk', '"open']
    )


def test_b96_a_double_click_saves_once(visitors, app: Flask) -> None:
    visitor = visitors.colleague()
    visitor.go(EDIT)
    visitor.page.get_by_label("About", exact=True).fill("Once")

    visitor.page.get_by_role("button", name="Save").dblclick()

    expect(visitor.page.get_by_text("Saved. 1 value is new.")).to_be_visible()
    with app.app_context():
        rev = get_person("ben").rev
    assert (value(app, "about"), rev) == ("Once", 2)


def test_b97_a_form_left_open_for_a_day_loses_nothing(
    visitors, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visitors.colleague()
    page = visitor.page
    visitor.go(EDIT)
    page.get_by_label("About", exact=True).fill("A long\nstory")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session ended")

    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    tab = opened.value
    tab.fill("input[name=username]", "ben")
    tab.fill("input[name=password]", PASSWORD)
    tab.click("form[method=post] button[type=submit]")
    tab.wait_for_url(lambda url: "/login" not in url)
    page.get_by_role("button", name="Show my form again").click()
    expect(page.get_by_label("About", exact=True)).to_have_value("A long\nstory")
    save(page)

    saved(page)
    assert value(app, "about") == "A long\nstory"


def test_leaving_with_changes_is_asked_about(visitors) -> None:
    visitor = visitors.colleague()
    asked: list[str] = []
    visitor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    visitor.go(EDIT)
    visitor.page.get_by_label("About", exact=True).fill("Mine")

    visitor.page.get_by_role("link", name="Cancel").click()

    visitor.page.wait_for_url("**/people/ben")
    assert asked == ["beforeunload"]
