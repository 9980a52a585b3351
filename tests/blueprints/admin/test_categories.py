"""Categories in the browser: restrictions count at once, and nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.blueprints.admin.conftest import CANARY
from tests.blueprints.admin.filling import form_of, names
from tests.browsing import Browser

pytestmark = pytest.mark.usefixtures("company")
SAFETY = "/admin/categories/safety/edit"


def saved(browser: Browser, path: str, **changes: Any) -> int:
    sent = {**form_of(browser, path), **changes}
    browser.post(path, **{name: value for name, value in sent.items() if value is not None})
    return browser.response.status_code


def seen_by(browser: Browser, word: str = CANARY) -> set[str]:
    """Return where somebody meets a word: the profile, and the search for it."""
    found = {"profile"} if word in str(browser.get("/people/ben")) else set()
    people = browser.get("/people", q=word).select(".pcard h3")
    return found | ({"search"} if people else set())


def test_a_restriction_counts_at_the_next_request_for_old_values_too(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada, sam = as_person("ada"), as_person("sam")
    opened = {"groups_are": "one", "visible_to": None, "applies_to": None}

    assert saved(admin, SAFETY, groups=[], **opened) == 303
    open_to_all = (seen_by(ada), seen_by(sam))
    form = {"groups_are": "separate", "applies_to": None, "groups": None, "visible_to": ["safety"]}
    assert saved(admin, SAFETY, **form) == 303

    assert open_to_all == ({"profile", "search"}, {"profile", "search"})
    assert (seen_by(ada), seen_by(sam)) == (set(), {"profile", "search"})


def test_one_list_of_groups_fills_both(admin: Browser, as_person: Callable[[str], Browser]) -> None:
    form = {"groups_are": "one", "groups": ["safety"], "visible_to": None, "applies_to": None}
    assert saved(admin, SAFETY, **form) == 303

    assert form_of(admin, SAFETY)["groups_are"] == ["one"]
    assert seen_by(as_person("sam")) == set(), "Ben is no member, so he does not have it"
    assert seen_by(as_person("ben")) == set()


def test_values_stay_findable_where_an_administrator_wants_it_so(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")

    assert saved(admin, SAFETY, searchable_when_restricted="1") == 303

    assert seen_by(ada) == {"search"}


def test_a_new_category_is_a_drop_zone_until_it_has_a_field(admin: Browser) -> None:
    admin.get("/admin/categories/new")
    admin.post("/admin/categories/new", **{"name-en": "Skills & more", "groups_are": "one"})

    page = admin.get(admin.response.location)

    block = page.select_one("#category-skills_more")
    assert block
    assert "No field yet." in block.get_text()
    assert not block.select(".frow")


def test_a_category_without_a_name_is_refused_and_its_groups_stay_ticked(admin: Browser) -> None:
    admin.get("/admin/categories/new")
    admin.post(
        "/admin/categories/new", **{"name-de": " ", "groups_are": "one", "groups": ["safety"]}
    )

    assert admin.response.status_code == 422
    assert "Give it a name." in admin.text
    assert admin.page.select_one("input[name=groups][value=safety][checked]")


def test_a_category_with_fields_is_deleted_only_when_they_go_elsewhere(admin: Browser) -> None:
    admin.get("/admin/categories/safety/delete")
    admin.post("/admin/categories/safety/delete")
    refused = admin.response.status_code
    admin.get("/admin/categories/safety/delete")

    admin.post("/admin/categories/safety/delete", move_to="work")

    assert refused == 422
    assert admin.response.status_code == 303
    assert names(admin, "work")[-1] == "Emergency contact"
    assert not admin.page.select_one("#category-safety")


def test_the_name_is_shown_in_the_readers_language_where_there_is_one(admin: Browser) -> None:
    assert saved(admin, SAFETY, **{"name-de": "Erste Hilfe"}) == 303

    assert form_of(admin, SAFETY)["name-de"] == "Erste Hilfe"
    assert "First aid" in admin.get("/admin/fields").get_text()
