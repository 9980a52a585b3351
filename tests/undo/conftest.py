"""A directory of three people, read."""

import pytest
from flask import Flask

from tests.factories import a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada leads Ben; Cem has nobody."""
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", sn="Lovelace")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer")
    an_entry(directory, "cem", "Cem Groß")
    a_connection(directory)
    a_profile()
    a_run(directory)
    return directory
