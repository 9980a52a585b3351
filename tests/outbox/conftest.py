"""A company whose directory takes what people enter."""

import pytest
from flask import Flask

from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.outbox.company import make_company


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Ada, Ben and Cem, of a directory that takes four fields; Lea, whom no directory holds."""
    return companies.again(in_app, directory, make_company)
