"""A directory of five people, configured and mapped."""

import pytest
from flask import Flask

from tests.factories import a_connection, a_group, a_profile, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada leads Ben and Cem; Dea has no manager; Eve names a manager who is not there."""
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer")
    an_entry(directory, "cem", "Cem Groß", manager=ada, homePhone="+49 611 1")
    an_entry(directory, "dea", "Dea")
    an_entry(directory, "eve", "Eve", manager="uid=gone,ou=people,dc=example,dc=com")
    directory_id = a_connection(directory)
    a_group(directory, directory_id, "safety", ["ada"])
    a_profile()
    return directory
