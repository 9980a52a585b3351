"""Other sources in the browser: set up, tried, asked for, and what became of it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import add_directory, get_directory
from lupweb.jobs.sync import perform
from lupweb.ldap.connection import Tls
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import options, set_option
from lupweb.people.queries import get_person
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs.service import find_active
from tests.blueprints.admin.conftest import ADMIN_PASSWORD
from tests.browsing import Browser
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, SUFFIX

pytestmark = pytest.mark.usefixtures("company")
PAGE = "/admin/sources"
XML = "/admin/sources/xml"
SET_UP = {
    "file": "people.xml", "user_tag": "person", "username_tag": "login", "schedule": "41 0 * * *",
}  # fmt: skip


@pytest.fixture
def room(app: Flask) -> None:
    """A field that the file fills, and one that the other LDAP does."""
    with app.app_context(), transaction():
        define_field("room", "Room", category="work", source=Source.XML, attribute="room")
        define_field(
            "desk", "Desk", category="work", source=Source.ALTERNATIVE_LDAP, attribute="roomNumber"
        )


@pytest.fixture
def other(app: Flask) -> None:
    """The other LDAP: the same server as the directory's."""
    with app.app_context(), transaction():
        add_directory(
            "other", "Phone book", uris=["ldap://127.0.0.1:389"], tls=Tls.NONE, bind_dn=READER,
            bind_password=READER_PASSWORD, base_dn=SUFFIX, additional_user_dn="ou=people",
            secret_key=SECRET_KEY,
        ).role = DirectoryRole.ALTERNATIVE  # fmt: skip


@pytest.fixture
def written(app: Flask) -> Callable[[str], None]:
    """Writes the file, as if somebody had done so an hour ago."""
    folder: Path = app.extensions["lupweb"].settings.imports
    folder.mkdir()

    def write(content: str) -> None:
        path = folder / "people.xml"
        path.write_text(content, encoding="utf-8")
        os.utime(path, (time.time() - 3600, time.time() - 3600))

    return write


def saved(browser: Browser, **changes: str) -> int:
    revision = browser.get(PAGE).select_one("[name=revision]")["value"]  # type: ignore[index]
    browser.post(XML, **{"revision": str(revision), **SET_UP, **changes})
    return browser.response.status_code


def test_the_xml_file_is_set_up_and_nothing_is_scheduled_before(admin: Browser, app: Flask) -> None:
    assert "none is scheduled" in admin.get(PAGE).get_text()
    assert "Import now" not in admin.text

    assert saved(admin, user_tag="employee") == 303

    admin.get(PAGE)
    assert "At 00:41 every day" in admin.text
    assert "Import now" in admin.text
    with app.app_context():
        assert (options()["xml_file"], options()["xml_user_tag"]) == ("people.xml", "employee")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("file", "../people.xml", "name of a file in the folder"),
        ("file", "/etc/passwd", "name of a file in the folder"),
        ("user_tag", "per son", "no name of an XML element"),
        ("username_tag", "", "no name of an XML element"),
        ("schedule", "every night", "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_and_kept_in_the_form(
    admin: Browser, name: str, value: str, sentence: str
) -> None:
    assert saved(admin, **{name: value}) == 422

    assert sentence in admin.text
    assert admin.page.select_one(f"[name={name}]")["value"] == value  # type: ignore[index]


@pytest.mark.usefixtures("room")
def test_the_test_walks_from_the_file_to_the_people(
    admin: Browser, app: Flask, written: Callable[[str], None]
) -> None:
    assert saved(admin, test="1") == 200
    assert "There is no file" in admin.text
    written("<p><person><login>ben</login><room>1</room></person><person/></p>")

    saved(admin, test="1")

    assert "2 people are in the file." in admin.text
    assert "1 of 1 are known here. 1 record is left out" in admin.text
    assert "The node of 1 field is there." in admin.text
    written("<p><person><login>zoe</login></person></p>")
    saved(admin, test="1")
    assert "Nobody in the file is known here." in admin.text
    assert "Not in the file: room." in admin.text
    with app.app_context():
        assert "room" not in values_of(get_person("ben").document)


@pytest.mark.usefixtures("room")
def test_an_import_is_asked_for_once_and_its_result_is_shown(
    admin: Browser, app: Flask, written: Callable[[str], None]
) -> None:
    saved(admin)
    written("<p><person><login>ben</login><room>1.01</room></person></p>")

    for _again in range(2):
        admin.get(PAGE)
        admin.post(f"{XML}/import")

    assert admin.response.status_code == 303
    assert "waiting" in admin.get(PAGE).get_text()
    with app.app_context():
        run = find_active("xml")
        assert run is not None
        perform(run.id)
        assert values_of(get_person("ben").document)["room"] == "1.01"
    admin.get(PAGE)
    assert "1 of 1 person in the file changed." in admin.text
    assert "working" in admin.text


def test_without_a_file_nothing_is_imported(admin: Browser) -> None:
    admin.get(PAGE)
    admin.post(f"{XML}/import")

    assert admin.response.status_code == 303
    assert "No XML file is set up." in admin.get(PAGE).get_text()


@pytest.mark.usefixtures("room", "other")
def test_the_other_ldap_is_tried_and_read(admin: Browser, app: Flask) -> None:
    assert "Phone book" in admin.get(PAGE).get_text()
    admin.post(f"{PAGE}/ldap/test")
    assert admin.response.status_code == 200
    assert "Nobody answers" in admin.text  # the fake has no port; the step says it

    admin.post(f"{PAGE}/ldap/read")

    assert admin.response.status_code == 303
    with app.app_context():
        run = find_active("directory:other")
        assert run is not None
        perform(run.id)
        assert get_directory("other").state == "done"
    assert "entries changed a profile" in admin.get(PAGE).get_text()


def test_without_another_ldap_the_page_says_how_to_add_one(admin: Browser) -> None:
    assert "No other LDAP yet" in admin.get(PAGE).get_text()
    for act in ("test", "read"):
        admin.post(f"{PAGE}/ldap/{act}")
        assert admin.response.status_code == 404


@pytest.mark.usefixtures("other")
def test_b21_only_system_administrators_let_the_site_connect_somewhere(
    app: Flask, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), transaction():
        create_admin("plain", ADMIN_PASSWORD, is_system=False)
    plain = browser().sign_in("plain", ADMIN_PASSWORD)

    assert "Test connection" not in plain.get(PAGE).get_text()
    plain.post(f"{PAGE}/ldap/test")
    assert plain.response.status_code == 403


@pytest.mark.usefixtures("other")
def test_in_read_only_mode_nothing_is_asked_for(admin: Browser, app: Flask) -> None:
    saved(admin)
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)

    assert "Import now" not in admin.get(PAGE).get_text()
    for path in (f"{XML}/import", f"{PAGE}/ldap/read"):
        admin.post(path)
        assert "read-only mode" in admin.text
    with app.app_context():
        assert find_active("xml") is None


def test_nobody_but_administrators_sees_the_page(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")

    ada.get(PAGE)

    assert ada.response.status_code == 403
