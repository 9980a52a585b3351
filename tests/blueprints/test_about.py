"""Pages about the site itself: every page leads there, and they say what is so."""

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.options.registry import LOGIN_SYNC, PURGE_AFTER_DAYS
from lupweb.options.service import set_option
from tests.browsing import Browser

PASSWORD = "an administrator's password"


@pytest.fixture
def reader(app: Flask) -> Browser:
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
    return Browser(app.test_client()).sign_in("admin", PASSWORD)


def test_the_foot_of_a_page_leads_to_help_privacy_and_accessibility(
    reader: Browser, app: Flask
) -> None:
    links = reader.get("/people").select(".foot a")
    headings = [reader.get(str(each["href"])).h1 for each in links]

    assert [each.get_text() for each in links] == ["Help", "Privacy", "Accessibility"]
    assert [each.get_text() for each in headings if each] == ["Help", "Privacy", "Accessibility"]
    stranger = Browser(app.test_client())
    assert not stranger.get("/login").select(".foot a")


def test_the_page_of_privacy_says_what_is_set_up(reader: Browser, app: Flask) -> None:
    reader.get("/about/privacy")
    before = reader.text
    with app.app_context(), transaction():
        set_option(PURGE_AFTER_DAYS, 90)
        set_option(LOGIN_SYNC, True)
    reader.get("/about/privacy")

    assert "What is known of them is kept" in before
    assert "your entry is read" not in before
    assert "After 90 days what is known of them is cleared for good" in reader.text
    assert "When you sign in, your entry is read from the directory." in reader.text
