"""Administrators are told of what does not arrive, and by mail once."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import end_reading, transaction
from lupweb.notices.telling import tell
from lupweb.writeback.troubles import ValueTroubleKind, value_troubles
from tests.browsing import Browser
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.writeback.world import Clock, a_company, drain, enter


def told() -> list[tuple[ValueTroubleKind, str]]:
    found = [(each.kind, str(each.text)) for each in value_troubles()]
    end_reading()
    return found


def test_a_missing_right_is_told_and_a_value_that_is_too_long_is_not(
    company: FakeDirectory,
) -> None:
    company.refuse_attribute("title", 50)
    company.refuse_attribute("l", 19)
    enter("anna", "position", "Chef")
    enter("anna", "location", "Faro")

    drain(company)

    assert told() == [
        (
            ValueTroubleKind.REFUSED,
            "“Main LDAP” would not have a value that somebody entered. It is kept here.",
        )
    ]


def test_what_waits_for_more_than_an_hour_is_told_until_it_has_arrived(
    company: FakeDirectory, clock_of: Clock
) -> None:
    company.go_down()
    enter("anna", "position", "Chef")
    drain(company)
    assert told() == []

    clock_of.move(minutes=61)
    assert [kind for kind, _text in told()] == [ValueTroubleKind.WAITING]

    company.come_up()
    drain(company)
    assert told() == []


def test_a_conflict_is_told_after_a_day(company: FakeDirectory, clock_of: Clock) -> None:
    enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])
    drain(company)
    assert told() == []

    clock_of.move(hours=25)

    assert [kind for kind, _text in told()] == [ValueTroubleKind.IN_CONFLICT]


def test_it_is_told_by_mail_once_and_without_a_value(company: FakeDirectory) -> None:
    company.refuse_attribute("title", 50)
    enter("anna", "position", "Chef")
    drain(company)
    mails: list[tuple[Any, ...]] = []

    for _look in range(2):
        found = value_troubles()
        end_reading()
        tell(lambda *mail: mails.append(mail), "People", "", also=found)

    assert len(mails) == 1
    assert "would not have a value" in mails[0][1]
    assert "Chef" not in str(mails)


def test_pages_of_the_administration_say_it_with_the_way_to_look(
    app: Flask,
    directory: FakeDirectory,
    companies: Companies,
    browser: Callable[[], Browser],
) -> None:
    companies.again(app, directory, a_company)
    with app.app_context():
        directory.refuse_attribute("title", 50)
        enter("anna", "position", "Chef")
        drain(directory)
        with transaction():
            create_admin("chief", "a password for the chief")
    admin = browser().sign_in("chief", "a password for the chief")

    page = str(admin.get("/admin/fields"))

    assert "would not have a value that somebody entered" in page
    assert "/admin/write-back?directory=main" in page
