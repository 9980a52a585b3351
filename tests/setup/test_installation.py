"""What ./lup installs into .venv, and when it does not."""

import time
from pathlib import Path

import pytest

from tests.setup.machine import Machine

WAITING_S = 10


def test_the_first_start_installs_by_hash_then_runs_the_command(machine: Machine) -> None:
    ran = machine.lup("people", "list", "--query", "a b", LUPWEB_EXIT="7")

    assert ran.stdout == "lupweb people list --query a b\n"
    assert ran.returncode == 7
    venv, build, runtime, lupweb = machine.installed()
    assert venv == "venv"
    assert build.endswith("--require-hashes -r requirements/build.txt")
    assert runtime.endswith("--require-hashes -r requirements/runtime.txt")
    assert lupweb.endswith("--no-build-isolation --no-deps --editable .")


def test_the_second_start_installs_nothing_and_says_nothing(machine: Machine) -> None:
    machine.lup("setup")
    machine.installed()

    ran = machine.lup("health")

    assert (ran.stdout, ran.stderr) == ("lupweb health\n", "")
    assert machine.installed() == []


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "requirements/build.txt", "requirements/runtime.txt"]
)
def test_a_changed_file_is_installed_into_the_same_venv(machine: Machine, name: str) -> None:
    machine.lup("setup")
    machine.installed()
    with (machine.checkout / name).open("a") as file:
        file.write("# changed\n")

    machine.lup("setup")

    assert len(machine.installed()) == 3


def test_tests_need_more_than_running(machine: Machine) -> None:
    machine.lup("setup")
    machine.installed()

    machine.lup("setup", "test")

    assert "requirements/test.txt" in machine.installed()[1]
    machine.lup("setup")
    assert machine.installed() == []


@pytest.mark.parametrize("step", ["build.txt", "runtime.txt", "--editable"])
def test_an_installation_that_stopped_half_way_is_made_anew(machine: Machine, step: str) -> None:
    stopped = machine.lup("health", PIP_FAILS_AT=step)
    machine.installed()

    ran = machine.lup("health")

    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert machine.installed()[0] == "venv"
    assert ran.stdout == "lupweb health\n"


def test_a_venv_without_its_python_is_made_anew(machine: Machine) -> None:
    machine.lup("setup")
    machine.installed()
    (machine.checkout / ".venv/bin/python").unlink()

    ran = machine.lup("health")

    assert machine.installed()[0] == "venv"
    assert ran.returncode == 0


def test_a_venv_that_was_moved_is_made_anew(machine: Machine) -> None:
    machine.lup("setup")
    machine.installed()
    machine.checkout = machine.checkout.rename(machine.folder / "moved")

    machine.lup("health")

    assert machine.installed()[0] == "venv"


def test_two_at_once_install_once(machine: Machine, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with machine.start("health", GATE=str(gate)) as first:
        _wait_until_installing(machine)
        with machine.start("health") as second:
            assert second.stderr
            assert "waiting" in second.stderr.readline()
            gate.touch()
            assert first.communicate(timeout=WAITING_S)[0] == "lupweb health\n"
            assert second.communicate(timeout=WAITING_S)[0] == "lupweb health\n"

    assert len(machine.installed()) == 4


def test_a_killed_installation_holds_up_nobody(machine: Machine, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with machine.start("health", GATE=str(gate)) as killed:
        _wait_until_installing(machine)
        killed.kill()
        gate.touch()
    machine.installed()

    ran = machine.lup("health")

    assert machine.installed()[0] == "venv"
    assert ran.stdout == "lupweb health\n"


def test_uv_installs_where_it_is_on_path(machine: Machine) -> None:
    machine.has("uv", '#!/bin/sh\necho "uv $*" >>"$LOG"\n')

    ran = machine.lup("health")

    _venv, *installed = machine.installed()
    assert [line.split()[:3] for line in installed] == [["uv", "pip", "install"]] * 3
    assert ran.stdout == "lupweb health\n"


def test_lup_works_through_a_link_from_any_folder(machine: Machine) -> None:
    machine.entry = machine.folder / "lupweb"
    machine.entry.symlink_to(machine.checkout / "lup")

    ran = machine.lup("health")

    assert ran.stdout == "lupweb health\n"
    assert (machine.checkout / ".venv/lup.runtime").exists()


def _wait_until_installing(machine: Machine) -> None:
    deadline = time.monotonic() + WAITING_S
    while "pip" not in machine.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
