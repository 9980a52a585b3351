"""A company in two directories whose telephone numbers fall through from one to the other."""

from typing import Any

from lupweb.database import end_reading
from lupweb.people.queries import get_person
from lupweb.profiles.document import origin_of_value
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.two_directories import a_company, keep_second, take_from, value_of

FIRST, SECOND = "+49 611 1", "+49 611 2"
BOTH = ("main", "second")
FALLING = "falling"
"""The name under which the company is kept."""


def fall_through(key: str = "phone", **settings: Any) -> None:
    """Let a field fall through, as an administrator does."""
    take_from(settings.pop("directory", ""), key, fall_through=True, **settings)


def make_falling_company(main: FakeDirectory) -> None:
    """Read both: Ada's number is in both directories, that of Eve in the second alone."""
    company = a_company(main)
    an_entry(company.main, "eve", "Eve")
    an_entry(company.second, "eve", telephoneNumber=SECOND)
    for number in range(4):  # so that one person who differs is not most of them
        an_entry(company.main, f"mine{number}")
        an_entry(company.second, f"more{number}")
    fall_through()
    company.read("main")
    company.read("second")
    keep_second(company, FALLING)


def phone(login: str) -> tuple[str, str]:
    """Return the number of somebody, and the directory that it comes from."""
    value = value_of(login)
    origin = origin_of_value(get_person(login).provenance, "phone") if value else {}
    return value, origin.get("directory", "")


def number_of(login: str) -> int:
    """Return the number of a person."""
    found = get_person(login).id
    end_reading()
    return found
