"""An upgrade that breaks off, and processes of two versions beside one database (X37)."""

import random
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.errors import OtherVersion
from lupweb.jobs import PERFORM
from lupweb.jobs.scheduler import Scheduler
from lupweb.jobs.worker import RegisteredJob
from lupweb.notices import machine
from lupweb.runs import service as runs
from lupweb.runs.states import RunState
from lupweb.tables import is_of_other_version, schema_is_current
from tests.browsing import Browser
from tests.databases import both_databases
from tests.test_schema import COMPARED

PASSWORD = "an administrator's password"
SEED = 37
TIMES = 4
Usage = namedtuple("Usage", "total used free")


class PowerCut(BaseException):
    """What ends a process in the middle of a statement."""


class Cut:
    """Ends whatever is sent to a database at one statement."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, *_told: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise PowerCut


def upgrade_cut_at(number: int) -> bool:
    """Upgrade, and break off at a statement; return whether there were so many."""
    cut = Cut(number)
    event.listen(Engine, "before_cursor_execute", cut)
    try:
        upgrade()
    except PowerCut:
        return True
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
        db.session.remove()
    return False


@both_databases
def test_x37_an_upgrade_that_broke_off_anywhere_is_simply_done_again(in_app: Flask) -> None:
    at_random = random.Random(SEED)  # noqa: S311 - not for secrets
    downgrade(revision="base")
    for _time in range(TIMES):
        assert upgrade_cut_at(at_random.randint(5, 120))
        assert not schema_is_current()

    upgrade()

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, db.metadata) == []
    assert schema_is_current()


@pytest.fixture
def upgraded_beside(in_app: Flask) -> Iterator[Flask]:
    """A site whose database somebody has brought to a version that this process does not know."""
    with transaction():
        create_admin("admin", PASSWORD)
        run_id = runs.request("directory:main", trigger="button", mode="full", reason="")
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    in_app.config["run_id"] = run_id
    yield in_app
    with transaction():
        db.session.execute(text("DELETE FROM alembic_version"))


def test_x37_what_is_sent_is_refused_with_a_sentence_and_pages_are_still_shown(
    upgraded_beside: Flask,
) -> None:
    browser = Browser(upgraded_beside.test_client())

    browser.get("/login")
    assert browser.response.status_code == 200
    browser.post("/login", username="admin", password=PASSWORD)

    assert browser.response.status_code == 503
    assert "is being brought to another version" in browser.text


def test_x37_a_worker_leaves_the_work_where_it_is(upgraded_beside: Flask) -> None:
    job = RegisteredJob.create(PERFORM, connection=Redis(), serializer=JSONSerializer)

    with pytest.raises(OtherVersion):
        job.perform()

    assert runs.get_run(upgraded_beside.config["run_id"]).state is RunState.QUEUED


def test_x37_the_scheduler_waits_until_the_versions_agree(upgraded_beside: Flask) -> None:
    scheduler = Scheduler(upgraded_beside)
    scheduler.turn()
    db.session.rollback()
    assert runs.get_run(upgraded_beside.config["run_id"]).state is RunState.QUEUED

    (told,) = machine.machine_troubles(Path(upgraded_beside.instance_path))
    assert "another version" in str(told.text)


def test_x28_little_room_is_told_with_the_path_and_what_is_free(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(in_app.instance_path)
    assert machine.machine_troubles(folder) == []

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(9**9, 9**9, 12_345_678))

    (told,) = machine.machine_troubles(folder)
    assert "12 MB" in str(told.text)
    assert str(folder) in str(told.text)
    assert not is_of_other_version()
