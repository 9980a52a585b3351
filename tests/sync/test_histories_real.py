"""Random histories against a real server, over a line that breaks (faults.md section 5).

What may happen is what may happen to the stand-in, and one thing more: values that people enter
are saved to the directory, by drains whose answers get lost.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from lupweb.directories.models import Directory
from lupweb.sync import apply, phases
from tests.factories import SUFFIX
from tests.faults.ldif import record
from tests.servers.faultproxy import running_proxy
from tests.servers.samba import running_samba
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd
from tests.sync.busy import Busy
from tests.sync.real_directory import ACCESS, RealDirectory
from tests.sync.samba_directory import SambaDirectory
from tests.sync.telling import histories
from tests.sync.test_histories import MODES
from tests.sync.world import World

EMPTY = record(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "Example"})
NIS = "include /etc/ldap/schema/nis.schema"


class RealHistories(Busy):
    """The same histories, of a server and an installation that are real."""

    directory: RealDirectory | SambaDirectory

    put_back = None  # nobody puts the files of a server back while it runs

    def save_backup(self) -> None:
        """Nobody copies them either."""

    def __init__(self, directory: RealDirectory | SambaDirectory) -> None:
        super().__init__()
        self.directory, self.server = directory, directory.server
        self.directory.watch(self.steps.asked)
        self.world = World(directory=directory)  # type: ignore[arg-type] # it has the same words

    @initialize()
    def begin(self) -> None:
        self.directory.proxy.heal()
        self.directory.make_empty()
        super().begin()

    def set_up(self, row: Directory) -> None:
        self.directory.configure(row)
        super().set_up(row)

    # What breaks.

    @rule(mode=MODES, answer=st.integers(1, 60))
    def run_over_a_bad_line(self, mode: str, answer: int) -> None:
        self.directory.proxy.cut_at_message(answer)
        self.checked(lambda: self.begin_run(mode, self.directory.connect))
        self.directory.proxy.heal()

    @rule(answer=st.integers(0, 12))
    def drain_over_a_bad_line(self, answer: int) -> None:
        if answer:
            self.directory.proxy.cut_at_message(answer)
        self.drain()
        self.directory.proxy.heal()

    def heal(self) -> None:
        self.directory.proxy.heal()
        super().heal()


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
