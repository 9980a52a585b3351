"""Whoever comes to the site in a real browser."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))"""

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
EXPECTED = ("status of 40", "htmx:sendAbort", "htmx:afterRequest")


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

    def sign_in_unseen(self, name: str, password: str) -> None:
        """Sign in without looking at the pages: much quicker."""
        address, ask = f"{self.address}/login", self.context.request
        token = TOKEN.search(ask.get(address).text())
        assert token
        form = {"csrf_token": token[1], "username": name, "password": password}
        answer = ask.post(address, form=form, max_redirects=0)
        assert answer.status == 302

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
        """Keep what the console said, but for pages that are missing on purpose.

        Nor is it a fault that the next letter replaced a search before it was answered.
        """
        if not any(each in text for each in EXPECTED):
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
        """Return somebody who has signed in as `demo_login`, and has no page open yet."""
        visitor = self.stranger(width, **window)
        visitor.sign_in_unseen(*self._login)
        return visitor

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
