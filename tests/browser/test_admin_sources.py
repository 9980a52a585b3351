"""Other sources in a browser, on any screen."""

from pathlib import Path

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitors
from tests.factories import SECRET_KEY

PASSWORD = "an administrator's password"


@pytest.fixture(autouse=True)
def _set_up(app: Flask, demo_login: tuple[str, str]) -> None:
    """An administrator, a file that is not there, and another LDAP."""
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
        set_option(XML_FILE, "hr/" + "people" * 20 + ".xml")
        define_field("room", "Room", category="work", source=Source.XML, attribute="raum")
        add_directory(
            "other", "Phone book" * 5, uris=["ldap://127.0.0.1:9"], tls=Tls.NONE,
            bind_dn="cn=reader", bind_password="secret", base_dn="dc=example",
            secret_key=SECRET_KEY,
        ).role = DirectoryRole.ALTERNATIVE  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_the_page_has_no_barrier_before_and_after_a_test(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = visitors.stranger(width, color_scheme=scheme, bypass_csp=True)
    visitor.sign_in_unseen("admin", PASSWORD)
    page = visitor.page
    visitor.go("/admin/sources")
    found: dict[str, object] = {"page": barriers(page, axe)}

    for button in ("Save and test", "Test connection"):
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name="What to do").wait_for()
        found[button] = barriers(page, axe)
        found[f"{button} is wider by"] = page.evaluate(SIDEWAYS)

    assert not any(found.values()), found
