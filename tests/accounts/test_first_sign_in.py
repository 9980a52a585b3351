"""At a directory that only checks passwords, people are made when they first sign in."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.people.queries import find_person, get_person
from lupweb.profiles.document import values_of
from tests.browsing import Browser
from tests.factories import PASSWORD, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory


def a_delegated_company(app: Flask, directory: FakeDirectory) -> None:
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570")
    an_entry(directory, "ben", "Ben", manager=ada)
    with app.app_context():
        a_connection(directory)
        a_profile()
        with transaction():
            db.session.execute(update(Directory).values(role=DirectoryRole.DELEGATED))
        a_run(directory)


def test_who_signs_in_for_the_first_time_has_a_profile_at_once(
    app: Flask, directory: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    a_delegated_company(app, directory)
    with app.app_context():
        assert find_person("ada") is None

    ada = browser().sign_in("ada", PASSWORD)

    assert ada.response.status_code == 302
    assert ada.get("/people/ada").select_one("h1").get_text(strip=True) == "Ada Lovelace"
    with app.app_context():
        assert values_of(get_person("ada").document)["phone"] == "+49 611 20570"
        assert find_person("ben") is None


def test_from_then_on_a_run_keeps_the_profile_up_to_date(
    app: Flask, directory: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    a_delegated_company(app, directory)
    browser().sign_in("ada", PASSWORD)
    directory.set("ada", "telephoneNumber", [b"+49 611 99999"])

    with app.app_context():
        a_run(directory)

        assert values_of(get_person("ada").document)["phone"] == "+49 611 99999"
        assert find_person("ben") is None


def test_a_wrong_password_makes_nobody(
    app: Flask, directory: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    a_delegated_company(app, directory)

    assert browser().sign_in("ada", "wrong").response.status_code == 401
    with app.app_context():
        assert find_person("ada") is None
