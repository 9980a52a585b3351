"""What a page says of who looks is kept, and never shown to anybody else (B33)."""

from collections.abc import Callable

from flask import Flask

from lupweb.database import db, transaction
from lupweb.people.models import Person
from tests.browsing import Browser

ADDED, REMOVED = "star", "unstar"


def menu(browser: Browser, path: str = "/people") -> str:
    found = browser.get(path).select_one(".menu__who strong")
    return found.get_text() if found else ""


def tokens(browser: Browser) -> set[str]:
    return {str(each["value"]) for each in browser.page.select("input[name=csrf_token]")}


def stars(browser: Browser) -> list[str]:
    found = browser.get("/people").select("button.star[aria-pressed=true]")
    return [str(each["aria-label"]) for each in found]


def test_b33_the_menu_and_the_tokens_of_a_page_are_those_of_who_looks(
    as_person: Callable[[str], Browser],
) -> None:
    browsers = [as_person("sam"), as_person("cem")]
    found = []

    for _time in range(2):
        assert [menu(each) for each in browsers] == ["Sam Safe", "Cem Groß"]
        found.append([tokens(each) for each in browsers])
    assert found[0] == found[1]
    assert [len(each) for each in found[0]] == [1, 1]
    assert found[0][0].isdisjoint(found[0][1])


def test_two_sessions_of_one_account_have_tokens_of_their_own(
    as_person: Callable[[str], Browser],
) -> None:
    first, second = as_person("sam"), as_person("sam")
    for browser in (first, second):
        browser.get("/people")

    assert tokens(first).isdisjoint(tokens(second))
    taken = first.client.post("/contacts/star", data={"csrf_token": second.token, "star": "id:1"})
    assert taken.status_code == 400


def test_a_star_stands_on_the_pages_of_its_owner_alone_and_goes_at_once(
    as_person: Callable[[str], Browser],
) -> None:
    sam, cem = as_person("sam"), as_person("cem")
    assert (stars(sam), stars(cem)) == ([], [])
    star = sam.page.select_one("button.star[aria-label^='Ben']")
    assert star

    for said, expected in ((ADDED, 1), (REMOVED, 0), (ADDED, 1)):
        sam.post("/contacts/star", **{said: str(star["value"])})

        assert (len(stars(sam)), len(stars(cem))) == (expected, 0)


def test_a_name_that_changed_stands_in_the_menu_of_the_next_page(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    sam = as_person("sam")
    before = menu(sam)

    with app.app_context(), transaction():
        changed = db.update(Person).where(Person.login == "sam").values(name="Sam Another")
        db.session.execute(changed)

    assert (before != "Sam Another", menu(sam)) == (True, "Sam Another")


def test_b13_the_administration_is_in_the_menu_of_those_who_have_the_role(
    as_admin: Callable[[], Browser], as_person: Callable[[str], Browser]
) -> None:
    admin, sam = as_admin(), as_person("sam")
    for _time in range(2):
        offered = [bool(each.get("/people").select('a[href="/admin"]')) for each in (admin, sam)]

        assert offered == [True, False]
