"""What is seen of a run while it works, with the script and without it."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.runs.models import Run
from lupweb.runs.states import FULL
from lupweb.sync import phases
from tests.browsing import Browser
from tests.factories import a_run
from tests.fakes import FakeDirectory

PAGE = "/admin/sync"
FOUND = {"new": 3, "changed": 41, "unchanged": 768}


@pytest.fixture
def at_work(app: Flask, company: FakeDirectory) -> int:
    """A run that has looked at 812 people."""
    with app.app_context(), transaction():
        lease = take("directory:main", "test")
        number = runs.start("directory:main", trigger="Greta", mode=FULL, reason="test")
        name_run(lease, number)
        runs.tell_progress(number, 812, 1070, FOUND)
    return number


def told(admin: Browser) -> str:
    found = admin.page.select_one("#active")
    assert found
    return " ".join(found.get_text(" ").split())


def test_new_changed_and_unchanged_are_told_while_a_run_works(at_work: int, admin: Browser) -> None:
    admin.get(PAGE)

    assert "3 new 41 changed 768 unchanged" in told(admin)
    assert admin.page.select_one("noscript meta[http-equiv=refresh]")
    admin.get(f"{PAGE}/runs/{at_work}")
    assert "41 changed" in told(admin)
    assert "found_" not in admin.text


def test_the_part_that_the_script_asks_for_tells_them_too(at_work: int, admin: Browser) -> None:
    admin.response = admin.client.get(f"{PAGE}/progress", headers={"HX-Request": "true"})

    assert "3 new 41 changed 768 unchanged" in told(admin)


def test_a_run_tells_what_it_has_found_before_it_writes(
    app: Flask, company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (1,))
    company.set("ada", "title", [b"Countess"])
    seen: list[Mapping[str, int]] = []
    tell = runs.tell_progress

    def heard(number: int, done: int, expected: int | None = None, found: Any = None) -> None:
        seen.append(found)
        tell(number, done, expected, found)

    monkeypatch.setattr(runs, "tell_progress", heard)
    with app.app_context():
        number = a_run(company)
        counters = db.session.get_one(Run, number).counters

    assert seen[0] == {"new": 0, "changed": 1, "unchanged": 0}
    assert seen[-1] == {"new": 0, "changed": 1, "unchanged": 2}
    assert not [key for key in counters if key.startswith("found_")]


def test_what_was_only_found_is_not_counted_when_a_run_is_interrupted(
    app: Flask, at_work: int, admin: Browser
) -> None:
    with app.app_context(), transaction():
        runs.cancel(at_work, by="Greta")

    admin.get(f"{PAGE}/runs/{at_work}")

    assert "41" not in admin.text.replace("/41", "")
