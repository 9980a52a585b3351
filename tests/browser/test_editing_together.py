"""An owner and another with an edit right, each in a browser, in the same profile at once."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lupweb.accounts.viewers import OPERATOR
from lupweb.database import transaction
from lupweb.profiles.rights import EditRight, grant_edit_right
from tests.browser.editing import EDIT, a_site_to_edit, save, saved, value
from tests.browser.visitors import Visitor
from tests.factories import PASSWORD
from tests.fakes import FakeDirectory

NOTHING_NEW = "Nothing changed: everything here was saved already."


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Ben, whose profile Ada may edit too."""
    login = a_site_to_edit(app, directory)
    with app.app_context(), transaction():
        grant_edit_right(OPERATOR, EditRight(profiles_of_people=("ben",), editor_people=("ada",)))
    return login


@pytest.fixture
def owner(visitors) -> Visitor:
    """Ben, in a browser of his own."""
    return visitors.colleague()


@pytest.fixture
def editor(visitors) -> Visitor:
    """Ada, in another one."""
    found = visitors.stranger()
    found.sign_in("ada", PASSWORD)
    return found


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


def save_into_a_conflict(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        save(page)
    assert answer.value.status == 409
    expect(page.locator(".conflict")).to_be_focused()


def change_at_once(first: Visitor, text: str, second: Visitor, other: str) -> None:
    """Let both open the form, the first one save, and the second one run into that."""
    for visitor, typed in ((first, text), (second, other)):
        visitor.go(EDIT)
        type_into(visitor.page, "About", typed)
    save(first.page)
    saved(first.page)
    save_into_a_conflict(second.page)


@pytest.mark.thorough
def test_b96_different_fields_are_joined_without_asking(
    owner: Visitor, editor: Visitor, app: Flask
) -> None:
    for visitor in (owner, editor):
        visitor.go(EDIT)
    type_into(editor.page, "Mobile", "0611 20571")
    type_into(owner.page, "About", "By Ben")
    for visitor in (editor, owner):
        save(visitor.page)
        saved(visitor.page)
    assert (value(app, "mobile"), value(app, "about")) == ("+49 611 20571", "By Ben")
    for told in ("meanwhile, and left so: Mobile.", "Lovelace edited your profile just now"):
        expect(owner.page.get_by_text(told)).to_be_visible()
    assert owner.complaints == editor.complaints == []


def test_b96_whoever_saves_the_same_field_later_sees_both_and_may_leave_the_other(
    owner: Visitor, editor: Visitor, app: Flask
) -> None:
    change_at_once(owner, "Ben again", editor, "By Ada")
    conflict = editor.page.locator(".conflict")
    expect(conflict.get_by_role("radio", name="Yours")).to_be_checked()
    for text in ("By Ada", "Ben again", "Changed just now."):
        expect(conflict).to_contain_text(text)
    assert value(app, "about") == "Ben again"
    conflict.get_by_role("radio", name=re.compile("Ben Özgür")).check()
    editor.page.get_by_role("button", name="Save my choices").click()
    saved(editor.page)
    assert value(app, "about") == "Ben again"
    assert owner.complaints == editor.complaints == []


@pytest.mark.thorough
def test_b96_or_may_put_the_own_value_in_its_place(
    owner: Visitor, editor: Visitor, app: Flask
) -> None:
    change_at_once(editor, "Ada again", owner, "Ben at last")
    owner.page.get_by_role("button", name="Save my choices").click()
    saved(owner.page)
    assert value(app, "about") == "Ben at last"
    assert owner.complaints == editor.complaints == []


def test_b96_going_back_after_saving_and_saving_again_overwrites_nothing_unseen(
    owner: Visitor, editor: Visitor, app: Flask
) -> None:
    owner.go(EDIT)
    type_into(owner.page, "About", "By Ben")
    save(owner.page)
    saved(owner.page)
    owner.page.go_back()
    expect(owner.page.get_by_label("About", exact=True)).to_have_value("By Ben")
    save(owner.page)
    saved(owner.page)
    expect(owner.page.get_by_text(NOTHING_NEW)).to_be_visible()
    editor.go(EDIT)
    type_into(editor.page, "About", "By Ada")
    save(editor.page)
    saved(editor.page)

    # a browser may put what was typed back, into a form made from newer values
    owner.page.go_back()
    expect(owner.page.get_by_label("About", exact=True)).to_have_value("By Ada")
    save(owner.page)
    saved(owner.page)
    assert value(app, "about") == "By Ada"
