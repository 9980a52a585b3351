"""What ./lup says where something of the system is missing: what to install, and exit code 3."""

import pytest

from tests.setup.machine import TOOL, Machine

OLD_PYTHON = {"PYTHON_TOO_OLD": "1"}
SUDO = "    sudo apt-get install --no-install-recommends "


@pytest.mark.parametrize(
    ("lacking", "packages"),
    [
        ({"NO_HEADER": "<ldap.h>"}, "libldap2-dev"),
        ({"NO_HEADER": "<sasl/sasl.h>"}, "libsasl2-dev"),
        (OLD_PYTHON, "python3 python3-venv python3-dev"),
    ],
)
def test_an_ordinary_user_gets_one_line_for_sudo(
    machine: Machine, lacking: dict[str, str], packages: str
) -> None:
    machine.has("apt-get")

    ran = machine.lup("up", **lacking)

    assert ran.returncode == 3
    assert [line for line in ran.stderr.splitlines() if "sudo" in line] == [SUDO + packages]
    assert ran.stdout == ""
    assert machine.installed() == []


def test_everything_that_is_missing_is_named_at_once(machine: Machine) -> None:
    machine.has("apt-get")
    machine.lacks("ldapsearch")

    ran = machine.lup("demo", NO_HEADER="<ldap.h>")

    assert SUDO + "libldap2-dev ldap-utils" in ran.stderr.splitlines()


def test_a_python_that_apt_offers_under_another_name_is_named_so(machine: Machine) -> None:
    machine.has("apt-get")
    machine.has(
        "apt-cache",
        "#!/bin/sh\n"
        'case "$2" in\n'
        "    python3) echo '  Candidate: 3.10.6-1~22.04' ;;\n"
        "    python3.11) echo '  Candidate: 3.11.0~rc1-1~22.04' ;;\n"
        "    *) echo '  Candidate: (none)' ;;\n"
        "esac\n",
    )

    ran = machine.lup("up", **OLD_PYTHON)

    assert SUDO + "python3.11 python3.11-venv python3.11-dev" in ran.stderr.splitlines()


def test_without_apt_the_names_for_fedora_and_homebrew_are_given(machine: Machine) -> None:
    machine.lacks("ldapsearch")

    ran = machine.lup("demo", NO_HEADER="ldap.h")

    assert ran.returncode == 3
    assert "sudo dnf install openldap-devel openldap-clients" in ran.stderr
    assert "brew install openldap" in ran.stderr


@pytest.mark.parametrize("command", ["up", "serve", "worker", "scheduler", "health"])
def test_serving_needs_no_directory_server(machine: Machine, command: str) -> None:
    machine.lacks("ldapsearch")

    assert machine.lup(command).stdout == f"lupweb {command}\n"


def test_a_python_that_is_on_path_but_does_not_run_is_passed_over(machine: Machine) -> None:
    (machine.tools / "python3.13").rename(machine.tools / "python3")
    machine.has("python3.13", "#!/bin/sh\nexit 127\n")

    assert machine.lup("health").stdout == "lupweb health\n"


def test_setup_refuses_what_it_does_not_know(machine: Machine) -> None:
    ran = machine.lup("setup", "everything")

    assert ran.returncode == 2
    assert "everything" in ran.stderr


def test_a_missing_browser_is_one_line_and_no_failure(machine: Machine) -> None:
    machine.lacks("chromium")

    ran = machine.lup("test")

    lines = [line for line in ran.stderr.splitlines() if "Chromium" in line]
    assert len(lines) == 1
    assert "skipped" in lines[0]
    assert ran.returncode == 0


def test_what_is_there_is_not_mentioned(machine: Machine) -> None:
    machine.has("chromium", TOOL)

    assert "Chromium" not in machine.lup("test").stderr
