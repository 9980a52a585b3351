"""Saved lists as people use them: saved, opened, shared, started on, shown in frames."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_everybody_changed
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.fakes import FakeDirectory

CANARY = "ZQX-SECRET-7"
CLOSED = f"f.emergency={CANARY}"


def names(browser: Browser) -> list[str]:
    """Return whom the page shows."""
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h3, th .person a")]


def offered(browser: Browser) -> list[str]:
    """Return the lists above the people."""
    return [each.get_text(strip=True) for each in browser.page.select(".saved a")][1:-1]


def saved(browser: Browser, state: str, name: str, **more: str) -> str:
    """Save a list by the form; return its address."""
    browser.get(f"/lists/new?{state}")
    page = browser.page
    state = str(page.select_one("#save-list [name=state]")["value"])
    browser.post("/lists/new", state=state, name=name, **more)
    assert browser.response.status_code == 303, browser.text
    return str(browser.response.location)


@pytest.fixture
def facet(company: FakeDirectory, app: Flask) -> None:
    """Lets people be chosen by the closed field, and by place and job."""
    with app.app_context(), transaction():
        for each in db.session.scalars(db.select(ProfileField)):
            each.facet = each.key in {"emergency", "location", "position"}
        db.session.flush()
        tell_everybody_changed()


def test_what_is_shown_is_saved_and_opens_with_its_name_view_and_columns(
    facet: None, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    ada.get("/people?f.position=Engineer&view=table&column=position&sort=-location&page=7")
    link = str(ada.page.select_one("[data-save-list]")["href"])
    assert offered(ada) == []

    path = saved(ada, link.partition("?")[2], "Who builds")
    ada.get(path)

    assert ada.page.h1.get_text() == "Who builds"
    assert ada.page.title.get_text().startswith("Who builds")
    assert names(ada) == ["Ben Özgür"]
    heads = [each.get_text(strip=True) for each in ada.page.select("thead th")]
    assert heads == ["Name", "Position", "Contact"]
    assert ada.page.select_one("input[value=Engineer]").has_attr("checked")
    assert offered(ada) == ["Who builds"]
    assert ada.page.select_one("#keep") is None
    assert ada.page.select_one("form#search")["action"] == path


def test_ones_own_list_is_changed_renamed_and_removed_by_oneself(
    company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    ada, ben = as_person("ada"), as_person("ben")
    path = saved(ada, "q=ben&view=table", "Who builds")

    ada.get(f"{path}?q=ada&view=table")  # further filtered
    assert names(ada) == ["Ada Lovelace"]
    assert "This is not how “Who builds” was saved." in ada.text
    state = ada.page.select_one("[form=change-list]")["value"]
    ada.post(f"{path}/change", state=state)
    assert names_of(ada, path) == ["Ada Lovelace"]

    ada.get(f"{path}/edit")
    ada.post(f"{path}/edit", name=" ")
    assert ada.response.status_code == 422
    assert "Give it a name." in ada.text
    ada.post(f"{path}/edit", name="Only Ada")
    ada.get("/lists")
    own = ada.page.select("[aria-labelledby=h-own] .lines__what a")
    assert [each.get_text() for each in own] == ["Only Ada"]
    for gone in (path, f"{path}/edit"):
        ben.get(gone)
        assert ben.response.status_code == 404
    ben.get("/people")
    for step in ("change", "remove"):
        ben.post(f"{path}/{step}", state="")
        assert ben.response.status_code == 404

    ada.get(f"{path}/edit")
    ada.post(f"{path}/remove")
    ada.get("/people")
    assert offered(ada) == []


def names_of(browser: Browser, path: str) -> list[str]:
    browser.get(path)
    return names(browser)


def test_a_form_that_is_refused_keeps_what_was_typed(
    company: FakeDirectory, as_admin: Callable[[], Browser], as_person: Callable[[str], Browser]
) -> None:
    admin, ada = as_admin(), as_person("ada")
    admin.get("/lists/new?q=ben")

    admin.post("/lists/new", state="q=ben", name="Bens", who="group", group="")

    assert admin.response.status_code == 422
    assert "Choose the group." in admin.text
    assert admin.page.title.get_text().startswith("Problem:")
    assert admin.page.select_one("[name=name]")["value"] == "Bens"
    assert admin.page.select_one("[name=state]")["value"] == "q=ben"
    assert admin.page.select_one("[value=group]").has_attr("checked")
    ada.get("/lists/new")
    assert ada.page.select("[name=who]") == []
    ada.post("/lists/new", state="", name="x", who="everybody")
    assert ada.response.status_code == 403


def test_b95_no_list_is_saved_beside_a_filter_that_is_wrong(
    company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    """It would be saved without it, and find other people than it says."""
    ada = as_person("ada")
    state = "filter=departmnt%3ASales&view=list"
    ada.get(f"/people?{state}&q=ben")
    said = ada.page.select_one("#filter-error .field__err").get_text().partition(" The people")[0]
    assert ada.page.select_one("[data-save-list], #keep") is None
    path = saved(ada, "q=ben", "Fine")

    def refused() -> bool:
        answer, page = ada.response, ada.page
        back = page.main.select_one("a.btn--primary")["href"]
        assert said in page.main.get_text()
        assert back == f"/people?{state}"
        return answer.status_code == 422

    ada.get(f"/lists/new?{state}")
    assert refused()
    ada.get("/lists/new")
    ada.post("/lists/new", state=state, name="Wrong")
    assert refused()
    ada.get("/lists/new")
    ada.post(f"{path}/change", state=state)
    assert refused()
    assert names_of(ada, path) == ["Ben Özgür"]
    assert offered(ada) == ["Fine"]


def test_b35_a_shared_list_shows_each_reader_what_this_reader_may_see(
    facet: None, as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    admin, ada, sam = as_admin(), as_person("ada"), as_person("sam")
    places = saved(admin, "f.location=Porto", "Porto", who="everybody")
    for number, state in enumerate((CLOSED, f"filter=emergency:{CANARY}", "filter=Emergency:Z*")):
        saved(sam, state, f"Own {number}")
        admin.get("/lists/new")
        admin.post("/lists/new", state=state, name=f"Closed {number}", who="everybody")
    group = saved(admin, "q=ben", "Safety", who="group", group="safety")

    sam.get("/people")
    assert offered(sam)[:4] == ["Own 0", "Own 1", "Own 2", "Porto"]
    assert offered(sam)[4:] == ["Closed 0", "Closed 1", "Closed 2", "Safety"]
    for number in range(3):
        assert names_of(sam, f"/lists/closed_{number}") == ["Ben Özgür"]
    assert names_of(sam, group) == ["Ben Özgür"]

    ada.get("/people")
    assert offered(ada) == ["Porto"]
    assert names_of(ada, places) == ["Ada Lovelace"]
    missing = answers(ada, "/lists/nothing")
    for path in ("/lists/closed_0", "/lists/closed_1?q=ben", "/lists/closed_2", group):
        assert answers(ada, path) == missing
    ada.get("/lists")
    assert CANARY not in ada.response.text
    assert "Closed" not in ada.response.text

    mine = saved(ada, CLOSED, "Guessed")  # as a field that is not there
    assert names_of(ada, mine) == []
    assert "Ben Özgür" not in ada.response.text
    assert names_of(ada, f"{places}?{CLOSED}") == []


def answers(browser: Browser, path: str) -> tuple[int, str]:
    browser.get(path)
    return browser.response.status_code, browser.page.main.h1.get_text()


def test_a_value_that_nobody_has_any_more_finds_nobody(
    facet: None, as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    admin = as_admin()
    admin.get("/admin/lists/new")
    admin.post("/admin/lists/new", name="Interns", address="f.position=Intern", view="cards")
    ada = as_person("ada")

    ada.get("/lists/interns")

    assert names(ada) == []
    assert "Nobody has all of this" in ada.text
    assert len(names_of(ada, "/people?f.position=Intern")) > 1  # an address that anybody wrote


def test_how_somebody_likes_to_see_people_is_kept(
    company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    ada, ben = as_person("ada"), as_person("ben")
    ada.get("/people?view=table&column=phone")
    state = ada.page.select_one("[form=keep-look]")["value"]

    ada.post("/lists/look", state=state)
    ada.get("/people")

    assert [each.get_text(strip=True) for each in ada.page.select("thead th")][1] == "Phone"
    assert ada.page.select_one("[form=keep-look]") is None
    cards = ada.page.select_one("#views a")["href"]
    ada.get(str(cards))
    assert ada.page.select(".pcard")
    ben.get("/people")
    assert ben.page.select(".pcard")


def test_lists_cost_no_query_once_they_are_known(
    company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    ada.get("/people")
    with counted_queries() as without:
        ada.get("/people")
    for number in range(3):
        saved(ada, "filter=location:Porto", f"List {number}")
    ada.get("/people")

    with counted_queries() as sent:
        ada.get("/people")

    assert len(offered(ada)) == 3
    assert len(sent) == len(without)


def test_a_list_that_is_not_there_says_so_and_does_not_speak_of_a_person(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")

    ada.get("/lists/nothing")

    assert ada.response.status_code == 404
    assert "There is no such list, or it is not shared with you." in ada.text
    assert "person" not in ada.page.main.get_text()
    assert ada.page.select_one("main a[href='/lists']") is not None


def test_people_are_shown_as_pictures_with_their_names(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")

    ada.get("/people?view=gallery&q=ben")

    (found,) = ada.page.select(".cards--pics li")
    assert found.select_one(".av--xl") is not None
    assert found.a.get_text() == "Ben Özgür"
    assert "Engineer" in found.get_text()
    chosen = ada.page.select_one("#views [aria-current]")
    assert chosen.get_text(strip=True) == "Pictures"
    assert "view=gallery" in ada.page.select_one("[data-save-list]")["href"]
