"""What follows from the choice of one directory for a field: its entry is written, and refusals."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange
from lupweb.configfile.directory_removal import remove_directory
from lupweb.configfile.field_editing import bring_field_back, remove_field
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import get_directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.writeback.service import drain
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.profiles.editing import OpenForm, layout, viewer_named
from tests.sync.two_directories import Company, a_company, kept_second, make_company, take_from

FIRST, SECOND = "+49 611 1", "+49 611 2"


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada stands in both directories, Ben in the first, Cem in the second, as four more do."""
    return Company(companies.again(in_app, directory, make_company), kept_second())


def test_what_people_enter_goes_to_the_entry_there_and_to_no_other(company: Company) -> None:
    take_from("second", write_back=True)
    with transaction():
        get_directory("second").writes = True
    OpenForm.of(viewer_named("ada"), "ada").type("phone", "+49 611 20570").save()
    waiting = db.session.scalars(select(OutboxMessage)).one()
    directory_id, message_id = waiting.directory_id, waiting.id
    end_reading()

    drain(directory_id, secret_key=SECRET_KEY, connect=company.connect)

    assert directory_id == get_directory("second").id
    assert company.second.get("ADA", "telephoneNumber") == [b"+49 611 20570"]
    assert company.main.get("ada", "telephoneNumber") == [FIRST.encode()]
    assert db.session.get_one(OutboxMessage, message_id).state == OutboxState.WRITTEN


def test_what_is_under_way_to_a_directory_that_supplies_the_field_no_more_waits(
    company: Company,
) -> None:
    take_from("second", write_back=True)
    with transaction():
        get_directory("second").writes = True
    OpenForm.of(viewer_named("ada"), "ada").type("phone", "+49 611 20570").save()
    second_id = get_directory("second").id
    take_from("main", write_back=True)

    drain(second_id, secret_key=SECRET_KEY, connect=company.connect)

    assert company.second.get("ADA", "telephoneNumber") == [SECOND.encode()]


def test_a_choice_that_cannot_be_is_refused(company: Company) -> None:
    with pytest.raises(RefusedChange, match="There is no directory “third”"):
        take_from("third")
    with pytest.raises(RefusedChange, match="source = ldap or ldap_only"):
        take_from("second", source="user", attribute="")


def test_a_directory_that_reads_nobody_in_advance_supplies_no_field(company: Company) -> None:
    take_from("")
    with transaction():
        db.session.scalars(select(Directory)).all()[1].role = DirectoryRole.DELEGATED

    with pytest.raises(RefusedChange, match="does not supply people"):
        take_from("second")


def test_a_field_that_comes_back_after_its_directory_has_gone_is_of_none(
    in_app: Flask, directory: FakeDirectory
) -> None:
    a_company(directory)
    take_from("second", "emergency")
    viewer = Viewer(role=Role.SYSTEM_ADMINISTRATOR)
    with transaction():
        remove_field(viewer, "emergency", SECRET_KEY)
        remove_directory(viewer, get_directory("second"), "local", SECRET_KEY)
        bring_field_back(viewer, "emergency", SECRET_KEY)

    found = layout().find_field("emergency")
    assert found is not None
    assert found.directory == ""
