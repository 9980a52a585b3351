"""Values that want to be more than text, on a profile and all that belongs to it."""

from collections.abc import Callable

import pytest
from bs4 import Tag
from flask import Flask

from lupweb.database import transaction
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from tests.browsing import Browser
from tests.factories import a_run
from tests.fakes import FakeDirectory

MARKUP = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'-alert(1)-'",
    "</textarea><svg/onload=alert(1)>", "{{7*7}}", "${7*7}", "{% raw %}",
]  # fmt: skip
ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x",
    "data:text/html,<b>x", " javascript:alert(1)", "//evil.example", "https://ok@evil.example",
]  # fmt: skip
REACHES = ["a@b.example?bcc=x@y&body=z", "+49 611 20570;phone-context=<b>", "tel:1;ext=<b>"]
INVISIBLE = ["\u202eevil", "\u2066a\u2069b", "\u200bzero", "\ufeffmark"]


@pytest.fixture
def shown(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> Callable[[str], tuple[Browser, Tag]]:
    """Lets Cem have one value in a field of each kind; returns the page and its categories."""

    def show(value: str) -> tuple[Browser, Tag]:
        kinds = {"text": "title", "multiline": "description", "url": "labeledURI"}
        kinds |= {"email": "initials", "phone": "roomNumber"}
        with app.app_context():
            with transaction():
                for kind, attribute in kinds.items():
                    define_field(
                        f"a_{kind}", kind, category="work", type_key=kind,
                        source=Source.LDAP, attribute=attribute,
                    )  # fmt: skip
            for attribute in (*kinds.values(), "displayName"):
                company.set("cem", attribute, [value.encode()])
            a_run(company)
        ben = as_person("ben")
        return ben, ben.get("/people/cem").select_one("main")

    return show


@pytest.mark.parametrize("value", MARKUP)
def test_b42_markup_is_shown_as_typed(
    shown: Callable[[str], tuple[Browser, Tag]], value: str
) -> None:
    browser, page = shown(value)

    assert page.get_text().count(value) >= 4
    assert page.select("script, textarea, img:not(.qr), [onerror], [onload]") == []
    assert "49" not in page.get_text()
    assert "<script>alert" not in browser.client.get("/people/cem/card").text


@pytest.mark.parametrize("value", ADDRESSES)
def test_b43_only_addresses_of_the_web_become_links(
    shown: Callable[[str], tuple[Browser, Tag]], value: str
) -> None:
    browser, page = shown(value)

    links = [each["href"].strip().lower() for each in page.select("a[href]")]
    assert all(link.startswith(("/", "#", "mailto:", "tel:")) for link in links)
    assert not any(link.startswith("//") for link in links)
    assert "URL" not in browser.client.get("/people/cem.vcf").text


@pytest.mark.parametrize("value", REACHES)
def test_b44_a_mail_or_a_call_reaches_one_place_alone(
    shown: Callable[[str], tuple[Browser, Tag]], value: str
) -> None:
    _browser, page = shown(value)

    links = [each["href"] for each in page.select('.kv a[href^="mailto:"], .kv a[href^="tel:"]')]
    assert not any(sign in link for link in links for sign in "?&<>")
    assert page.select(".kv b") == []


@pytest.mark.parametrize("value", INVISIBLE)
def test_b46_what_turns_the_direction_or_is_not_seen_is_gone(
    shown: Callable[[str], tuple[Browser, Tag]], value: str
) -> None:
    browser, page = shown(value)

    unwanted = set("\u202e\u2066\u2069\u200b\ufeff")
    assert not unwanted & set(page.get_text())
    assert all(each["dir"] == "auto" for each in page.select(".kv__value"))
    assert page.select_one("h1 bdi")
    assert not unwanted & set(browser.client.get("/people/cem.vcf").text)
