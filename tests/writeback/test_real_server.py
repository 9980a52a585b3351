"""The standing test: a real server, a network that cuts answers, drains at once, a foreign writer.

The seed is 7. A few dozen saves; 2,000 to OpenLDAP and to Active Directory with LUPWEB_THOROUGH=1,
or as many as LUPWEB_TEST_SAVES says; LUPWEB_TEST_SEED sets another seed.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from lupweb.audit.models import History
from lupweb.bench.chains import off_the_chain
from lupweb.bench.promises import states_of_messages, steps_of_messages, written_twice
from lupweb.config import Settings
from lupweb.database import db, end_reading
from lupweb.directories.connect import connect
from lupweb.directories.service import get_directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import directories_due
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Person
from lupweb.writeback import backoff, service
from tests.factories import SECRET_KEY
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import wait_until
from tests.writeback.real_servers import (
    FIELDS,
    FIRST,
    PEOPLE,
    ForeignWriter,
    Place,
    Reachable,
    reachable,
    site_of,
)
from tests.writeback.world import confirmed, enter

IS_THOROUGH = os.environ.get("LUPWEB_THOROUGH") == "1"
SAVES = int(os.environ.get("LUPWEB_TEST_SAVES", "2000" if IS_THOROUGH else "24"))
SEED = int(os.environ.get("LUPWEB_TEST_SEED", "7"))
DRAINERS = 3
DONE_WITHIN_S = 60
SETTLED = {OutboxState.WRITTEN, OutboxState.SUPERSEDED, OutboxState.CANCELLED}


@pytest.fixture(scope="module", params=["slapd", pytest.param("samba", marks=pytest.mark.thorough)])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reachable]:
    """A server with three people."""
    with reachable(request.param, tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def proxy(server: Reachable) -> Iterator[Proxy]:
    """What lies between lupweb and the server."""
    with running_proxy(server.uri) as between:
        yield between


@pytest.fixture
def site(settings: Settings, server: Reachable, proxy: Proxy) -> Iterator[Flask]:
    """A site that saves to the server, through the proxy."""
    with site_of(settings, server, proxy.uri) as app:
        yield app


def drain_until(app: Flask, is_over: threading.Event, faults: list[str]) -> None:
    with app.app_context():
        while not is_over.wait(0.005):
            try:
                service.drain(1, secret_key=SECRET_KEY, connect=connect)
            except OperationalError:  # as the scheduler does: the next one finds what became of it
                db.session.rollback()
            except Exception as error:  # a thread's fault would be lost
                faults.append(repr(error))
                raise
            finally:
                db.session.remove()


def keep_entering(login: str, key: str, value: str) -> None:
    """Promise a value; again while others hold the database for too long, as a person would."""
    while True:
        try:
            enter(login, key, value)
        except OperationalError:
            db.session.rollback()
        else:
            return


@contextmanager
def at_work(app: Flask, foreign: ForeignWriter) -> Iterator[list[str]]:
    """Let drains and a foreign writer work while the block lasts; give what went wrong."""
    is_over, faults = threading.Event(), list[str]()
    threads = [
        threading.Thread(target=drain_until, args=(app, is_over, faults)) for _ in range(DRAINERS)
    ]
    threads.append(threading.Thread(target=foreign.work, args=(is_over,)))
    for each in threads:
        each.start()
    try:
        yield faults
    finally:
        is_over.set()
        for each in threads:
            each.join(DONE_WITHIN_S)


def everything_is_settled(promised: dict[Place, str]) -> bool:
    """Return whether nothing is on its way; whoever has a conflict enters something new."""
    rows = db.session.query(OutboxMessage.state, Person.login, OutboxMessage.field_key)
    found = rows.join(Person, Person.id == OutboxMessage.person_id).all()
    is_due = directories_due()
    end_reading()
    for state, login, key in found:
        if state == OutboxState.CONFLICT:
            promised[login, key] += "0"
            keep_entering(login, key, promised[login, key])
    return not is_due and all(state in SETTLED for state, _login, _key in found)


def histories() -> list[list[tuple[str, str]]]:
    """Return what became of each value, step by step, behind its first reading."""
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for row in db.session.query(History).order_by(History.id):
        if row.actor:
            found.setdefault((row.person_id, row.field_key), []).append((row.old, row.new))
    end_reading()
    return list(found.values())


def broken_chains(now_held: dict[Place, str], foreign: list[tuple[Place, str, str]]) -> list[Place]:
    """Return the values of which not all that was written by anybody lies on one chain."""
    olds, sure = steps_of_messages()
    for place, old, new in foreign:
        olds.setdefault(place, {})[new] = {old}
        sure.setdefault(place, set()).add(new)
    return [
        place
        for place in olds
        if off_the_chain(FIRST, now_held[place], olds[place], sure.get(place, set()))
    ]


def test_x16_x23_however_the_network_cuts_every_save_arrives_once(
    site: Flask, server: Reachable, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost and nothing doubled: all values lie on one chain, each of them once."""
    for name in ("FIRST_OPEN", "LONGEST_OPEN", "BASE"):
        monkeypatch.setattr(backoff, name, timedelta(milliseconds=30))
    chance = random.Random(SEED)  # noqa: S311 the same seed makes the same history
    promised: dict[Place, str] = {}
    foreign = ForeignWriter(server, SEED)
    with at_work(site, foreign) as faults:
        foreign.may_change.set()
        for number in range(1, SAVES + 1):
            login, key = chance.choice(PEOPLE), chance.choice(list(FIELDS))
            promised[login, key] = f"1{number:05}"
            keep_entering(login, key, promised[login, key])
            if chance.random() < 0.5:
                proxy.cut_at_message(chance.randint(1, 12), rst=chance.random() < 0.5)
        foreign.may_change.clear()
        proxy.heal()
        wait_until(lambda: everything_is_settled(promised), limit_s=DONE_WITHIN_S)
    assert faults == []

    assert {(login, key): confirmed(login, key) for login, key in promised} == promised
    for steps in histories():
        assert [old for old, _new in steps[1:]] == [new for _old, new in steps[:-1]]
    assert foreign.steps
    assert states_of_messages().keys() <= SETTLED
    assert written_twice() == 0
    assert broken_chains(server.values(), foreign.steps) == []
    assert get_directory("main").writes
