"""What people enter in a field that falls through goes to the directory that is asked first."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.errors import InvalidForm
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.queries import get_person
from lupweb.profiles.locks import LockReason
from lupweb.writeback.service import drain
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.profiles.editing import OpenForm, fields_of, viewer_named
from tests.sync.falling import (
    BOTH,
    FALLING,
    FIRST,
    SECOND,
    fall_through,
    make_falling_company,
    phone,
)
from tests.sync.two_directories import Company, kept_second

NEW = "+49 611 20570"


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada and Eve stand in both directories; what they enter is saved to either."""
    company = Company(
        companies.again(in_app, directory, make_falling_company), kept_second(FALLING)
    )
    fall_through(write_back=True)
    with transaction():
        for key in BOTH:
            get_directory(key).writes = True
    return company


def save(login: str, text: str) -> OpenForm:
    form = OpenForm.of(viewer_named(login), login).type("phone", text)
    form.save()
    return form


def deliver(company: Company) -> OutboxState:
    """Bring what waits to where it goes; return what became of it."""
    waiting = db.session.scalars(select(OutboxMessage)).one()
    directory_id, message_id = waiting.directory_id, waiting.id
    end_reading()
    drain(directory_id, secret_key=SECRET_KEY, connect=company.connect)
    return OutboxState(db.session.get_one(OutboxMessage, message_id).state)


def numbers(company: Company, login: str, entry: str) -> tuple[list[bytes], list[bytes]]:
    return company.main.get(login, "telephoneNumber"), company.second.get(entry, "telephoneNumber")


def test_a_value_that_fell_through_is_replaced_in_the_first_directory(company: Company) -> None:
    save("eve", NEW)

    assert deliver(company) is OutboxState.WRITTEN
    assert numbers(company, "eve", "eve") == ([NEW.encode()], [SECOND.encode()])
    assert phone("eve") == (NEW, "main")
    assert [company.read(key)["values_changed"] for key in BOTH] == [0, 0]
    assert phone("eve") == (NEW, "main")


def test_whoever_empties_the_value_of_the_first_gets_that_of_the_next(company: Company) -> None:
    save("ada", "")

    assert deliver(company) is OutboxState.WRITTEN
    assert numbers(company, "ada", "ADA") == ([], [SECOND.encode()])
    assert phone("ada") == (SECOND, "second")
    assert [company.read(key)["values_changed"] for key in BOTH] == [0, 0]


def test_a_value_that_fell_through_cannot_be_taken_away_and_that_is_said(company: Company) -> None:
    form = OpenForm.of(viewer_named("eve"), "eve").type("phone", "")

    with pytest.raises(InvalidForm) as refused:
        form.save()

    said = fields_of(refused.value.form)["phone"].problem
    assert "comes from another directory" in str(said)
    assert phone("eve") == (SECOND, "second")


def test_a_value_that_the_first_has_got_meanwhile_is_a_conflict(company: Company) -> None:
    save("eve", NEW)
    company.main.set("eve", "telephoneNumber", [b"+49 611 11"])

    assert deliver(company) is OutboxState.CONFLICT
    assert phone("eve") == (SECOND, "second")
    company.read("main", "changes")
    assert phone("eve") == ("+49 611 11", "main")


def test_a_change_in_the_next_directory_does_not_touch_what_is_under_way(company: Company) -> None:
    save("eve", NEW)
    company.second.set("eve", "telephoneNumber", [b"+49 611 22"])
    for key in BOTH[::-1]:
        company.read(key, "changes")
    assert phone("eve") == ("+49 611 22", "second")

    assert deliver(company) is OutboxState.WRITTEN
    assert phone("eve") == (NEW, "main")


def test_it_is_locked_where_the_first_directory_takes_nothing(company: Company) -> None:
    with transaction():
        get_directory("main").writes = False

    lock = OpenForm.of(viewer_named("eve"), "eve").field("phone").lock

    assert lock is not None
    assert lock.reason is LockReason.LDAP


def test_it_goes_to_the_directory_that_is_asked_first_or_else_to_the_first(
    company: Company,
) -> None:
    fall_through(directory="second", write_back=True)
    for key in BOTH:
        company.read(key)
    save("ada", NEW)

    assert deliver(company) is OutboxState.WRITTEN
    assert numbers(company, "ada", "ADA") == ([FIRST.encode()], [NEW.encode()])
    with transaction():
        db.session.execute(OutboxMessage.__table__.delete())
    save("ben", NEW)  # whom the second does not have
    assert deliver(company) is OutboxState.WRITTEN
    assert (company.main.get("ben", "telephoneNumber"), phone("ben")) == (
        [NEW.encode()],
        (NEW, "main"),
    )
    rows = select(Identity.offers).where(Identity.person_id == get_person("ben").id)
    assert db.session.scalars(rows).one() == {"phone": NEW}
