"""Three people, a field that a file fills, and the file."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.desk import standing_of
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.sources.xml_file import import_file
from tests.factories import a_local_person

OLD_S = 3600
"""Age of a file that nobody is writing."""


def no_wait(seconds: float) -> None:
    """Fail: nothing was to be waited for."""
    pytest.fail(f"waited for {seconds} s")


@dataclass
class XmlFile:
    """The file and its import; `people` is what stands in it: login -> what is inside."""

    folder: Path
    people: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / "people.xml"

    def write(self, content: str | bytes) -> None:
        """Write the file, as if somebody had done so an hour ago."""
        raw = content.encode() if isinstance(content, str) else content
        self.path.write_bytes(raw)
        long_ago = time.time() - OLD_S
        os.utime(self.path, (long_ago, long_ago))

    def write_people(self) -> None:
        """Write the people as they stand here."""
        records = (
            f"<person><login>{login}</login>{inside}</person>"
            for login, inside in self.people.items()
        )
        self.write(f"<?xml version='1.0'?><people>{''.join(records)}</people>")

    def imported(self, **options: Any) -> Run:
        """Write the people, import them; return the run when it is over."""
        self.write_people()
        return self.imported_as_it_is(**options)

    def imported_as_it_is(self, **options: Any) -> Run:
        """Import whatever stands in the file."""
        given = {"trigger": "test", "wait": no_wait, **options}
        run_id = import_file(self.folder, **given)
        db.session.rollback()
        return runs.get_run(run_id)


@pytest.fixture
def xml(in_app: object, tmp_path: Path) -> XmlFile:
    """Ada, Ben and Cem; rooms come from the file."""
    for login in ("ada", "ben", "cem"):
        a_local_person(login)
    with transaction():
        define_field("room", "Room", category="work", source=Source.XML, attribute="room")
        set_option(XML_FILE, "people.xml")
    folder = tmp_path / "import"
    folder.mkdir()
    return XmlFile(folder, {"ada": "<room>1.01</room>", "ben": "<room>1.02</room>"})


def person(login: str) -> Person:
    """Return somebody as they are now."""
    db.session.rollback()
    return get_person(login)


def values(login: str) -> Mapping[str, str]:
    """Return the stored values of somebody."""
    return values_of(person(login).document)


def noted(run: Run) -> dict[str, str]:
    """Return what a run says of people: login -> sentence; "" is the run itself."""
    return {each.login: each.text for each in runs.problems(run.id)}


def is_locked(login: str, key: str = "room") -> bool:
    """Return whether a source holds a field of somebody, as the edit form is told."""
    return key in standing_of(person(login), list(load_layout().fields())).delivered


def adds_up(run: Run) -> bool:
    """Return whether the counters of a run do (sync.md section 16)."""
    parts = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")
    return run.counters.get("seen", 0) == sum(run.counters.get(each, 0) for each in parts)


def history() -> int:
    """Return how many values were changed so far."""
    return db.session.scalar(select(func.count()).select_from(History)) or 0


def everything() -> list[tuple[object, ...]]:
    """Return what is stored of people."""
    columns = (Person.id, Person.document, Person.provenance, Person.rev, Person.content_hash)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Person.id))]
