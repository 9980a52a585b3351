"""What the page of synchronization says of reading only changes, of schedules and the XML file."""

from typing import Any

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.directories.service import get_directory
from lupweb.options.registry import FULL_NOT_BETWEEN, LOGIN_SYNC, LOGIN_SYNC_AFTER_MINUTES, XML_FILE
from lupweb.options.service import set_option
from lupweb.runs import service as runs
from lupweb.runs.states import RunState
from tests.browsing import Browser


def panel(admin: Browser, of: str) -> str:
    """Return what the panel with this heading says; "" if there is none."""
    found = admin.get("/admin/sync").select_one(f"section[aria-labelledby=h-{of}]")
    return " ".join(found.get_text(" ").split()) if found else ""


def change(app: Flask, **columns: Any) -> None:
    with app.app_context(), transaction():
        main = get_directory("main")
        for name, value in columns.items():
            setattr(main, name, value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "on Main LDAP changes after 23-05-2026 15:30:00 Read"),
        ({"last_sync_date_kept": "another"}, "once whoever changed after 23-05-2026 15:30:00"),
        ({"last_sync_date": ""}, "everything once more, then changes"),
        ({"last_full_at": None}, "everything first: nothing was read yet"),
        ({"incremental": False}, "off Main LDAP off: every scheduled run reads everything"),
        ({"marks": True, "server": {"cookie": "x"}}, "; asks the server who was removed"),
        ({"marks": False, "server": {"cookie": "x"}}, "15:30:00 Read from another time"),
    ],
)
def test_from_where_on_changes_are_read(
    admin: Browser, app: Flask, columns: dict[str, Any], said: str
) -> None:
    date = "23-05-2026 15:30:00"
    change(app, **{"last_sync_date": date, "last_sync_date_kept": date, **columns})

    assert said in panel(admin, "changes")
    assert admin.page.select_one("a[href='/admin/directories/main#f-last_sync_date']")


def test_the_schedule_of_the_site_and_what_is_read_of_one_person(
    admin: Browser, app: Flask
) -> None:
    before = panel(admin, "schedule")
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)
        set_option(FULL_NOT_BETWEEN, "08:00-18:00")
    each_time = panel(admin, "schedule")
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC_AFTER_MINUTES, 60)

    assert "Changes every 15 minutes, UTC Everything every night at 01:11, UTC" in before
    assert "At sign-in nobody At edit the one person, always" in before
    assert "At sign-in the one person, always" in each_time
    assert "not between 08:00 and 18:00" in each_time
    assert "the one person, if not read for 60 minutes" in panel(admin, "schedule")


def test_the_xml_file_has_a_panel_as_soon_as_there_is_one(admin: Browser, app: Flask) -> None:
    before = panel(admin, "xml")
    with app.app_context(), transaction():
        set_option(XML_FILE, "people.xml")
    without_run = panel(admin, "xml")
    with app.app_context(), transaction():
        run_id = runs.start("xml", trigger="admin", mode="full", reason="")
        runs.note_problem(run_id, "A node is there twice.")
        runs.finish(run_id, RunState.PARTIAL, "3 people in the file.", {})

    assert before == ""
    assert "not read yet Settings of XML file File people.xml" in without_run
    assert "some problems" in panel(admin, "xml")
    assert f"Run {run_id} . 3 people in the file." in panel(admin, "xml")
    assert "A node is there twice." in panel(admin, f"problems-{run_id}")
    assert admin.page.select_one("form[action='/admin/sources/xml/import'] button")
