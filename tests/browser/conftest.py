"""A real browser in front of the running site, with a company of 30 people in it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from tests.factories import PASSWORD, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))"""


@dataclass
class Visitor:
    """Somebody with a browser: `page` is what they look at, `complaints` what its console said."""

    address: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.address + path)

    def sign_in(self, name: str, password: str) -> None:
        """Sign in by the form, as anybody does."""
        self.go("/login")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("form[method=post] button[type=submit]")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def own_profile(self) -> str:
        """Return the path of the visitor's own profile, from the menu."""
        self.go("/people")
        path = self.page.get_by_text("Your profile").get_attribute("href")
        assert path
        return path

    def listen(self, said: ConsoleMessage) -> None:
        """Keep the errors and warnings of the console."""
        if said.type in ("error", "warning"):
            self.complain(said.text)

    def complain(self, text: str) -> None:
        """Keep what the console said, but for pages that are missing on purpose."""
        if "status of 40" not in text:
            self.complaints.append(text)


class Visitors:
    """Opens browser windows, and closes all of them at the end."""

    def __init__(self, chromium: Browser, address: str, login: tuple[str, str]) -> None:
        self._chromium = chromium
        self._address = address
        self._login = login
        self._contexts: list[BrowserContext] = []

    def stranger(self, width: int = 1280, **window: Any) -> Visitor:
        """Return somebody who has not signed in; `window` goes to playwright's `new_context`."""
        size = {"width": width, "height": 860}
        context = self._chromium.new_context(viewport=size, **window)
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        visitor = Visitor(self._address, context, context.new_page())
        visitor.page.on("pageerror", lambda error: visitor.complain(str(error)))
        visitor.page.on("console", visitor.listen)
        return visitor

    def colleague(self, width: int = 1280, **window: Any) -> Visitor:
        """Return somebody who has signed in as `demo_login`."""
        visitor = self.stranger(width, **window)
        visitor.sign_in(*self._login)
        return visitor

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a screen."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: pages are not looked at in a browser")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none to go into
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """User name and password of Ada, who leads 30 people whose names are awkward."""
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", l="Porto")
    lead = an_entry(directory, "lead", "יעל כהן", manager=ada, title="מנהלת מוצר (Product)")
    an_entry(directory, "long", f"Freiherr {'Wolfgang-' * 12}", manager=lead, title="x" * 80)
    an_entry(directory, "short", "王", departmentNumber="工程部")
    for number in range(26):
        an_entry(directory, f"p{number}", f"Person Number{number}", manager=ada, l="Hamburg")
    with app.app_context():
        a_connection(directory)
        a_profile()
        a_run(directory)
    return "ada", PASSWORD


@pytest.fixture
def live_site(app: Flask) -> Iterator[str]:
    """The address of the site, served from a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visitors(chromium: Browser, live_site: str, demo_login: tuple[str, str]) -> Iterator[Visitors]:
    """Whoever comes to the site in this test."""
    everyone = Visitors(chromium, live_site, demo_login)
    yield everyone
    everyone.leave()


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script that looks for barriers."""
    if not AXE.exists():
        pytest.skip("axe.min.js is not there: accessibility is not checked")
    return AXE
