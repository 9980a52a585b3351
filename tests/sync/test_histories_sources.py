"""Whatever happens to all sources at once: every value is that of its source (faults.md section 5).

Two directories in their order, the other LDAP and the XML file, with crashes and broken lines.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from lupweb.database import db, transaction
from lupweb.runs import recovery
from lupweb.runs.states import RunState
from lupweb.sources import xml_file
from lupweb.sources.delivery import Delivery
from lupweb.sync import apply, phases, service
from lupweb.sync.records import record
from tests.factories import SECRET_KEY
from tests.sync.interrupting import Died, let_leases_run_out
from tests.sync.observing import PARTS
from tests.sync.sources_world import KEYS, LOGINS, SourcesWorld, shown, shown_people, ties
from tests.sync.telling import histories
from tests.sync.test_histories import dying

STEPS = 15
WHO = st.sampled_from(LOGINS)
WORDS = st.sampled_from(["+49 1", "+49 2", "", "word"])
SOURCES = st.sampled_from([*KEYS, "file"])
ENDED_WELL = {"done", "partial", "held"}
DEATHS = st.sampled_from(
    [(apply.Writer, "_write_block"), (phases, "read_groups"), (Delivery, "_write_block")]
)


class SourceHistories(RuleBasedStateMachine):
    """What may happen to the sources, and to the installation that reads them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.world = SourcesWorld(folder)

    @initialize()
    def begin(self) -> None:
        self.world.begin()
        for key in (*KEYS, "file"):
            self.run_it(key, "full")

    # What happens outside.

    @rule(key=st.sampled_from(KEYS), who=WHO, name=st.sampled_from(["telephoneNumber", "title"]),
          word=WORDS)  # fmt: skip
    def change(self, key: str, who: str, name: str, word: str) -> None:
        if self.world.entry(key, who):
            self.world.servers[key].set(who, name, [word.encode()] if word else [])

    @rule(key=st.sampled_from(KEYS), who=WHO)
    def come_or_go(self, key: str, who: str) -> None:
        self.world.come_or_go(key, who)

    @rule(who=WHO, word=st.sampled_from(["B-1", "B-2", "", None]))
    def change_file(self, who: str, word: str | None) -> None:
        self.world.file[who] = word

    @rule()
    def change_order(self) -> None:
        self.world.change_order()

    # What is run.

    @rule(key=SOURCES, mode=st.sampled_from(["changes", "full"]))
    def run_it(self, key: str, mode: str) -> None:
        self.ended(key, mode)

    def ended(self, key: str, mode: str) -> str:
        """Run a source, and release what it held; return the state of the run."""
        before, tied = set(shown()), ties()
        document = record(self.world.read(key, mode))
        assert document["seen"] == sum(document[part] for part in PARTS), document
        assert not self.world.wrongly_hidden(tied), "hidden although they are there"
        if key in {"other", "file"}:
            assert set(shown()) == before, "a source of values alone neither makes nor hides"
        if document["state"] == "held":
            self.approve(int(document["run"]))
        return str(document["state"])

    def approve(self, run_id: int) -> None:
        service.approve(run_id)

    @rule(
        key=st.sampled_from(KEYS), mode=st.sampled_from(["changes", "full"]), page=st.integers(1, 3)
    )
    def run_over_a_line_that_breaks(self, key: str, mode: str, page: int) -> None:
        self.world.servers[key].fail_at_page(page)
        self.run_it(key, mode)
        self.world.servers[key].fail_at_page(0)

    @rule(key=SOURCES, mode=st.sampled_from(["changes", "full"]), place=DEATHS,
          after=st.integers(0, 2), is_done=st.booleans())  # fmt: skip
    def die(self, key: str, mode: str, place: tuple[Any, str], after: int, is_done: bool) -> None:
        with dying(*place, after, is_done=is_done):
            try:
                self.world.read(key, mode)
            except Died:
                db.session.rollback()
        let_leases_run_out()
        self.recover()

    def recover(self) -> None:
        for run_id in recovery.dead_runs():
            with transaction():
                again = recovery.start_again(run_id)
            if again is None:
                continue
            if record(again)["directory"] == "xml":
                xml_file.perform(again, self.world.folder, wait=lambda _seconds: None)
            else:
                service.perform(again, secret_key=SECRET_KEY, connect=self.world.connect)
            if RunState(record(again)["state"]) is RunState.HELD:
                self.approve(again)

    def teardown(self) -> None:
        if not shown():
            return
        for _round in range(2):  # who comes with the second directory is filled by the others after
            ended = {key: self.ended(key, "full") for key in (*KEYS, "file")}
        assert set(ended.values()) <= ENDED_WELL | {"refused"}, ended
        check_everybody(self.world, is_imported=ended["file"] in ENDED_WELL)


def check_everybody(world: SourcesWorld, *, is_imported: bool) -> None:
    """Everybody whom a directory has is shown, once, with the values of each source."""
    people = shown()
    assert len(people) == len(shown_people()), "somebody is shown twice"
    assert set(people) == {who for who in LOGINS if world.wanted(who)}
    for login, person in people.items():
        values = person.document["values"]
        wanted = world.wanted(login)
        if not is_imported:
            wanted.pop("badge", None)
        differing = {
            key: (value, values.get(key, ""))
            for key, value in wanted.items()
            if value != values.get(key, "")
        }
        assert not differing, f"{login}: wanted, stored: {differing}"


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (5, 4, 3))
    monkeypatch.setattr(apply, "BLOCK", 3)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_to_all_sources_every_value_is_that_of_its_source(
    tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(
        lambda: SourceHistories(tmp_path), tmp_path, sqlite_with_tables, usually=60, steps=STEPS
    )
