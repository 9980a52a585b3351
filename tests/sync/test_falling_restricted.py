"""What entries offer is kept for one meaning of a field: it is not told under another one."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Identity
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.sync.falling import (
    BOTH,
    FALLING,
    FIRST,
    SECOND,
    fall_through,
    make_falling_company,
    phone,
)
from tests.sync.two_directories import Company, kept_second, take_from, value_of


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada's number is in both directories, that of the first counts."""
    return Company(companies.again(in_app, directory, make_falling_company), kept_second(FALLING))


def offered() -> set[str]:
    db.session.rollback()
    return {str(each) for each in db.session.scalars(select(Identity.offers))}


def test_a_field_of_another_attribute_has_no_offers_of_the_one_before(company: Company) -> None:
    assert phone("ada") == (FIRST, "main")
    company.second.set("ada", "homePhone", [])

    take_from("", "phone", attribute="homePhone")
    assert offered() == {"{}"}
    company.read("main")

    assert phone("ada") == ("", "")


def test_nor_has_a_field_of_another_type(company: Company) -> None:
    company.second.set("eve", "homePhone", [b"0611"])
    fall_through("emergency")
    for key in BOTH:
        company.read(key)
    assert any("emergency" in each for each in offered())

    take_from("", "emergency", type="date")
    company.read("main")

    assert value_of("eve", "emergency") == ""


def test_a_field_that_gets_its_attribute_back_is_read_again(company: Company) -> None:
    for attribute in ("homePhone", "telephoneNumber"):
        take_from("", "phone", attribute=attribute)
    for key in BOTH:
        company.read(key, "auto")

    assert (phone("ada"), phone("eve")) == ((FIRST, "main"), (SECOND, "second"))
