"""X23, X29: wherever a process dies, the next drain finds what became of its work."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lupweb.app import create_app
from lupweb.audit.models import History
from lupweb.database import db, end_reading
from lupweb.outbox.states import OutboxState
from lupweb.writeback import carrying, service, settling
from tests.fakes import FakeDirectory
from tests.writeback.world import Clock, confirmed, drain, enter, held, message, person_of, state


class PowerCut(BaseException):
    """Nothing of this process goes on."""


def dying(before: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return what dies where it is called, behind what was called there before."""

    def die(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            before(*args, **kwargs)
        raise PowerCut

    return die


STEPS: dict[str, tuple[Any, str, bool]] = {
    "after_claim": (service._Taken, "bring", False),
    "after_read": (carrying, "what_is_held", False),
    "before_modify": (service._Pace, "wait", False),
    "after_modify": (FakeDirectory, "compare_and_set", True),
    "before_written_commit": (settling, "confirm", True),
    "after_written_commit": (service._Taken, "_write", True),
}


def history(login: str) -> list[tuple[str, str]]:
    rows = db.session.query(History).filter_by(person_id=person_of(login).id, field_key="position")
    found = [(row.old, row.new) for row in rows if row.old]
    end_reading()
    return found


@pytest.mark.parametrize("form", ["assertion", "values"])
@pytest.mark.parametrize("step", STEPS)
def test_x23_whatever_step_is_the_last_one_the_value_arrives_once(
    company: FakeDirectory, clock_of: Clock, step: str, form: str
) -> None:
    company.compare_by(form)
    place, name, is_behind = STEPS[step]
    number = enter("anna", "position", "Chef")
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(place, name, dying(getattr(place, name) if is_behind else None))
        with pytest.raises(PowerCut):
            drain(company)
    db.session.remove()

    clock_of.move(seconds=61)
    drain(company)

    assert state(number) is OutboxState.WRITTEN
    assert held(company, "anna", "title") == [b"Chef"]
    assert len(company.server.changing.changes) == 1
    assert confirmed("anna", "position") == "Chef"
    assert history("anna") == [("Cook", "Chef")]


def test_what_a_dead_process_may_have_sent_is_not_denied(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(FakeDirectory, "compare_and_set", dying(FakeDirectory.compare_and_set))
        with pytest.raises(PowerCut):
            drain(company)
    db.session.remove()
    company.set("anna", "title", [b"Waiter"])

    clock_of.move(seconds=61)
    drain(company)

    found = message(number)
    assert (found.state, found.found_value, found.maybe_applied) == ("conflict", "Waiter", True)


@pytest.mark.parametrize("copied", ["before_claim", "in_between", "after_written_commit"])
def test_x29_what_is_left_on_the_disk_after_a_power_cut_goes_on(
    in_app: Flask, company: FakeDirectory, tmp_path: Path, clock_of: Clock, copied: str
) -> None:
    """The file and its log are copied while they are in use; what was promised is in them."""
    number = enter("anna", "position", "Chef")
    if copied == "before_claim":
        _copy_files(tmp_path)
    with pytest.MonkeyPatch.context() as cut:
        if copied == "in_between":
            cut.setattr(settling, "confirm", lambda *_a, **_k: _copy_files(tmp_path))
        drain(company)
    if copied == "after_written_commit":
        _copy_files(tmp_path)
    db.session.remove()
    clock_of.move(seconds=61)

    settings = replace(in_app.extensions["lupweb"].settings, instance=tmp_path / "left")
    with create_app(settings).app_context():
        drain(company)
        assert state(number) is OutboxState.WRITTEN
        assert confirmed("anna", "position") == "Chef"
        assert history("anna") == [("Cook", "Chef")]
        db.session.remove()
        db.engine.dispose()
    assert held(company, "anna", "title") == [b"Chef"]
    assert len(company.server.changing.changes) == 1


def _copy_files(tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    for each in tmp_path.glob("lupweb.sqlite*"):
        shutil.copy(each, left)
