"""When directories are read, chosen in the browser without a script."""

import pytest
from flask import Flask

from lupweb.directories.service import get_directory
from lupweb.options.service import options
from tests.browsing import Browser


def test_a_schedule_is_chosen_without_cron_text(admin: Browser, app: Flask) -> None:
    form = {"full-kind": "daily", "full-time": "3:30", "changes-kind": "minutes",
            "changes-minutes": "30"}  # fmt: skip
    page = admin.get("/admin/sync/schedule")
    revision = page.select_one("#of-site input[name=revision]")
    assert revision
    admin.post("/admin/sync/schedule", of="", revision=str(revision["value"]), **form)
    admin.get("/admin/sync/schedule")
    admin.post("/admin/sync/schedule", of="main", **{"full-kind": "off", "changes-kind": ""})

    with app.app_context():
        chosen = options()
        main = get_directory("main")
        assert (chosen["schedule_full"], chosen["schedule_changes"]) == (
            "30 3 * * *",
            "*/30 * * * *",
        )
        assert (main.schedule_full, main.schedule_changes) == ("off", "")


@pytest.mark.parametrize("of", ["", "main"])
def test_b107_a_schedule_that_cannot_be_is_refused_and_what_was_typed_stays(
    admin: Browser, app: Flask, of: str
) -> None:
    page = admin.get("/admin/sync/schedule")
    revision = page.select_one("#of-site input[name=revision]")
    assert revision
    for cron in ("nonsense", "* * * * * *", "0 0 31 2 *"):
        form = {"full-kind": "cron", "full-cron": cron, "changes-kind": "off"}
        admin.post("/admin/sync/schedule", of=of, revision=str(revision["value"]), **form)
        assert admin.response.status_code == 422
        assert admin.page.select_one(f"input[value='{cron}'][aria-invalid]")

    with app.app_context():
        assert options()["schedule_full"] == "11 1 * * *"


def test_everything_is_kept_from_office_hours(admin: Browser, app: Flask) -> None:
    form = {"full-kind": "daily", "full-time": "01:11", "changes-kind": "off"}
    page = admin.get("/admin/sync/schedule")
    revision = page.select_one("#of-site input[name=revision]")
    assert revision
    sent = {"of": "", "revision": str(revision["value"]), **form}
    admin.post("/admin/sync/schedule", full_not_between="at noon", **sent)
    assert admin.response.status_code == 422
    assert admin.page.select_one("#quiet[value='at noon'][aria-invalid]")

    admin.post("/admin/sync/schedule", full_not_between="08:00-18:00", **sent)

    assert admin.response.status_code == 303
    assert "not between 08:00 and 18:00" in admin.get("/admin/sync").get_text()
    with app.app_context():
        assert options()["full_not_between"] == "08:00-18:00"
