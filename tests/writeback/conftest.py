"""A site that saves to its directory."""

import pytest
from flask import Flask

from lupweb import clock
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.writeback.world import Clock, a_company


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Two people whose fields are saved to the directory that supplies them."""
    return companies.again(in_app, directory, a_company)


@pytest.fixture
def clock_of(company: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time, which moves as the test says."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved.now)
    return moved
