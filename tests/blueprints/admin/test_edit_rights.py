"""Edit rights: given and taken in a page, at once, and recorded."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.audit.events import events_about
from tests.browsing import Browser
from tests.factories import a_local_person

pytestmark = pytest.mark.usefixtures("company")
PAGE = "/admin/rights"


def given(browser: Browser, **sides: str) -> int:
    browser.get(PAGE)
    browser.post(PAGE, **sides)
    return browser.response.status_code


def may_edit(browser: Browser, login: str) -> bool:
    browser.get(f"/people/{login}/edit")
    return browser.response.status_code == 200


def test_a_right_counts_at_once_and_is_gone_at_once(
    admin: Browser, as_person: Callable[[str], Browser], app: Flask
) -> None:
    ben = as_person("ben")
    assert not may_edit(ben, "sam")

    assert given(admin, profiles_of_groups="safety", editor_people="Ben Özgür") == 303
    assert may_edit(ben, "sam")
    assert not may_edit(ben, "ada")
    row = admin.get(PAGE).select_one(".lines li")
    assert row
    assert "Safety" in row.get_text()
    assert "Ben Özgür" in row.get_text()
    label = str(row.select_one("[name=right]")["value"])  # type: ignore[index]
    admin.post(f"{PAGE}/take", right=label)

    assert admin.response.status_code == 303
    assert not may_edit(ben, "sam")
    with app.app_context():
        events = events_about("safety by @ben")
        assert [each.kind for each in events] == ["edit_right.removed", "edit_right.added"]
        assert all(each.actor.startswith("account:") for each in events)


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        ({}, "Say whose profiles may be edited"),
        ({"profiles_of_groups": "safety"}, "Say who may edit them"),
        ({"profiles_of_groups": "nothing", "editor_people": "ben"}, "There is no group “nothing”."),
        ({"profiles_of_people": "Nobody", "editor_people": "ben"}, "Nobody"),
    ],
)
def test_a_right_that_says_too_little_is_refused_with_what_was_typed(
    admin: Browser, sides: dict[str, str], sentence: str
) -> None:
    assert given(admin, **sides) == 422

    assert sentence in admin.text
    typed = admin.page.select_one("#f-editor_people")
    assert typed
    assert typed["value"] == sides.get("editor_people", "")


def test_the_same_right_is_given_once(admin: Browser) -> None:
    right = {"profiles_of_groups": "safety", "editor_people": "ben"}
    given(admin, **right)

    assert given(admin, **right) == 422
    assert "This right is there already." in admin.text


def test_b76_a_login_that_two_people_have_gives_no_right(admin: Browser, app: Flask) -> None:
    with app.app_context():
        a_local_person("ben", "Another Ben")
    status = given(admin, profiles_of_groups="safety", editor_people="Another Ben")

    assert status == 422
    assert "Several people have the login “ben”." in admin.text


def test_of_several_who_may_be_meant_one_is_chosen(admin: Browser, app: Flask) -> None:
    with app.app_context():
        a_local_person("kim1", "Kim")
        two = a_local_person("kim2", "Kim")

    assert given(admin, profiles_of_groups="safety", editor_people="Kim") == 422
    assert "may mean several people" in admin.text
    chosen = {"editor_people": "Kim", "editor-one": f"id:{two}"}
    assert given(admin, profiles_of_groups="safety", **chosen) == 303
    assert "kim2" in admin.get(PAGE).get_text()


def test_a_right_that_is_gone_is_not_found(admin: Browser) -> None:
    admin.get(PAGE)
    admin.post(f"{PAGE}/take", right="nothing")

    assert admin.response.status_code == 404
