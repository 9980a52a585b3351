"""Buttons of a diagnosis that concern the set-up of directories: what is said before, and after."""

import pytest
from flask import Flask

from tests.blueprints.admin.mending import Site
from tests.browsing import Browser
from tests.diagnosis.faults import a_second_directory, change
from tests.factories import an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def site(app: Flask, company: FakeDirectory, admin: Browser) -> Site:
    return Site(app, company, admin)


def test_in_several_directories_is_mended_by_their_order(site: Site) -> None:
    with site.app.app_context():
        a_second_directory(site.directory, "ben", telephoneNumber="+49 611 7")
    assert site.check("ben", "phone") == "in_several_directories"

    site.press("ask_first")
    site.work()

    assert site.value("ben", "phone") == "+49 611 7"


def test_the_order_is_turned_only_after_it_was_said_whom_it_concerns(site: Site) -> None:
    with site.app.app_context():
        a_second_directory(site.directory, "ben", telephoneNumber="+49 611 7")
    site.check("ben", "phone")

    buttons = site.browser.page.select(".verdict button")
    asking = site.browser.page.select_one(".verdict details:has(button[value=ask_first])")
    acts = ["fall_through", "take_from", "read_person", "ask_first"]
    assert [each["value"] for each in buttons] == acts
    assert asking
    assert "This concerns 1 person who is in “Second LDAP”" in asking.get_text()
    assert "becomes empty" in asking.get_text()
    assert not asking.has_attr("open")


def test_in_several_directories_is_mended_for_one_field_alone(site: Site) -> None:
    with site.app.app_context():
        a_second_directory(site.directory, "ben", telephoneNumber="+49 611 7")
    site.check("ben", "phone")

    assert "“Second LDAP” alone supplies the field now" in site.press("take_from")
    site.work()

    assert site.value("ben", "phone") == "+49 611 7"
    assert site.value("ben", "position") == "Engineer"


def test_in_several_directories_is_mended_by_letting_the_field_fall_through(site: Site) -> None:
    with site.app.app_context():
        a_second_directory(site.directory, "ben", telephoneNumber="+49 611 7")
    site.check("ben", "phone")

    assert "falls through to the next directory" in site.press("fall_through")
    site.work()

    assert site.value("ben", "phone") == "+49 611 7"
    assert site.value("ada", "phone") == "+49 611 20570"
    assert site.check("ben", "phone") == "value_is_here"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"additional_user_dn": "ou=nowhere"}, "has no entry at the base DN ou=nowhere"),
        ({"user_filter": "(uid=nobody)"}, "deleted, or outside of base DN and filter"),
    ],
)
def test_a_wrong_base_or_filter_leads_to_the_settings(
    site: Site, wrong: dict[str, str], said: str
) -> None:
    with site.app.app_context():
        change("main", **wrong)

    assert site.check("ben", "phone") == "not_in_any_directory"
    verdict = site.browser.page.select_one(".verdict h2")
    main = site.browser.page.select_one(".verdict .btn--primary")
    assert verdict
    assert main
    assert said in verdict.get_text()
    assert str(main["href"]).startswith("/admin/directories/main")
    if "additional_user_dn" in wrong:
        assert said in site.press("read_person")


def test_a_run_that_was_asked_for_somebody_unknown_is_named(site: Site) -> None:
    an_entry(site.directory, "zoe")
    site.check("zoe", "phone")

    site.press("read_changes")

    verdict = site.browser.page.select_one(".verdict")
    assert verdict
    assert "is at work, or waits for a worker" in verdict.get_text()
    assert site.link("Run").startswith("/admin/sync/runs/")
