"""Several drains at once: every value is written once, on both databases."""

import threading
from collections.abc import Callable

from flask import Flask

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import claim
from lupweb.outbox.states import OutboxState
from tests.databases import both_databases
from tests.fakes import FakeDirectory
from tests.writeback.world import drain, enter, held, message

DRAINERS = 4


def together(app: Flask, act: Callable[[], object]) -> list[BaseException]:
    """Do something in several threads at once; return what went wrong."""
    faults: list[BaseException] = []
    begin = threading.Barrier(DRAINERS)

    def work() -> None:
        with app.app_context():
            begin.wait()
            try:
                act()
            except Exception as error:  # a thread's fault would be lost
                faults.append(error)
            db.session.remove()

    threads = [threading.Thread(target=work) for _drainer in range(DRAINERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return faults


@both_databases
def test_several_drains_write_every_value_once(in_app: Flask, company: FakeDirectory) -> None:
    for round_ in range(3):
        for login in ("anna", "bert"):
            for key in ("position", "location", "phone"):
                enter(login, key, f"{round_}")
        end_reading()

        assert together(in_app, lambda: drain(company)) == []
        drain(company)

    states = [each.state for each in db.session.query(OutboxMessage)]
    assert states == [OutboxState.WRITTEN] * 18
    written = [row for row in db.session.query(History) if row.source == "ldap" and row.actor]
    assert len(written) == 18
    end_reading()
    assert held(company, "bert", "title") == [b"2"]


@both_databases
def test_of_several_who_claim_one_gets_a_message(in_app: Flask, company: FakeDirectory) -> None:
    numbers = [enter("anna", "position", "Chef"), enter("bert", "position", "Chef")]
    taken: list[int] = []

    def take() -> None:
        with transaction():
            found = claim(1, limit=1)
        taken.extend(each.id for each in found)

    assert together(in_app, take) == []

    assert sorted(taken) == numbers
    assert all((message(number).lease_until or clock.now()) > clock.now() for number in numbers)
