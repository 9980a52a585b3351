"""The people page with the optional script: parts of it, addresses, and all of it without."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.profiles.editor import show_in_directory
from lupweb.profiles.models import ProfileField
from lupweb.web import assets
from tests.browsing import Browser
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def ada(company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]) -> Browser:
    """Ada, who chooses people by department."""
    an_entry(company, "pat", departmentNumber="IT")
    with app.app_context():
        a_run(company)
        with transaction():
            field = db.session.scalars(db.select(ProfileField).filter_by(key="department")).one()
            show_in_directory(field, facet=True, in_table=False)
    return as_person("ada")


def test_the_script_is_sent_the_part_that_changes_and_nothing_else(ada: Browser) -> None:
    answer = ada.client.get("/people?f.department=IT&q=", headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert answer.text.lstrip().startswith("<title>People – ")
    assert 'id="found"' in answer.text
    assert answer.headers["HX-Push-Url"] == "/people?f.department=IT"
    assert "HX-Request" in answer.headers["Vary"]


def test_a_whole_page_says_that_parts_stand_under_its_address(ada: Browser) -> None:
    ada.get("/people")

    assert "HX-Request" in ada.response.headers["Vary"]
    assert ada.page.select_one("html")


def test_going_on_typing_replaces_the_address_and_makes_no_step_back(ada: Browser) -> None:
    answer = ada.client.get(
        "/people?q=adam",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/people?q=ada"},
    )

    assert answer.headers["HX-Replace-Url"] == "/people?q=adam"


def test_going_back_is_answered_with_a_whole_page(ada: Browser) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in ada.client.get("/people", headers=headers).text


def test_the_script_of_somebody_who_was_signed_out_is_sent_to_the_door(app: Flask) -> None:
    answer = app.test_client().get("/people?q=a", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/people?q%3Da"


def test_the_page_works_where_htmx_was_deleted(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = dict(assets._versions())
    monkeypatch.setattr(
        assets, "_versions", lambda: {name: there[name] for name in there if "htmx" not in name}
    )

    ada.get("/people")

    assert ada.response.status_code == 200
    assert "htmx.min.js" not in ada.response.text
    assert ada.page.find("button", string="Use filters")


def test_b49_htmx_is_told_to_bring_neither_styles_nor_code_of_its_own(ada: Browser) -> None:
    ada.get("/people")

    said = ada.page.select_one("meta[name=htmx-config]")["content"]
    for setting in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"allowScriptTags":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    ):
        assert setting in said
