"""Two records of different directories are put together, and a field falls through."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.duplicates.models import Merge
from lupweb.options.models import Option
from lupweb.profiles.document import origin_of_value
from tests.duplicates.conftest import person
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.falling import BOTH, SECOND, fall_through
from tests.sync.two_directories import a_company


def test_the_value_that_the_first_directory_has_not_is_taken_from_the_other_record(
    in_app: Flask, directory: FakeDirectory, put_together: Callable[..., Merge]
) -> None:
    company = a_company(directory)
    an_entry(company.main, "eve", "Eve")
    an_entry(company.second, "eve", "Eve", telephoneNumber=SECOND)
    with transaction():
        db.session.merge(Option(key="match_people_by", value={"value": ""}))
    fall_through()
    for key in BOTH:
        company.read(key)
    rows = select(Directory.key, Identity.person_id).join(Identity)
    named = dict(db.session.execute(rows.where(Identity.dn.startswith("uid=eve,"))).all())

    put_together(named["main"], named["second"])

    kept = person(named["main"])
    assert kept.document["values"]["phone"] == SECOND
    for key in BOTH:
        company.read(key)
    kept = person(named["main"])
    assert kept.document["values"]["phone"] == SECOND
    assert origin_of_value(kept.provenance, "phone")["directory"] == "second"
