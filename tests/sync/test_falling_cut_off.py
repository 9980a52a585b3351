"""A run that is cut off anywhere, where fields fall through: the next one makes it whole."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.runs.leases import STALE
from lupweb.runs.models import Lease
from tests.databases import sqlite_first
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.sync.falling import FALLING, FIRST, SECOND, make_falling_company, phone
from tests.sync.two_directories import Company, kept_second

EVERY = 7
"""Statements between two cuts."""


class PowerCut(BaseException):
    """What ends a process; nothing reaches a database behind it."""


class Cut:
    """Ends whatever is sent to a database, from one statement on."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, *_told: object) -> None:
        self.left -= 1
        if self.left <= 0:
            raise PowerCut


def cut_off(company: Company, key: str, number: int) -> bool:
    """Read a directory, and break off at a statement; return whether there were so many."""
    cut = Cut(number)
    event.listen(Engine, "before_cursor_execute", cut)
    try:
        company.read(key)
    except (PowerCut, SQLAlchemyError):  # the latter where the end of the run is to be stored
        return True
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
        db.session.remove()
    return False


def let_leases_run_out() -> None:
    with transaction():
        for lease in db.session.scalars(select(Lease)):
            if lease.heartbeat_at is not None:
                lease.heartbeat_at -= STALE + timedelta(seconds=1)


def state() -> dict[str, object]:
    """Return whom there is, and what their entries offer."""
    db.session.rollback()
    offers = db.session.execute(select(Identity.unique_id, Identity.offers)).all()
    people = db.session.execute(select(Person.login, Person.state)).all()
    return {"offers": sorted(map(str, offers)), "people": sorted(map(str, people))}


@sqlite_first
def test_nobody_and_no_offer_is_lost(
    in_app: Flask, directory: FakeDirectory, companies: Companies
) -> None:
    main = companies.again(in_app, directory, make_falling_company)
    company = Company(main, kept_second(FALLING))
    everybody = state()["people"]
    number, broken = 1, 0
    while True:
        is_first = broken % 2 == 0
        company.main.set("ada", "telephoneNumber", [] if is_first else [FIRST.encode()])
        company.main.set("eve", "telephoneNumber", [FIRST.encode()] if is_first else [])
        was_cut = cut_off(company, "main", number)
        let_leases_run_out()
        company.read("main")
        company.read("second")

        first, second = (FIRST, "main"), (SECOND, "second")
        assert (phone("ada"), phone("eve")) == ((second, first) if is_first else (first, second))
        now = state()
        assert now["people"] == everybody
        assert str(PersonState.MISSING) not in str(now["people"])
        company.read("main")
        assert state() == now
        if not was_cut:
            break
        number, broken = number + EVERY, broken + 1
    assert broken > 3
