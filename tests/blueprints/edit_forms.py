"""The edit form as a browser without script holds it, and sends it."""

import io
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.browsing import Browser

Pairs = list[tuple[str, str]]
OWN_FIELDS = (
    ("mobile", "phone", {}),
    ("about", "multiline", {}),
    ("tone", "select", {"choices": ["Du", "Sie"]}),
    ("sites", "multi_select", {"choices": ["Porto", "Hamburg"]}),
    ("town", "cascade_select", {"choices": ["eu,Europe,de,Germany", "eu,Europe,pt,Portugal"]}),
    ("skills", "tags", {}),
    ("birthday", "date", {}),
    ("deputy", "user_select", {}),
    ("helpers", "multi_user_select", {}),
    ("aider", "checkbox", {}),
    ("chat", "instant_messenger", {}),
    ("site_chat", "instant_messenger", {"protocol": "matrix"}),
    ("amount", "number", {}),
    ("country", "country", {}),
)
FILLED = {
    "mobile": "+49 611 20570", "about": "One\nTwo", "tone": "Sie", "sites": "Hamburg\nPorto",
    "town": "eu/pt", "skills": "Paris, France\nSonar", "birthday": "--03-01", "aider": "true",
    "chat": "matrix:@ben:example.com", "site_chat": "@ben:example.com", "amount": "1234.5",
    "country": "PT",
}  # fmt: skip


@dataclass
class EditPage:
    """An edit page that is open: what stands in its controls, with what was typed over it."""

    browser: Browser
    path: str
    pairs: Pairs = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, login: str) -> "EditPage":
        """Open the form."""
        browser.get(f"/people/{login}/edit")
        assert browser.response.status_code == 200
        return cls(browser, f"/people/{login}/edit", controls(browser.page))

    @classmethod
    def shown(cls, browser: Browser, path: str) -> "EditPage":
        """Go on with the form that an answer shows."""
        return cls(browser, path, controls(browser.page))

    def type(self, key: str, *texts: str) -> "EditPage":
        """Type into the controls of a field, or into other controls by their name."""
        name = key if "-" in key or key == "csrf_token" else f"field-{key}"
        self.pairs = [pair for pair in self.pairs if pair[0] != name]
        self.pairs += [(name, text) for text in texts]
        return self

    def values(self, key: str) -> list[str]:
        """Return what stands in the controls of a field."""
        return [text for name, text in self.pairs if name == f"field-{key}"]

    def save(self, picture: tuple[bytes, str] | None = None) -> BeautifulSoup:
        """Send the form, with the bytes and the name of a picture."""
        sent: MultiDict[str, object] = MultiDict(self.pairs)
        content, name = picture or (b"", "")
        sent.add("picture", FileStorage(io.BytesIO(content), name))
        boundary, body = encode_multipart(sent)
        self.browser.response = self.browser.client.post(
            self.path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
        )
        return self.browser.page


def controls(page: BeautifulSoup) -> Pairs:
    """Return what the edit form of a page would send."""
    form = page.select_one("form[data-edit]")
    return list(_pairs(form)) if form else []


def _pairs(form: Tag) -> Pairs:
    found: Pairs = []
    for each in form.select("input[name], textarea[name], select[name]"):
        kind = each.get("type")
        if kind == "file" or (kind in {"checkbox", "radio"} and not each.has_attr("checked")):
            continue
        if each.name == "textarea":
            text = each.get_text()
        elif each.name == "select":
            text = str((each.select_one("option[selected]") or each.select_one("option"))["value"])
        else:
            text = str(each.get("value", "on"))
        found.append((str(each["name"]), text))
    return found
