"""A real browser in front of the running site, with a company of 30 people in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from lupweb.database import db, transaction
from lupweb.profiles.editor import show_in_directory
from lupweb.profiles.models import ProfileField
from tests.browser.visitors import Visitors
from tests.factories import PASSWORD, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a screen."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: pages are not looked at in a browser")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none to go into
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


def _make_company(directory: FakeDirectory) -> None:
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", l="Porto")
    lead = an_entry(directory, "lead", "יעל כהן", manager=ada, title="מנהלת מוצר (Product)")
    an_entry(directory, "long", f"Freiherr {'Wolfgang-' * 12}", manager=lead, title="x" * 80)
    an_entry(directory, "short", "王", departmentNumber="工程部")
    for number in range(26):
        work = {"manager": ada, "l": "Hamburg", "departmentNumber": f"Team {number % 8}"}
        an_entry(directory, f"p{number}", f"Person Number{number}", **work)
    a_connection(directory)
    a_profile()
    show_columns_and_facets()
    a_run(directory)


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory, companies: Companies) -> tuple[str, str]:
    """User name and password of Ada, who leads 30 people whose names are awkward."""
    companies.again(app, directory, _make_company)
    return "ada", PASSWORD


def show_columns_and_facets() -> None:
    """Let people be chosen by place and department, and give the table its columns."""
    with transaction():
        for field in db.session.scalars(db.select(ProfileField)):
            is_facet = field.key in {"location", "department"}
            is_column = is_facet or field.key in {"phone", "manager"}
            show_in_directory(field, facet=is_facet, in_table=is_column)


@pytest.fixture
def live_site(app: Flask) -> Iterator[str]:
    """The address of the site, served from a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visitors(chromium: Browser, live_site: str, demo_login: tuple[str, str]) -> Iterator[Visitors]:
    """Whoever comes to the site in this test."""
    everyone = Visitors(chromium, live_site, demo_login)
    yield everyone
    everyone.leave()


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script that looks for barriers."""
    if not AXE.exists():
        pytest.skip("axe.min.js is not there: accessibility is not checked")
    return AXE
