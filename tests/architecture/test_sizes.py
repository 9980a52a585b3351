"""Modules stay small enough to be read at once, and carry a noun of the domain as their name."""

from pathlib import Path

import pytest

from tests.architecture.source import ROOT, modules

LONGEST = 300
LONGEST_CONFTEST = 150

# path from the root -> why it may be longer
LONGER: dict[str, str] = {
    "lupweb/schema/versions/0001_people_directory.py": "generated: one table after the other",
    "tests/embedded/test_slapd.py": "one server, every way in which it is started",
    "tests/embedded/test_supervisor.py": "real processes, every way in which they end",
}

# Names by which nobody finds anything; the second set says where one of them is a noun.
EMPTY_NAMES = {
    "common", "core", "forms", "helper", "helpers", "manager", "managers", "misc", "routes",
    "tasks", "util", "utils",
}  # fmt: skip
NAMED_ON_PURPOSE = {"lupweb/web/forms.py"}


@pytest.mark.parametrize("module", modules("lupweb", "tests"))
def test_a_module_can_be_read_at_once(module: str) -> None:
    longest = LONGEST_CONFTEST if Path(module).name == "conftest.py" else LONGEST
    lines = len((ROOT / module).read_text(encoding="utf-8").splitlines())

    assert lines <= longest or module in LONGER


def test_every_exception_is_still_needed() -> None:
    lengths = {
        module: len((ROOT / module).read_text(encoding="utf-8").splitlines()) for module in LONGER
    }

    assert {module for module, lines in lengths.items() if lines <= LONGEST} == set()


def test_a_name_says_what_is_inside() -> None:
    named = {
        module
        for module in modules("lupweb", "tests")
        if EMPTY_NAMES & set(Path(module).with_suffix("").parts)
    }

    assert named - NAMED_ON_PURPOSE == set()
