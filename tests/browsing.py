"""A browser for tests: follows forms as a person would, and reads pages as they are shown."""

import re
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def parsed(markup: str) -> BeautifulSoup:
    """Return a page as browsers read it: they drop the first line break of a text area."""
    page = BeautifulSoup(markup, "lxml")
    for area in page.find_all("textarea"):
        if area.string and area.string.startswith("\n"):
            area.string = area.string[1:]
    return page


@dataclass
class Browser:
    """One browser with its cookies, and the page it shows."""

    client: FlaskClient
    response: TestResponse = field(init=False)
    _parsed: tuple[TestResponse, BeautifulSoup] | None = field(default=None, init=False)

    def get(self, path: str, **query: Any) -> BeautifulSoup:
        """Open a page."""
        self.response = self.client.get(path, query_string=query or None)
        return self.page

    def post(self, path: str, **values: Any) -> BeautifulSoup:
        """Send a form with the token of the page that is shown."""
        self.response = self.client.post(path, data={"csrf_token": self.token, **values})
        return self.page

    @property
    def page(self) -> BeautifulSoup:
        """The page that is shown."""
        if self._parsed is None or self._parsed[0] is not self.response:
            self._parsed = self.response, parsed(self.response.get_data(as_text=True))
        return self._parsed[1]

    @property
    def text(self) -> str:
        """The page's text, blanks folded."""
        return re.sub(r"\s+", " ", self.page.get_text(" "))

    @property
    def token(self) -> str:
        """The token of the first form of the page."""
        found = self.page.select_one("input[name=csrf_token]")
        return str(found["value"]) if found else ""

    def sign_in(self, name: str, password: str) -> "Browser":
        """Sign in through the form."""
        self.get("/login")
        self.post("/login", username=name, password=password)
        return self
