"""What a run holds, in the browser: approved, kept as it is, or out of date."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.audit.events import events_about
from lupweb.database import db
from lupweb.notices.troubles import TroubleKind, troubles
from lupweb.people.models import Person
from lupweb.runs import service as runs
from lupweb.runs.states import RunState
from lupweb.sync.service import plan_only
from tests.blueprints.admin.conftest import CANARY
from tests.browsing import Browser
from tests.factories import SECRET_KEY, a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def held(admin: Browser, company: FakeDirectory, app: Flask) -> int:
    """A run that did not find most of the people."""
    for first in (0, 6):  # so many new people at once would be held themselves
        for number in range(first, first + 6):
            an_entry(company, f"p{number}", f"Person Number{number}", homePhone=CANARY)
        with app.app_context():
            a_run(company)
    for number in range(12):
        company.delete(f"p{number}")
    with app.app_context():
        return a_run(company)


def test_b108_what_was_held_is_released_by_the_digest_of_what_was_shown(
    admin: Browser, held: int, app: Flask
) -> None:
    path = f"/admin/sync/runs/{held}"
    page = admin.get(path)
    digest = page.select_one("input[name=digest]")
    assert digest
    assert "Apply these 12" in admin.text
    assert page.select(".plist .who b")[0].get_text() == "Person Number0"
    for wrong in ("", "another"):
        admin.get(path)
        admin.post(f"{path}/approve", digest=wrong)
        admin.get(path)
        assert "Apply these 12" in admin.text
    admin.post(f"{path}/approve", digest=str(digest["value"]))

    with app.app_context():
        gone = db.session.scalars(select(Person).where(Person.state == "missing")).all()
        assert len(gone) == 12
    admin.get(path)
    assert "Apply these" not in admin.text


def test_an_approval_says_by_whom_and_nothing_is_held_any_more(admin: Browser, held: int) -> None:
    path = f"/admin/sync/runs/{held}"
    digest = admin.get(path).select_one("input[name=digest]")
    assert digest
    admin.post(f"{path}/approve", digest=str(digest["value"]))

    page = admin.get(f"{path}?show=held")

    assert "Approved by admin, just now." in admin.text
    assert "Was held back" in admin.text
    assert "was to be hidden" in admin.text
    assert not page.select("[aria-labelledby=h-held] .note--warn")


def test_whom_a_run_holds_stays_as_decided_and_nobody_is_asked_anew(
    admin: Browser, held: int, app: Flask, company: FakeDirectory
) -> None:
    path = f"/admin/sync/runs/{held}"
    digest = admin.get(path).select_one("input[name=digest]")
    assert digest
    for wrong in ("", "another"):
        admin.post(f"{path}/keep", digest=wrong)
        assert "Keep them as they are" in admin.get(path).get_text()
    keep = admin.page.select_one("button[formaction]")
    assert keep
    admin.post(str(keep["formaction"]), digest=str(digest["value"]))

    assert "admin decided to keep them as they are" in admin.get(path).get_text()
    assert "Keep them as they are" not in admin.text
    assert "waits for approval" not in admin.get("/admin/sync/runs").get_text()
    assert "held, kept as it is" in admin.text
    assert "waits for your approval" not in admin.get("/admin/sync").get_text()
    with app.app_context():
        assert troubles() == []
        again = a_run(company)
        assert runs.get_run(again).state is RunState.HELD
        assert troubles() == []
        assert not db.session.scalars(select(Person).where(Person.state == "missing")).all()
        kept = events_about(f"held:{digest['value']}")
        assert [(each.kind, each.changes["run"][1]) for each in kept] == [("run.kept", held)]
    assert f"(run {held}, " in admin.get(f"/admin/sync/runs/{again}").get_text()
    assert "waits for your approval" not in admin.get("/admin/sync").get_text()


def test_whoever_is_gone_besides_those_that_were_kept_is_asked_about(
    admin: Browser, held: int, app: Flask, company: FakeDirectory
) -> None:
    digest = admin.get(f"/admin/sync/runs/{held}").select_one("input[name=digest]")
    assert digest
    admin.post(f"/admin/sync/runs/{held}/keep", digest=str(digest["value"]))
    company.delete("sam")
    with app.app_context():
        a_run(company)
        assert [each.kind for each in troubles()] == [TroubleKind.HELD]
    assert "waits for your approval" in admin.get("/admin/sync").get_text()


def test_what_a_later_run_has_overtaken_is_said_to_be_out_of_date(
    admin: Browser, held: int, app: Flask, company: FakeDirectory
) -> None:
    company.delete("sam")
    with app.app_context():
        later = a_run(company)

    page = admin.get(f"/admin/sync/runs/{held}")
    assert f"out of date, run {later} has read since" in admin.text
    assert f"Out of date: run {later} has read the directory since." in admin.text
    assert not page.select("[aria-labelledby=h-held] button")
    rows = admin.get("/admin/sync/runs").select("tbody tr")
    said = {str(row.select_one("a")["href"]): row.get_text() for row in rows}
    assert "out of date" in said[f"/admin/sync/runs/{held}"]
    assert "waits for approval" in said[f"/admin/sync/runs/{later}"]
    assert "Apply these 13" in admin.get(f"/admin/sync/runs/{later}").get_text()


def test_what_is_held_is_still_there_after_a_dry_run(
    admin: Browser, held: int, app: Flask, company: FakeDirectory
) -> None:
    with app.app_context():
        planned = plan_only(
            "main", secret_key=SECRET_KEY, connect=company.connect, trigger="test", mode="full"
        )

    page = admin.get("/admin/sync")

    assert f"Run {held} waits for your approval" in admin.text
    rows = {row.select_one("a")["href"]: row.get_text() for row in page.select("tbody tr")}
    assert "would wait for approval" in rows[f"/admin/sync/runs/{planned}"]
