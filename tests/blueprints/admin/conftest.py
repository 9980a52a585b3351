"""A small company with a restricted category, looked at by its administrator."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from tests.browsing import Browser
from tests.factories import PASSWORD, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies

CANARY = "ZQX-SECRET-7"
ADMIN_PASSWORD = "an administrator's password"


def _make_company(directory: FakeDirectory) -> None:
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", l="Porto")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer", homePhone=CANARY)
    an_entry(directory, "sam", "Sam Safe", manager=ada, telephoneNumber="ask Ada")
    directory_id = a_connection(directory)
    a_group(directory, directory_id, "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    a_run(directory)
    with transaction():
        create_admin("admin", ADMIN_PASSWORD)


@pytest.fixture
def company(app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Ada leads Ben; Sam is the safety officer; only safety officers see first aid."""
    return companies.again(app, directory, _make_company)


@pytest.fixture
def as_person(company: FakeDirectory, browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """Signs a person in."""
    return lambda login: browser().sign_in(login, PASSWORD)


@pytest.fixture
def admin(company: FakeDirectory, browser: Callable[[], Browser]) -> Browser:
    """The browser of the local administrator."""
    return browser().sign_in("admin", ADMIN_PASSWORD)
