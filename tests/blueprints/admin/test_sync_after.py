"""What may follow a run, in the browser without a script: its plan, or that it is taken back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.jobs.sync import perform
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.document import values_of
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from lupweb.sources.xml_file import SUBJECT as XML
from lupweb.sync.service import plan_only
from lupweb.undo.service import undo
from tests.blueprints.admin.conftest import CANARY
from tests.browsing import Browser
from tests.factories import SECRET_KEY, a_run, an_entry
from tests.fakes import FakeDirectory


def a_dry_run(company: FakeDirectory) -> int:
    return plan_only("main", secret_key=SECRET_KEY, connect=company.connect, trigger="test")


def moved(company: FakeDirectory, app: Flask, to: str) -> int:
    """Let Ada work elsewhere; return the run that reads it."""
    company.set("ada", "l", [to.encode()])
    with app.app_context():
        return a_run(company)


def place_of_ada(app: Flask) -> str:
    with app.app_context():
        return values_of(get_person("ada").document).get("location", "")


def asked_last(app: Flask) -> tuple[str, str, bool, int | None]:
    with app.app_context():
        found = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert found
        return found.mode, str(found.state), found.dry_run, found.about_run_id


def count_runs(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Run)) or 0


def test_a_run_is_taken_back_after_one_question_that_says_what_stays(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    run_id = moved(company, app, "Hamburg")
    path = f"/admin/sync/runs/{run_id}"
    page = admin.get(path)
    assert page.select_one(f"a[href='{path}/undo']")
    admin.get(f"{path}/undo")
    said = admin.text
    before = count_runs(app)
    admin.post(f"{path}/undo")
    asked = asked_last(app)
    admin.get(admin.response.location)

    assert "Groups that are kept here: they follow their list of logins." in said
    assert count_runs(app) == before + 1
    assert asked == ("undo", "queued", False, run_id)
    assert f"Run {run_id + 1} takes back what run {run_id} changed." in admin.text
    with app.app_context():
        perform(run_id + 1)
    assert place_of_ada(app) == "Porto"
    page = admin.get(path)
    assert f"Taken back by run {run_id + 1}" in admin.text
    assert f"Run {run_id} has been taken back already." in admin.text
    assert not page.select_one(f"a[href='{path}/undo']")
    admin.get(f"{path}/undo")
    assert not admin.page.select("main form[method=post] .btn--bad")


def test_b106_whoever_presses_twice_takes_back_once(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    run_id = moved(company, app, "Hamburg")
    before = count_runs(app)
    for _time in range(2):
        admin.get(f"/admin/sync/runs/{run_id}/undo")
        admin.post(f"/admin/sync/runs/{run_id}/undo")

    assert count_runs(app) == before + 1


def test_what_cannot_be_taken_back_says_why_instead_of_a_button(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    old = moved(company, app, "Hamburg")
    with app.app_context(), transaction():
        late = update(Run).where(Run.id == old)
        db.session.execute(late.values(started_at=clock.now() - timedelta(days=31)))
    why = {old: "is older than 30 days"}
    before = count_runs(app)
    for number, sentence in why.items():
        path = f"/admin/sync/runs/{number}"
        page = admin.get(path)
        assert sentence in admin.text
        assert not page.select_one(f"a[href='{path}/undo']")
        admin.get(f"{path}/undo")
        assert sentence in admin.text
        admin.post(f"{path}/undo")
        admin.get(path)
        assert sentence in admin.text

    assert count_runs(app) == before


def test_a_run_that_works_offers_neither_undo_nor_plan(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        run_id = runs.start("directory:main", trigger="x", mode="full", reason="")
    page = admin.get(f"/admin/sync/runs/{run_id}")
    admin.get(f"/admin/sync/runs/{run_id}/undo")

    assert not page.select("a[href$='/undo'], form[action$='/apply']")
    assert "has not ended yet. Stop it first." in admin.text


def test_a_dry_run_is_asked_for_looked_at_and_its_plan_applied(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.set("ada", "l", [b"Hamburg"])
    admin.get("/admin/sync")
    admin.post("/admin/sync/start", mode="dry", directory="main")
    assert asked_last(app) == ("full", "queued", True, None)
    with app.app_context():
        number = db.session.scalar(select(func.max(Run.id))) or 0
        perform(number)
    path = f"/admin/sync/runs/{number}"
    admin.get(path)
    shown = admin.text

    assert place_of_ada(app) == "Porto", "a dry run changes nothing"
    assert "Nothing has been written yet" in shown
    assert "Porto → Hamburg" in shown
    admin.post(f"{path}/apply")
    assert asked_last(app) == ("full", "queued", False, number)
    with app.app_context():
        perform(number + 1)
    admin.get(path)
    assert place_of_ada(app) == "Hamburg"
    assert f"Applied by run {number + 1}" in admin.text
    assert "has read the directory since" in admin.text
    assert not admin.page.select("form[action$='/apply']")
    admin.client.post(f"{path}/apply", data={"csrf_token": admin.token})
    assert asked_last(app)[1] != "queued", "a plan that is out of date is not asked for"


def test_the_plan_of_a_file_is_left_to_its_import(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        number = runs.start(XML, trigger="x", mode="full", reason="")
        runs.get_run(number).dry_run = True
        runs.finish(number, RunState.DONE, "")
    admin.get(f"/admin/sync/runs/{number}")

    assert "What this run would do, an import does" in admin.text
    assert "XML file" in admin.text
    assert not admin.page.select("form[action$='/apply']")


def test_b110_in_read_only_mode_nothing_is_taken_back_or_applied(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    run_id = moved(company, app, "Hamburg")
    an_entry(company, "nia", "Nia New")
    with app.app_context():
        dry = a_dry_run(company)
    admin.get(f"/admin/sync/runs/{run_id}/undo")
    token, before = admin.token, count_runs(app)
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)
    for path in (f"{run_id}/undo", f"{dry}/apply"):
        admin.client.post(f"/admin/sync/runs/{path}", data={"csrf_token": token})
        admin.get(f"/admin/sync/runs/{dry}")
        assert "The site is in read-only mode. Nothing was changed." in admin.text

    assert count_runs(app) == before
    assert not admin.page.select("form[action$='/apply']")


def test_the_rule_that_decided_stands_at_each_change_and_at_none_that_is_kept(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.set("ben", "homePhone", [b"ZQX-ANOTHER-8"])
    company.set("ben", "title", [])
    run_id = moved(company, app, "Hamburg")
    page = admin.get(f"/admin/sync/runs/{run_id}?show=people")

    assert "Decided by: Main LDAP: attribute “l”" in admin.text
    assert "Main LDAP: the entry has no “title”" in admin.text
    assert "homePhone" not in str(page)
    assert CANARY not in str(page)
    with app.app_context():
        undo(run_id, trigger="test")
    admin.get(f"/admin/sync/runs/{run_id + 1}?show=people")
    assert "as it was before the run that was taken back" in admin.text


def test_the_page_says_that_the_schedule_rests_and_what_lets_it_go_on(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    run_id = moved(company, app, "Hamburg")
    with app.app_context():
        undo(run_id, trigger="test")
    admin.get("/admin/sync")
    rests = admin.text
    with app.app_context():
        dry = a_dry_run(company)
    page = admin.get("/admin/sync")
    looks = admin.text
    moved(company, app, "Bremen")
    admin.get("/admin/sync")

    assert "The schedule of Main LDAP rests" in rests
    assert f"Run {run_id} was taken back by run {run_id + 1}." in rests
    assert "The next run is a dry run, whichever you ask for." in rests
    assert f"Dry run {dry} says what would be done." in looks
    assert page.select_one(f".note a[href='/admin/sync/runs/{dry}']")
    assert "rests" not in admin.text


@pytest.mark.parametrize("mode", ["groups", "person"])
def test_a_small_run_does_not_hide_what_the_last_one_of_everybody_said(
    admin: Browser, app: Flask, mode: str
) -> None:
    with app.app_context(), transaction():
        whole = runs.start("directory:main", trigger="x", mode="full", reason="")
        runs.finish(whole, RunState.HELD, "three wait")
        small = runs.start("directory:main", trigger="x", mode=mode, reason="")
        runs.finish(small, RunState.DONE, "done")
    admin.get("/admin/sync")

    assert f"Run {whole} waits for your approval" in admin.text
