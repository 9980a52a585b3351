"""Random histories against a real server, over a line that breaks (faults.md section 5).

What may happen is what may happen to the stand-in, and one thing more: values that people enter
are saved to the directory, by drains whose answers get lost.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import delete, select, update

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.sync import apply, phases
from lupweb.writeback import service as writeback
from lupweb.writeback.models import Breaker
from tests.factories import SECRET_KEY, SUFFIX
from tests.faults.ldif import record
from tests.servers.faultproxy import running_proxy
from tests.servers.samba import running_samba
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd
from tests.sync.happenings import WHO
from tests.sync.real_directory import ACCESS, RealDirectory
from tests.sync.samba_directory import SambaDirectory
from tests.sync.telling import histories
from tests.sync.test_histories import MODES, Histories
from tests.sync.world import World, present
from tests.writeback.world import enter

ROOM = "roomNumber"
ROOMS = st.sampled_from(["1.01", "2.02", "3.03", ""])
EMPTY = record(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "Example"})
NIS = "include /etc/ldap/schema/nis.schema"
OPEN = (OutboxState.CONFLICT, OutboxState.REJECTED, OutboxState.DEAD)


class RealHistories(Histories):
    """The same histories, of a server and an installation that are real."""

    directory: RealDirectory | SambaDirectory

    save_backup = put_back = None  # nobody puts the files of a server back while it runs

    def __init__(self, directory: RealDirectory | SambaDirectory) -> None:
        super().__init__()
        self.directory, self.server = directory, directory.server
        self.world = World(directory=directory)  # type: ignore[arg-type] # it has the same words

    @initialize()
    def begin(self) -> None:
        self.directory.proxy.heal()
        self.directory.make_empty()
        self.world.begin()
        with transaction():
            row = db.session.scalars(select(Directory)).one()
            self.directory.configure(row)
            row.writes = True
            define_field("desk", "Desk", category="work", source=Source.LDAP, attribute=ROOM)
            field = select(ProfileField).where(ProfileField.key == "desk")
            db.session.scalars(field).one().writes_back = True
        self.run_it("full")

    # What breaks.

    @rule(mode=MODES, answer=st.integers(1, 60))
    def run_over_a_bad_line(self, mode: str, answer: int) -> None:
        self.directory.proxy.cut_at_message(answer)
        self.checked(lambda: self.begin_run(mode, self.directory.connect))
        self.directory.proxy.heal()

    # What people enter, and drains.

    @rule(who=WHO, room=ROOMS)
    def save(self, who: int, room: str) -> None:
        found = [person for _entry, person in present().values() if person.state == "active"]
        person = found[who % len(found)]
        end_reading()
        if person.document["values"].get("desk", "") != room:
            enter(person.login, "desk", room)

    @rule(who=WHO, room=ROOMS)
    def change_room(self, who: int, room: str) -> None:
        self.directory.set(self.somebody(who).dn, ROOM, [room.encode()] if room else [])

    @rule(answer=st.integers(0, 12))
    def drain_over_a_bad_line(self, answer: int) -> None:
        if answer:
            self.directory.proxy.cut_at_message(answer)
        self.drain()
        self.directory.proxy.heal()

    def drain(self) -> None:
        """Save what waits, as if the time that it has to wait were over."""
        with transaction():
            db.session.execute(delete(Breaker))
            long_ago = clock.now() - timedelta(days=1)
            db.session.execute(update(OutboxMessage).values(not_before=long_ago))
        writeback.drain(1, secret_key=SECRET_KEY, connect=self.directory.connect)
        self.is_as_read = False

    def teardown(self) -> None:
        self.directory.proxy.heal()
        for _round in range(3):
            self.drain()
        super().teardown()
        check_rooms(self.world)


def check_rooms(world: World) -> None:
    """What was saved is in the directory, or is said to be in conflict or refused."""
    entries = world.in_scope()
    told = {
        each.person_id for each in db.session.scalars(select(OutboxMessage)) if each.state in OPEN
    }
    waiting = select(OutboxMessage.state).where(
        OutboxMessage.state.in_([OutboxState.QUEUED, OutboxState.WAITING, OutboxState.UNKNOWN])
    )
    assert list(db.session.scalars(waiting)) == []
    for unique_id, (_identity, person) in present().items():
        is_gone = person.state == PersonState.MISSING or unique_id not in entries
        if is_gone or person.id in told:
            continue
        there = [each.decode() for each in entries[unique_id].values.get(ROOM, [])]
        assert [person.document["values"].get("desk", "")] == (there or [""]), person.login


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    require_slapd()
    with running_slapd(
        tmp_path_factory.mktemp("slapd"),
        EMPTY,
        suffix=SUFFIX,
        extra_config=NIS,
        database_config=ACCESS,
    ) as server:
        yield server


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (9, 5, 3))
    monkeypatch.setattr(apply, "BLOCK", 4)


@pytest.fixture
def directory(running: RunningSlapd, _small_steps: None) -> Iterator[RealDirectory]:
    with running_proxy(running.uri) as proxy:
        real = RealDirectory(running, proxy)
        yield real
        real.close()


@pytest.mark.usefixtures("in_app")
def test_whatever_happens_every_value_is_the_servers_or_is_told_to_be_open(
    directory: RealDirectory, tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(lambda: RealHistories(directory), tmp_path, sqlite_with_tables, usually=1)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_every_value_is_that_of_active_directory_or_is_told_to_be_open(
    tmp_path: Path, sqlite_with_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It names entries otherwise, counts changes, moves no stamp of a renamed manager's people."""
    with (
        running_samba(tmp_path_factory.mktemp("samba")) as samba,
        running_proxy(samba.ldaps_uri.replace("ldaps://", "ldap://")) as proxy,
    ):
        real = SambaDirectory(samba, proxy)
        histories(lambda: RealHistories(real), tmp_path, sqlite_with_tables, usually=2, steps=20)
        real.close()
