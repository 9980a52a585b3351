"""The standing test: a real server, a network that cuts answers, drains at once, a foreign writer.

LUPWEB_TEST_SAVES=2000 saves that often instead of a few dozen times; LUPWEB_TEST_SEED repeats one.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import ldap
import pytest
from flask import Flask

from lupweb.app import create_app
from lupweb.audit.models import History
from lupweb.config import Settings
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Tls
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import directories_due
from lupweb.outbox.states import OutboxState
from lupweb.sync.service import run
from lupweb.writeback import backoff, service
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd, wait_until
from tests.writeback.world import confirmed, enter, switch_on

SAVES = int(os.environ.get("LUPWEB_TEST_SAVES", "24"))
SEED = int(os.environ.get("LUPWEB_TEST_SEED", "7"))
DRAINERS = 3
PEOPLE = ("anna", "bert", "carl")
FIELDS = {"position": "title", "location": "l", "phone": "telephoneNumber"}
DONE_WITHIN_S = 60
SETTLED = {OutboxState.WRITTEN, OutboxState.SUPERSEDED, OutboxState.CANCELLED}
LDIF = f"""dn: {SUFFIX}
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people
"""


def person_ldif(uid: str) -> str:
    return f"""
dn: uid={uid},ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
displayName: {uid}
mail: {uid}@example.com
title: 0
l: 0
telephoneNumber: 0
"""


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A server with three people."""
    text = LDIF + "".join(map(person_ldif, PEOPLE))
    with running_slapd(tmp_path_factory.mktemp("slapd"), text, suffix=SUFFIX) as server:
        yield server


@pytest.fixture
def proxy(slapd: RunningSlapd) -> Iterator[Proxy]:
    """What lies between lupweb and the server."""
    with running_proxy(slapd.uri) as between:
        yield between


@pytest.fixture
def site(settings: Settings, slapd: RunningSlapd, proxy: Proxy) -> Iterator[Flask]:
    """A site that saves three fields of three people to the server."""
    app = create_app(settings)
    with app.app_context():
        with transaction():
            add_directory(
                "main",
                "Main LDAP",
                uris=[proxy.uri],
                tls=Tls.NONE,
                bind_dn=slapd.bind_dn,
                bind_password=slapd.password,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            ).allow_cleartext = True
        a_profile()
        switch_on()
        run("main", secret_key=SECRET_KEY, connect=connect, trigger="test")
        yield app
        db.session.remove()
        db.engine.dispose()


def drain_until(app: Flask, is_over: threading.Event, faults: list[str]) -> None:
    with app.app_context():
        while not is_over.wait(0.005):
            try:
                service.drain(1, secret_key=SECRET_KEY, connect=connect)
            except Exception as error:  # a thread's fault would be lost
                faults.append(repr(error))
                raise
            finally:
                db.session.remove()


def move_stamps(slapd: RunningSlapd, is_over: threading.Event) -> None:
    """Change something else of everybody, so that no entry stays what it was read as."""
    connection = ldap.initialize(slapd.uri)
    connection.simple_bind_s(slapd.bind_dn, slapd.password)
    number = 0
    while not is_over.wait(0.01):
        number += 1
        dn = f"uid={PEOPLE[number % 3]},ou=people,{SUFFIX}"
        connection.modify_s(dn, [(ldap.MOD_REPLACE, "roomNumber", [str(number).encode()])])
    connection.unbind_s()


@contextmanager
def at_work(app: Flask, slapd: RunningSlapd) -> Iterator[list[str]]:
    """Let drains and a foreign writer work while the block lasts; give what went wrong."""
    is_over, faults = threading.Event(), list[str]()
    threads = [
        threading.Thread(target=drain_until, args=(app, is_over, faults)) for _ in range(DRAINERS)
    ]
    threads.append(threading.Thread(target=move_stamps, args=(slapd, is_over)))
    for each in threads:
        each.start()
    try:
        yield faults
    finally:
        is_over.set()
        for each in threads:
            each.join(DONE_WITHIN_S)


def values_in(slapd: RunningSlapd) -> dict[tuple[str, str], str]:
    connection = ldap.initialize(slapd.uri)
    connection.simple_bind_s(slapd.bind_dn, slapd.password)
    rows = connection.search_s(f"ou=people,{SUFFIX}", ldap.SCOPE_ONELEVEL)
    connection.unbind_s()
    return {
        (row["uid"][0].decode(), key): row[attribute][0].decode()
        for _dn, row in rows
        for key, attribute in FIELDS.items()
    }


def nothing_is_open() -> bool:
    rows = db.session.query(OutboxMessage.state).all()
    is_due = directories_due()
    end_reading()
    return not is_due and all(state in SETTLED for (state,) in rows)


def histories() -> list[list[tuple[str, str]]]:
    """Return what became of each value, step by step, behind its first reading."""
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for row in db.session.query(History).order_by(History.id):
        if row.actor:
            found.setdefault((row.person_id, row.field_key), []).append((row.old, row.new))
    end_reading()
    return list(found.values())


def test_x16_x23_however_the_network_cuts_every_save_arrives_once(
    site: Flask, slapd: RunningSlapd, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_OPEN", "LONGEST_OPEN", "BASE"):
        monkeypatch.setattr(backoff, name, timedelta(milliseconds=30))
    chance = random.Random(SEED)  # noqa: S311 the same seed makes the same history
    promised: dict[tuple[str, str], str] = {}
    with at_work(site, slapd) as faults:
        for number in range(1, SAVES + 1):
            login, key = chance.choice(PEOPLE), chance.choice(list(FIELDS))
            enter(login, key, f"{number}")
            promised[login, key] = f"{number}"
            if chance.random() < 0.5:
                proxy.cut_at_message(chance.randint(1, 12), rst=chance.random() < 0.5)
        proxy.heal()
        wait_until(nothing_is_open, limit_s=DONE_WITHIN_S)
    assert faults == []

    now_held = values_in(slapd)
    assert {place: now_held[place] for place in promised} == promised
    assert {(login, key): confirmed(login, key) for login, key in promised} == promised
    for steps in histories():
        assert [old for old, _new in steps[1:]] == [new for _old, new in steps[:-1]]
    assert get_directory("main").writes
