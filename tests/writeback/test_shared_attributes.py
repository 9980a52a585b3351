"""What is made of an attribute beside the field that was saved follows with the next run."""

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.sync.service import run
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.writeback.world import confirmed, drain, enter, person_of


def read_changes(company: FakeDirectory) -> None:
    run("main", secret_key=SECRET_KEY, connect=company.connect, trigger="test", mode="changes")


def stamp_of(login: str) -> str:
    rows = select(Identity.stamp).where(Identity.person_id == person_of(login).id)
    return str(db.session.scalar(rows))


def read_also(attribute: str) -> None:
    with transaction():
        define_field("job", "Job", category="work", source=Source.LDAP, attribute=attribute)


@pytest.mark.parametrize("attribute", ["title", "TITLE"])
def test_another_field_of_the_same_attribute_is_read(
    company: FakeDirectory, attribute: str
) -> None:
    read_also(attribute)
    read_changes(company)
    enter("anna", "position", "Chef")
    drain(company)

    read_changes(company)

    assert (confirmed("anna", "position"), confirmed("anna", "job")) == ("Chef", "Chef")


def test_the_name_is_read_that_was_saved_as_a_field(company: FakeDirectory) -> None:
    with transaction():
        rows = select(ProfileField).where(ProfileField.key == "position")
        db.session.scalars(rows).one().attribute = "displayName"
    read_changes(company)
    enter("anna", "position", "Anna Sophie")
    drain(company)

    read_changes(company)

    assert person_of("anna").name == "Anna Sophie"


@pytest.mark.parametrize(("person_filter", "is_known"), [("", True), ("(!( title=robot))", False)])
def test_the_stamp_is_known_unless_something_else_is_made_of_the_attribute(
    company: FakeDirectory, person_filter: str, is_known: bool
) -> None:
    with transaction():
        get_directory("main").person_filter = person_filter
    enter("anna", "position", "Chef")

    drain(company)

    [stamp] = company.get("anna", "entryCSN")
    assert (stamp_of("anna") == stamp.decode()) is is_known
