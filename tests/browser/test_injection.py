"""Every payload in every type of field, on every page, in a real browser (B42 to B45).

One site, one walk: what is asserted is that nothing of it becomes an element, a link that leads
elsewhere, a dialog, a request to another server, or a breach of the policy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from tests.browser.injections import FEW, INJECTED, PAYLOADS, TYPES, Kept, fill, key
from tests.browser.visitors import Visitor, Visitors
from tests.fakes import FakeDirectory

TRAP = "window.hit = () => console.error('HIT'); window.alert = window.hit;"
MAL = "/people/mal/edit"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The site, once it was filled."""
    return Kept(tmp_path_factory.mktemp("filled") / "lupweb.sqlite")


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory, kept: Kept) -> tuple[str, str]:
    """Eve, who administers a site full of payloads."""
    return fill(app, directory, kept)


@dataclass
class Walk:
    """A walk through the site; `found` are the pages on which something broke out, and what."""

    visitor: Visitor
    found: dict[str, list[str]] = field(default_factory=dict)

    def go(self, path: str) -> None:
        """Open a page and look at it."""
        self.visitor.go(path)
        self.look(path)

    def look(self, name: str) -> None:
        """Look for what no template has made."""
        broken = self.visitor.page.evaluate(INJECTED)
        if broken:
            self.found[name] = broken[:5]

    def says(self, *texts: str) -> list[str]:
        """Return those of `texts` that are not on the page as they were typed."""
        shown = self.visitor.page.evaluate(SHOWN)
        return [text for text in texts if " ".join(text.split()) not in shown]


SHOWN = "() => document.body.textContent.replace(/\\s+/g, ' ')"


@pytest.fixture
def walk(visitors: Visitors) -> Iterator[Walk]:
    """Eve's walk; at its end nothing may have been complained about."""
    visitor = visitors.colleague()
    dialogs: list[str] = []
    abroad: list[str] = []
    page = visitor.page
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.accept()))
    page.on("request", lambda sent: abroad.append(sent.url) if _is_abroad(visitor, sent.url) else 0)
    visitor.context.add_init_script(TRAP)
    visitor.context.set_default_timeout(60_000)  # some pages have 800 fields
    walk = Walk(visitor)
    yield walk
    assert (walk.found, dialogs, abroad) == ({}, [], [])
    assert [each for each in visitor.complaints if "status of 42" not in each] == []


def _is_abroad(visitor: Visitor, url: str) -> bool:
    return not url.startswith((visitor.address, "data:", "blob:", "about:"))


@pytest.mark.thorough
def test_b42_b43_b44_no_payload_breaks_out_of_a_page_that_shows_values(walk: Walk) -> None:
    walk.go("/people/eve?sources=1")
    assert walk.says(*PAYLOADS) == []  # B42: shown as typed
    walk.visitor.page.emulate_media(media="print")
    walk.look("print")
    walk.visitor.page.emulate_media(media="screen")
    for view in ("cards", "list", "table"):
        walk.go(f"/people?view={view}&per_page=200")
    for start in range(0, len(PAYLOADS), 4):
        words = " ".join(PAYLOADS[start : start + 4])[:200]
        walk.go(f"/people?{urlencode({'q': words, 'f.location': PAYLOADS[start]})}")
    for path in ("/people/eve?as=colleague", "/people/mal?as=eve", "/people/x1", "/people/x26"):
        walk.go(path)
    for payload in PAYLOADS[:3]:
        walk.go(f"/people/{quote(payload, safe='')}")
    for login in ("eve", "mal", "x1"):
        walk.go(f"/people/{login}/card")


def test_b42_no_payload_breaks_out_of_what_the_script_puts_into_a_page(walk: Walk) -> None:
    walk.visitor.go("/people")
    page = walk.visitor.page
    for words in ("script", "img", "javascript", "hit"):
        page.locator("#q").fill("")
        with page.expect_response(lambda answer: "/people/suggest" in answer.url):
            page.locator("#q").press_sequentially(words)
        page.locator(".combo__opt").first.wait_for()
        walk.look(f"suggestions of {words}")
    page.keyboard.press("Escape")
    page.locator(".pcard h3 a").first.press("Alt+ArrowDown")
    page.locator(".pcard--over").wait_for()
    walk.look("the card over a name")


@pytest.mark.thorough
def test_b42_b45_no_payload_breaks_out_of_a_form_in_any_of_its_states(
    walk: Walk, app: Flask
) -> None:
    page = walk.visitor.page
    walk.go("/people/eve/edit")
    assert walk.says(*PAYLOADS) == []
    walk.go(MAL)
    deputy = page.locator(f"#field-{key(0, 'user_select')}")
    deputy.fill("")
    deputy.press_sequentially("script")
    page.locator(".combo__opt").first.wait_for()
    walk.look("people who may be meant")

    page.evaluate(TYPE, PAYLOADS)
    page.locator(".savebar button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    walk.look("422")

    change_meanwhile(app)
    page.locator(".savebar button[type=submit]").click()
    expect(page.locator(".conflict")).to_be_visible()
    walk.look("409")

    walk.visitor.context.clear_cookies()
    page.locator(".savebar button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session ended")
    walk.look("400")


def change_meanwhile(app: Flask) -> None:
    """Let a directory deliver other payloads for Mal."""
    with app.app_context(), transaction():
        mal = get_person("mal")
        others = {key(number, "text"): PAYLOADS[-1 - number] for number in range(FEW)}
        others |= {key(number, "phone"): PAYLOADS[-5 - number] for number in range(FEW)}
        mal.document = {"values": {**mal.document["values"], **others}}
        db.session.flush()


TYPE = """payloads => document.querySelectorAll('form [name^=field-]').forEach((each, place) => {
  if (!['checkbox', 'radio', 'hidden'].includes(each.type) && each.localName !== 'select')
    each.value = payloads[place % payloads.length];
})"""
"""Types another payload into each control of the form."""


@pytest.mark.thorough
def test_b42_b45_no_payload_breaks_out_of_history_or_administration(walk: Walk) -> None:
    walk.go("/people/eve/history")
    assert walk.says(*PAYLOADS[-5:]) == []
    walk.go("/people/eve/history?before=60")
    walk.go("/admin/fields")
    assert walk.says(*PAYLOADS) == []
    for number, type_key in enumerate(TYPES):
        walk.go(f"/admin/fields/{key(number % 3, type_key)}/edit?preview=mal&check=1")
    for path in (
        f"/admin/fields/{key(1, 'text')}/delete",
        f"/admin/fields/{key(1, 'text')}/move",
        f"/admin/fields/preview?{urlencode({'profile': PAYLOADS[0], 'viewer': PAYLOADS[5]})}",
        "/admin/fields/new?category=c1",
        "/admin/card?preview=mal",
        "/admin/categories/c1/edit",
        "/admin/categories/c2/delete",
        "/admin/groups",
        "/admin/groups/g1/edit",
        "/admin/groups/g1/members",
        "/admin/groups/person?q=mal",
        "/admin/people",
        "/admin/people/id:1",
        "/admin/people/merge?first=id:1&second=id:2",
        "/admin/policies",
        "/admin/rights",
        "/admin/settings",
    ):
        walk.go(path)
