"""requirements/: what pyproject.toml asks for is pinned, by hash, once."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOR_TESTS = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]


@pytest.mark.parametrize(
    ("lock", "wanted"), [("runtime", PROJECT["dependencies"]), ("test", FOR_TESTS)]
)
def test_every_dependency_is_pinned_within_its_bounds(lock: str, wanted: list[str]) -> None:
    pins = _pins(lock)
    asked = [Requirement(each) for each in wanted]

    assert [each.name for each in asked if canonicalize_name(each.name) not in pins] == []
    assert [
        each.name for each in asked if pins[canonicalize_name(each.name)] not in each.specifier
    ] == []


@pytest.mark.parametrize("lock", ["build", "runtime", "test"])
def test_every_pin_has_its_hashes(lock: str) -> None:
    lines = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith((" ", "#")) and line]

    assert len(_pins(lock)) == len(pinned)


def test_tests_run_on_the_versions_that_run() -> None:
    assert _pins("runtime").items() - _pins("test").items() == set()
    built = _pins("build")
    shared = built.keys() & _pins("test").keys()
    assert {name: built[name] for name in shared} == {name: _pins("test")[name] for name in shared}


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    return {name: version for name, version, _hashes in PIN.findall(text)}
