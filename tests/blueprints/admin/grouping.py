"""What tests of groups do again and again in the browser."""

from bs4 import Tag

from tests.browsing import Browser
from tests.databases import counted_queries


def row_of(browser: Browser, key: str) -> str:
    """Return what the list says of a group."""
    browser.get("/admin/groups")
    link = browser.page.select_one(f'.lines a[href$="/{key}/members"]')
    assert link
    row = link.find_parent("li")
    assert row
    return " ".join(row.get_text(" ").split())


def members(browser: Browser, key: str) -> list[str]:
    browser.get(f"/admin/groups/{key}/members")
    return [each.get_text(strip=True) for each in browser.page.select(".member .person b")]


def local(browser: Browser, name: str = "First aiders") -> str:
    """Add a local group; return its address."""
    browser.get("/admin/groups/new")
    browser.post("/admin/groups/new", name=name)
    assert browser.response.status_code == 303
    return str(browser.response.location).removesuffix("/members")


def add(browser: Browser, group: str, *people: str, logins: str = "") -> int:
    browser.get(f"{group}/members")
    browser.post(f"{group}/members/add", people=list(people), logins=logins)
    return browser.response.status_code


def queries(browser: Browser, path: str) -> int:
    with counted_queries() as sent:
        browser.get(path)
    assert browser.response.status_code == 200
    return len(sent)


def plain(page: Tag) -> str:
    return " ".join(page.get_text(" ").split())
