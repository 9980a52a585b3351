"""Settings of the site: its name, how people are matched, where pictures come from."""

import pytest
from flask import Flask

from lupweb.audit.events import events_about
from lupweb.options.service import options
from tests.blueprints.admin.filling import form_of
from tests.browsing import Browser

pytestmark = pytest.mark.usefixtures("company")
PAGE = "/admin/settings"
PICTURE = "/admin/settings/picture"


def saved(browser: Browser, **changes: str) -> int:
    browser.post(PAGE, **{**form_of(browser, PAGE), **changes})
    return browser.response.status_code


def picture(browser: Browser, **changes: str) -> int:
    form = browser.get(PAGE).select_one("form#picture")
    assert form
    revision = form.select_one("[name=revision]")["value"]  # type: ignore[index]
    browser.post(PICTURE, **{"revision": str(revision), "source": "user", **changes})
    return browser.response.status_code


def chosen(app: Flask, key: str) -> object:
    with app.app_context():
        return options()[key]


def test_the_site_gets_its_name_region_and_time_zone(admin: Browser, app: Flask) -> None:
    assert saved(admin, name="Nordhafen", phone_region="PT", time_zone="Europe/Lisbon") == 303

    assert "Nordhafen" in str(admin.get("/people").title)
    assert chosen(app, "phone_region") == "PT"
    with app.app_context():
        assert events_about("site")[0].changes["name"] == ["People", "Nordhafen"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"match_people_by": "email"}, "email"),
        ({"match_people_by": ""}, ""),
        ({"match_people_by": "attribute", "match_attribute": "uidNumber"}, "uidNumber"),
    ],
)
def test_people_are_matched_as_it_is_chosen(
    admin: Browser, app: Flask, sent: dict[str, str], stored: str
) -> None:
    assert saved(admin, **sent) == 303

    assert chosen(app, "match_people_by") == stored
    assert form_of(admin, PAGE)["match_people_by"] == [sent["match_people_by"]]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", " ", "The site needs a name."),
        ("phone_region", "Germany", "This is no country code"),
        ("time_zone", "Berlin", "Berlin"),
        ("match_people_by", "attribute", "Name the attribute."),
        ("language", "fr", "“fr” is not known here."),
    ],
)
def test_what_cannot_be_is_refused_and_kept_in_the_form(
    admin: Browser, name: str, value: str, sentence: str
) -> None:
    status = saved(admin, **{name: value})

    assert status == 422
    assert sentence in admin.text
    assert "Nothing has been saved yet" in admin.text


def test_pictures_come_from_an_attribute_that_a_directory_knows(admin: Browser, app: Flask) -> None:
    assert picture(admin, source="ldap", attribute="jpegPhotto") == 422
    assert "No directory knows the attribute jpegPhotto." in admin.text
    assert picture(admin, source="ldap", attribute="thumbnailPhoto", url="") in (303, 422)
    assert picture(admin, source="url", url="https://example.com/{phone}.jpg") == 303

    assert chosen(app, "picture_source") == "url"
    assert picture(admin, source="url", url="https://example.com/{nothing}.jpg") == 422
    assert picture(admin, source="url", url="javascript:alert(1)") == 422
