"""What ./lup looks for before a bench begins."""

import pytest

from tests.setup.machine import Machine


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Return a machine on which lupweb was never started; it has no wrk."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    machine.has("apt-get")
    return machine


def test_pages_need_wrk(machine: Machine) -> None:
    ran = machine.lup("bench", "pages")

    assert ran.returncode == 3
    assert ran.stderr.rstrip().splitlines()[-1].split()[-1] == "wrk"


def test_other_benches_do_not_need_it(machine: Machine) -> None:
    assert machine.lup("bench", "search").stdout == "lupweb bench search\n"


@pytest.mark.parametrize("name", ["sync", "peer", "writeback"])
def test_reading_a_directory_needs_one(machine: Machine, name: str) -> None:
    machine.lacks("ldapsearch")

    ran = machine.lup("bench", name)

    assert ran.returncode == 3
    assert ran.stderr.rstrip().splitlines()[-1].split()[-1] == "ldap-utils"
