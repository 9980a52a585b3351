"""Why a value that should name somebody names nobody: said in each run (sync.md section 8)."""

import pytest
from flask import Flask

from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.two_directories import Company, a_company


@pytest.fixture
def both(in_app: Flask, directory: FakeDirectory) -> Company:
    """Two directories; Ada stands in both, Ben in the first, Cem in the second."""
    return a_company(directory)


def why(company: Company, login: str, manager: str) -> str:
    """Let somebody of the second directory name a manager; return what a run says of that."""
    an_entry(company.second, login, manager=manager)
    errors = company.read("second")["errors"]
    return next((each["text"] for each in errors if each["login"] == login), "")


def test_an_entry_that_is_not_read_is_nobody_known(both: Company) -> None:
    assert "not among those that are read" in why(both, "eve", "uid=x,ou=rooms,dc=example,dc=com")


def test_what_is_neither_a_dn_nor_a_login_is_called_so(both: Company) -> None:
    assert "it is no DN" in why(both, "eve", "The boss")


def test_a_person_of_another_directory_is_named_by_no_dn(both: Company) -> None:
    both.read("main")
    assert "a person of another directory" in why(
        both, "eve", "uid=ben,ou=people,dc=example,dc=com"
    )


def test_who_was_deleted_is_no_longer_there(both: Company) -> None:
    both.read("second")
    both.second.delete("cem")
    assert "no longer among the people" in why(both, "eve", "uid=cem,ou=people,dc=example,dc=com")


def test_who_is_known_is_no_problem(both: Company) -> None:
    both.read("second")
    assert why(both, "eve", "uid=cem,ou=people,dc=example,dc=com") == ""
