"""./lup test: each step runs, each has its verdict, and the exit code is the verdict of all."""

import pytest

from tests.setup.machine import Machine


def test_a_run_without_faults_ends_with_a_summary_and_zero(machine: Machine) -> None:
    ran = machine.lup("test")

    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-5:] == [
        "format   ok",
        "lint     ok",
        "types    ok",
        "imports  ok",
        "tests    ok",
    ]


@pytest.mark.parametrize(
    ("tool", "steps"),
    [("ruff", ["format", "lint"]), ("mypy", ["types"]), ("lint-imports", ["imports"])],
)
def test_every_step_runs_although_an_early_one_fails(
    machine: Machine, tool: str, steps: list[str]
) -> None:
    ran = machine.lup("test", TOOL_FAILS=tool)

    assert ran.returncode == 1
    assert "pytest -q -n auto --dist loadscope\n" in ran.stdout
    failed = [line.split()[0] for line in ran.stdout.splitlines()[-5:] if "FAILED" in line]
    assert failed == steps


def test_failing_tests_fail_the_run(machine: Machine) -> None:
    ran = machine.lup("test", PYTEST_EXIT="1")

    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "tests    FAILED"


def test_arguments_go_to_pytest_as_they_are_and_the_checks_still_run(machine: Machine) -> None:
    ran = machine.lup("test", "-k", "a or b", "tests/sync")

    assert "pytest -q -n auto --dist loadscope -k a or b tests/sync\n" in ran.stdout
    assert "ruff check ." in ran.stdout
