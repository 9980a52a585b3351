"""A small company that has been read, and somebody who asks why a value is not there."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.diagnosis.findings import Explanation
from lupweb.diagnosis.service import Outside, explain
from tests.factories import SECRET_KEY, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory

Ask = Callable[..., Explanation]


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada leads Ben; Eve names a manager who is not there; only Sam reads emergency contacts."""
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer", homePhone="ZQX-7")
    an_entry(directory, "sam", "Sam Safe", manager=ada)
    an_entry(directory, "eve", "Eve", manager="uid=gone,ou=people,dc=example,dc=com")
    directory_id = a_connection(directory)
    a_group(directory, directory_id, "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    a_run(directory)
    return directory


@pytest.fixture
def why(company: FakeDirectory) -> Ask:
    """Asks why a value is not there; the directory is asked unless `live` is False."""

    def ask(
        login: str,
        key: str,
        *,
        viewer: Viewer = OPERATOR,
        as_viewer: Viewer | None = None,
        live: bool = True,
        read_only: bool = False,
    ) -> Explanation:
        connect = company.connect if live else None
        outside = Outside(SECRET_KEY, connect, read_only)
        return explain(viewer, login, key, as_viewer=as_viewer, outside=outside)

    return ask
