"""Fill in the forms of the profile editor as a browser does."""

from typing import Any

from werkzeug.test import encode_multipart

from tests.browsing import Browser

ORDER = "/admin/fields/order"


def names(browser: Browser, category: str) -> list[str]:
    """Return the names of the fields of a category, in the order that is shown."""
    browser.get("/admin/fields")
    rows = browser.page.select(f"#category-{category} .frow__name a")
    return [each.get_text(strip=True) for each in rows]


def form_of(browser: Browser, path: str) -> dict[str, Any]:
    """Open a page and return what its large form would send as it is."""
    form = browser.get(path).select_one("form[method=post].stack--l")
    assert form
    sent: dict[str, Any] = {}
    for each in form.select("input, select, textarea"):
        name, kind = str(each.get("name", "")), each.get("type", "")
        if each.name == "select":
            chosen = each.select_one("option[selected]") or each.select_one("option")
            sent[name] = str(chosen["value"]) if chosen else ""
        elif each.name == "textarea":
            sent[name] = each.get_text().removeprefix("\n")
        elif kind in ("checkbox", "radio"):
            if each.has_attr("checked"):
                sent.setdefault(name, []).append(str(each["value"]))
        elif name:
            sent[name] = str(each.get("value", ""))
    return sent


def saved(browser: Browser, field: str, **changes: Any) -> int:
    """Change some inputs of a field's form and send it; None takes one away. Return the status."""
    path = f"/admin/fields/{field}/edit"
    sent = {**form_of(browser, path), **changes}
    kept = {name: value for name, value in sent.items() if value is not None}
    boundary, body = encode_multipart(kept)
    kind = f"multipart/form-data; boundary={boundary}"
    browser.response = browser.client.post(path, data=body, content_type=kind)
    return browser.response.status_code


def added(browser: Browser, name: str, **changes: Any) -> int:
    """Add a field to the category "work"; return the status."""
    browser.get("/admin/fields/new?category=work")
    sent = {
        "name-en": name, "type": "text", "category": "work", "source": "user", "in_profile": "1",
        "searchable": "1", **changes,
    }  # fmt: skip
    browser.post("/admin/fields/new", **sent)
    return browser.response.status_code
