"""A fresh machine for each test."""

from pathlib import Path

import pytest

from tests.setup.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine on which lupweb was never started."""
    return Machine(tmp_path)
