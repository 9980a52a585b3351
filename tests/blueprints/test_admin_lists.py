"""Shared lists, start pages and hosts of frames, as administrators set them."""

import re
from collections.abc import Callable

from flask import Flask

from lupweb.configfile.list_references import PAGE
from lupweb.options.service import options
from lupweb.web.headers import CONTENT_SECURITY_POLICY
from tests.browsing import Browser
from tests.configfile.files import applied
from tests.fakes import FakeDirectory

STARTS = """
lists = [{key = "safety", groups = ["safety"], address = "q=ben"}]

[[start_pages]]
list = "safety"

[[start_pages]]
group = "safety"
page = "/admin/nowhere"

[[roles]]
role = "administrator"
groups = ["safety"]
"""


def test_the_first_row_that_fits_decides_where_somebody_starts(
    company: FakeDirectory,
    app: Flask,
    as_person: Callable[[str], Browser],
    as_admin: Callable[[], Browser],
) -> None:
    with app.app_context():
        applied(STARTS)
    ada, sam, admin = as_person("ada"), as_person("sam"), as_admin()
    assert ada.response.location == sam.response.location == "/"

    def starts() -> list[str | None]:
        return [browser.client.get("/").location for browser in (ada, sam)]

    assert starts() == [None, "/lists/safety"]  # nobody outside the group starts on its list
    admin.get("/admin/lists/safety/remove")
    assert "People start on it. Let them start elsewhere first: Everyone" in admin.text
    assert not admin.page.select("main form")
    assert admin.page.select_one("a[href='/admin/lists#h-starts']")
    admin.post("/admin/lists/safety/remove")
    assert admin.response.status_code == 422
    assert "People start on it." in admin.text
    admin.get("/admin/lists")
    admin.post("/admin/lists/start-pages/remove", row="*")
    assert starts() == [None, None]  # where a page is not here, people start as everybody does
    admin.get("/admin/lists")
    admin.post("/admin/lists/start-pages", page="/people?view=list")
    assert starts() == ["/people?view=list", "/people?view=list"]
    assert ada.client.get("/?q=ben").status_code == 200
    admin.get("/admin/lists")
    admin.post("/admin/lists/start-pages", group="safety", list="safety")
    assert admin.response.status_code == 422
    assert "There is a row for them already." in admin.text


def test_a_frame_is_allowed_to_chosen_hosts_and_to_nobody_else(
    company: FakeDirectory,
    app: Flask,
    browser: Callable[[], Browser],
    as_person: Callable[[str], Browser],
) -> None:
    ada, stranger = as_person("ada"), browser()
    with app.app_context():
        applied('[[lists]]\nkey = "bens"\naddress = "q=ben"\nview = "table"')
    for each in (ada, stranger):
        each.get("/embed/lists/bens")
        assert each.response.status_code == 404
        assert policy(each) == CONTENT_SECURITY_POLICY
    with app.app_context():
        applied('[site]\nembed_hosts = ["wiki.example.com", "intra:8443"]')

    ada.get("/embed/lists/bens")
    assert policy(ada).endswith("; frame-ancestors wiki.example.com intra:8443")
    assert policy(ada).split(";")[:-1] == CONTENT_SECURITY_POLICY.split(";")[:-1]
    assert "Ben Özgür" in ada.text
    assert ada.page.select("nav, form, script, header") == []
    assert ada.page.select_one("base")["target"] == "_blank"
    for path in ("/lists/bens", "/embed/lists/nothing", "/people"):
        ada.get(path)
        assert policy(ada) == CONTENT_SECURITY_POLICY

    found = [stranger.get(f"/embed/lists/{key}").get_text() for key in ("bens", "nothing")]
    assert stranger.response.status_code == 401
    assert found[0] == found[1]
    assert stranger.page.select_one("a")["href"] == "/lists/nothing"


def policy(browser: Browser) -> str:
    return str(browser.response.headers["Content-Security-Policy"])


def test_hosts_are_chosen_by_administrators_and_checked(
    company: FakeDirectory, app: Flask, as_admin: Callable[[], Browser]
) -> None:
    admin = as_admin()
    admin.get("/admin/lists")
    revision = admin.page.select_one("[name=revision]")["value"]

    admin.post("/admin/lists/hosts", embed_hosts="https://wiki.example.com", revision=revision)
    assert admin.response.status_code == 422
    assert "is no host" in admin.text
    assert admin.page.select_one("#f-embed_hosts")["aria-invalid"] == "true"
    admin.post("/admin/lists/hosts", embed_hosts="intra:70000", revision=revision)
    assert "“intra:70000” names a port that does not exist" in admin.text
    admin.post("/admin/lists/hosts", embed_hosts="wiki.example.com\nintra:8443", revision=revision)

    assert admin.response.status_code == 303
    with app.app_context():
        assert options()["embed_hosts"] == ("wiki.example.com", "intra:8443")


def test_administrators_order_change_and_remove_shared_lists(
    company: FakeDirectory, as_admin: Callable[[], Browser]
) -> None:
    admin = as_admin()
    for name in ("One", "Two"):
        admin.get("/admin/lists/new")
        admin.post("/admin/lists/new", name=name, query="location:Porto", view="cards")
    admin.get("/admin/lists/new")
    admin.post("/admin/lists/new", name="Three", query="(", view="cards", groups="safety")
    assert admin.response.status_code == 422
    assert admin.page.select_one("#f-query")["aria-invalid"] == "true"
    assert admin.page.select_one("[name=groups]").has_attr("checked")
    admin.get("/admin/lists")
    admin.post("/admin/lists/move", kind="lists", row="two", step="up")
    admin.get(str(admin.response.location))
    assert admin.page.select_one("[autofocus]")["aria-label"] == "Move Two down"
    assert [each.get_text() for each in admin.page.select(".lines__what a")] == ["Two", "One"]

    admin.get("/admin/lists/two/edit")
    revision = admin.page.select_one("[name=revision]")["value"]
    sent = {"name": "Second", "view": "table", "columns": "phone", "query": "", "address": "q=ben"}
    admin.post("/admin/lists/two/edit", revision="old", **sent)
    assert admin.response.status_code == 422
    admin.post("/admin/lists/two/edit", revision=revision, **sent)
    admin.get("/lists/two")
    assert [each.get_text(strip=True) for each in admin.page.select("th .person a")] == [
        "Ben Özgür"
    ]
    admin.get("/admin/lists/one/remove")
    admin.post("/admin/lists/one/remove")
    admin.get("/people")
    assert [each.get_text() for each in admin.page.select(".saved a")][1:-1] == ["Second"]


def test_a_list_that_nobody_could_open_is_refused_with_everything_typed_kept(
    company: FakeDirectory, as_admin: Callable[[], Browser]
) -> None:
    admin = as_admin()
    admin.get("/admin/lists/new")
    admin.post("/admin/lists/new", name="Four", query="ada locatoin:x", view="table", sort="-x")
    assert admin.response.status_code == 422
    assert "Column 5: There is no field “locatoin”. Did you mean “location”?" in admin.text
    assert admin.page.select_one("pre").text == "ada locatoin:x\n    ^"
    assert "There is no field “x”." in admin.text
    admin.post("/admin/lists/start-pages", page="/people?filter=positoin:x")
    assert admin.response.status_code == 422
    assert "Did you mean “position”?" in admin.page.select_one("#f-page-error").text
    admin.post("/admin/lists/new", name="Four", query="ada OR", address="f.locatoin=x")
    said = [admin.page.select_one(f"#f-{name}-error").text for name in ("query", "address")]
    assert said[0].startswith("Column 5: Something is missing behind “OR”.")
    assert said[1] == "There is no field “locatoin”. Did you mean “location”?"
    admin.post("/admin/lists/new", name="Four", query="ada locatoin:x", view="table", sort="-x")
    typed = [admin.page.select_one(f"[name={name}]") for name in ("name", "sort", "query")]
    assert [each.get("value", each.get_text().strip()) for each in typed] == [
        "Four", "-x", "ada locatoin:x",
    ]  # fmt: skip


STARTABLE = frozenset(
    {
        "/activity",
        "/people",
        "/org-chart",
        "/lists",
        "/contacts",
        "/contacts/anniversaries",
        "/mine/tokens",
    }
)
NO_START = re.compile(
    r"/(login|about/.*|readyz|healthz|metrics|api/.*|lists/new|people/suggest|people/export.*"
    r"|contacts/(export.*|groups/new|anniversaries/address)|people/print|admin.*|calendar.*)?"
)


def test_people_can_start_on_every_page_that_is_one(app: Flask) -> None:
    """A page that is new is added to `list_references.PAGE`, or here."""
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    }

    assert {rule for rule in rules if not NO_START.fullmatch(rule)} == STARTABLE
    assert all(map(PAGE.fullmatch, [*STARTABLE, "/people/ada", "/lists/x", "/admin/people"]))
    assert not any(map(PAGE.fullmatch, ["/login", "/people/export.csv", "/api/v1/people", "/x"]))
