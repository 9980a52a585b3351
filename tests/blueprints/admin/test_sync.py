"""Synchronization in the browser, without a script: how it stands, every run, what was held."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.runs.models import Run
from lupweb.sync.service import perform
from tests.blueprints.admin.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import SECRET_KEY, a_run, an_entry
from tests.fakes import FakeDirectory

PART = {"HX-Request": "true"}


def start(admin: Browser, mode: str = "full", directory: str = "main") -> str:
    admin.get("/admin/sync")
    admin.post("/admin/sync/start", mode=mode, directory=directory)
    admin.get(admin.response.location)
    return admin.text


def newest(app: Flask) -> Run:
    with app.app_context():
        found = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert found
        db.session.expunge_all()
        return found


def at_work(app: Flask) -> int:
    with app.app_context(), transaction():
        lease = take("directory:main", "Ada")
        run_id = runs.start("directory:main", trigger="Ada", mode="full", reason="")
        name_run(lease, run_id)
        runs.tell_progress(run_id, 812, 1070)
    return run_id


def test_the_page_says_how_each_directory_stands_and_what_is_next(admin: Browser) -> None:
    admin.get("/admin/sync")

    assert "Main LDAP working" in admin.text or "Main LDAP some problems" in admin.text
    assert "every 15 minutes, UTC" in admin.text
    assert "every night at 01:11, UTC" in admin.text
    assert "Recent runs" in admin.text


def test_a_run_is_asked_for_and_whoever_asks_again_is_told(admin: Browser, app: Flask) -> None:
    first = start(admin)
    run = newest(app)
    again = start(admin)

    assert "1 run was asked for." in first
    assert (run.mode, str(run.state), run.trigger) == ("full", "queued", "admin")
    assert "1 run was asked for." in again, "it waits still, and is the same one"
    assert newest(app).id == run.id


def test_b106_a_run_that_works_already_is_told_with_who_started_it(
    admin: Browser, app: Flask
) -> None:
    run_id = at_work(app)

    assert f"Run {run_id} is at work already, started by Ada." in start(admin)
    assert newest(app).id == run_id


def test_b110_in_read_only_mode_nothing_is_asked_for(admin: Browser, app: Flask) -> None:
    admin.get("/admin/sync")
    token, before = admin.token, newest(app).id
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)
    admin.client.post("/admin/sync/start", data={"csrf_token": token, "mode": "full"})
    admin.get("/admin/sync")

    assert newest(app).id == before
    assert "The site is in read-only mode." in admin.text
    assert not admin.page.select("button[name=mode]")


def test_a_run_pauses_goes_on_and_stops(admin: Browser, app: Flask) -> None:
    start(admin)
    path = f"/admin/sync/runs/{newest(app).id}"
    states = []
    for action in ("pause", "continue", "stop", "stop"):
        admin.get("/admin/sync")
        admin.post(f"{path}/{action}")
        states.append((admin.response.status_code, str(newest(app).state)))

    assert states == [
        (303, "paused"), (303, "queued"), (303, "cancelled"), (403, "cancelled"),
    ]  # fmt: skip
    assert "Cancelled by admin" in newest(app).message


def test_a_run_that_works_is_only_asked_to_stop(admin: Browser, app: Flask) -> None:
    run_id = at_work(app)
    admin.get("/admin/sync")
    shown = admin.text
    admin.post(f"/admin/sync/runs/{run_id}/stop")
    admin.get("/admin/sync")

    assert "812 of about 1,070 people" in shown
    assert str(newest(app).state) == "stopping"
    assert "stops as soon as this block is written" in admin.text
    assert "What was written stays." in admin.text


def test_progress_renews_itself_until_nothing_works_and_then_says_how_it_ended(
    admin: Browser, app: Flask
) -> None:
    run_id = at_work(app)
    page = admin.get("/admin/sync")
    active = page.select_one("#active[hx-get]")
    assert active
    assert page.select_one("noscript")
    with app.app_context(), transaction():
        runs.finish(run_id, runs.RunState.DONE, "2 changed of 4 people seen.", {"seen": 4})
    answer = admin.client.get(str(active["hx-get"]), headers=PART).get_data(as_text=True)

    assert "2 changed of 4 people seen." in answer
    assert "hx-get" not in answer
    assert admin.client.get("/admin/sync/progress").status_code == 302


def test_counters_add_up_before_the_eyes_of_the_reader(admin: Browser, app: Flask) -> None:
    admin.get(f"/admin/sync/runs/{newest(app).id}")
    said = re.search(r"counted once: (.*?) failed", admin.text)
    seen = admin.page.select_one(".stat b")

    assert said
    assert seen
    assert sum(map(int, re.findall(r"\d+", said[1]))) == int(seen.get_text())


def test_a_run_tells_how_its_time_was_spent(admin: Browser, app: Flask) -> None:
    page = admin.get(f"/admin/sync/runs/{newest(app).id}")
    told = next(each for each in page.select("details") if "time was spent" in each.text)

    assert "Reading and comparing people" in told.text
    assert "Pages of entries1Questions" in told.text


def test_a_run_lists_whom_it_changed_and_keeps_what_the_reader_may_not_see(
    admin: Browser, as_person: Callable[[str], Browser], company: FakeDirectory, app: Flask
) -> None:
    company.set("ben", "homePhone", [b"ZQX-ANOTHER-8"])
    company.set("ben", "l", [b"Hamburg"])
    with app.app_context():
        run_id = a_run(company)
    page = admin.get(f"/admin/sync/runs/{run_id}?show=people")

    assert page.select_one("del, ins")
    assert "Hamburg" in admin.text
    assert "ZQX-" not in str(page)
    assert "Values that you may not see are left out" in admin.text


def test_problems_are_listed_by_person_and_quote_no_restricted_value(
    admin: Browser, app: Flask
) -> None:
    with app.app_context():
        run_id = runs.start("directory:main", trigger="x", mode="full", reason="")
        with transaction():
            run_id = runs.start("directory:main", trigger="x", mode="full", reason="")
            runs.note_problem(run_id, "“ask Ada” is no number.", login="SAM", field="phone")
            runs.note_problem(run_id, f"“{CANARY}” is no number.", login="ben", field="emergency")
            runs.note_problem(run_id, f"“{CANARY}” fits nothing.", login="ben", field="gone")
            runs.finish(run_id, runs.RunState.PARTIAL, "")
    page = admin.get(f"/admin/sync/runs/{run_id}?show=problems")

    assert "Sam Safe Field: Phone “ask Ada” is no number." in admin.text
    assert CANARY not in str(page)
    assert page.select_one("a[href*='/admin/diagnosis?person=id:']")


def test_a_run_that_waits_says_so_once_and_an_empty_list_has_no_pages(
    admin: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        waiting = runs.request("directory:main", trigger="Ada", mode="full", reason="")

    page = admin.get(f"/admin/sync/runs/{waiting}")

    assert [each.get_text(strip=True) for each in page.select(".badge")].count("waits") == 1
    assert "0 to 0 of 0" not in admin.text
    assert not page.select(".pager")


def test_runs_are_narrowed_and_paged(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        for number in range(60):
            state = runs.RunState.FAILED if number % 2 else runs.RunState.DONE
            runs.finish(
                runs.start("directory:main", trigger="x", mode="full", reason=""), state, "said"
            )
    admin.get("/admin/sync/runs", went="bad")
    failed = len(admin.page.select("tbody tr"))
    admin.get("/admin/sync/runs", page="2")
    second = len(admin.page.select("tbody tr"))
    admin.get("/admin/sync/runs", subject="nothing", page="-1")

    assert (failed, second) == (30, 11)
    assert "There is no run like this." in admin.text


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999", "-1", "x"])
def test_b89_a_run_that_is_not_there_is_not_found(admin: Browser, number: str) -> None:
    admin.get(f"/admin/sync/runs/{number}")

    assert admin.response.status_code == 404


def test_only_administrators_come_here(as_person: Callable[[str], Browser]) -> None:
    ben = as_person("ben")
    for path in ("/admin/sync", "/admin/sync/runs", "/admin/sync/runs/1", "/admin/sync/schedule"):
        ben.get(path)
        assert ben.response.status_code == 403


def test_pages_need_as_many_queries_for_many_runs_as_for_few(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    counts: list[list[int]] = []
    for names in (["one"], [f"more{number}" for number in range(9)]):
        for name in names:
            an_entry(company, name, telephoneNumber="no number")
        start(admin)
        run = newest(app)
        with app.app_context():
            perform(run.id, secret_key=SECRET_KEY, connect=company.connect)
        counts.append([])
        for path in ("", "/runs", f"/runs/{run.id}", f"/runs/{run.id}?show=problems"):
            with counted_queries() as sent:
                admin.get(f"/admin/sync{path}")
            counts[-1].append(len(sent))

    assert counts[0] == counts[1]
