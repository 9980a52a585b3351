"""The standing test: a real server, a network that cuts answers, drains at once, a foreign writer.

The seed is 7. A few dozen saves, 200 with LUPWEB_THOROUGH=1, or as many as LUPWEB_TEST_SAVES
says; LUPWEB_TEST_SEED sets another seed.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from lupweb.people.models import Person
from lupweb.sync.service import run
from lupweb.writeback import backoff, service
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd, wait_until
from tests.writeback.world import confirmed, enter, switch_on

IS_THOROUGH = os.environ.get("LUPWEB_THOROUGH") == "1"
SAVES = int(os.environ.get("LUPWEB_TEST_SAVES", "200" if IS_THOROUGH else "24"))
SEED = int(os.environ.get("LUPWEB_TEST_SEED", "7"))
DRAINERS = 3
PEOPLE = ("anna", "bert", "carl")
FIELDS = {"position": "title", "location": "l", "phone": "telephoneNumber"}
FIRST = "0"
FOREIGN_SHARE = 0.1
DONE_WITHIN_S = 60
Place = tuple[str, str]
"""Login of a person, key of a field."""
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


class ForeignWriter:
    """Somebody else, who changes the same attributes as lupweb, and others of the same entries.

    A value is changed only if it still is what was read: nothing is overwritten unseen.
    """

    def __init__(self, slapd: RunningSlapd) -> None:
        self.steps: list[tuple[Place, str, str]] = []
        self.may_change = threading.Event()
        self._connection = ldap.initialize(slapd.uri)
        self._connection.simple_bind_s(slapd.bind_dn, slapd.password)

    def work(self, is_over: threading.Event) -> None:
        """Change something every few milliseconds until it is over."""
        chance, number = random.Random(SEED), 0  # noqa: S311 the same seed, the same history
        while not is_over.wait(0.01):
            number += 1
            login, key = chance.choice(PEOPLE), chance.choice(list(FIELDS))
            stamped = [(ldap.MOD_REPLACE, "roomNumber", [str(number).encode()])]
            self._connection.modify_s(dn_of(login), stamped)  # the entry is no longer what it was
            if self.may_change.is_set() and chance.random() < FOREIGN_SHARE:
                self._change(login, key, f"9{number}")
        self._connection.unbind_s()

    def _change(self, login: str, key: str, new: str) -> None:
        dn, attribute = dn_of(login), FIELDS[key]
        read = self._connection.search_s(dn, ldap.SCOPE_BASE, attrlist=[attribute])
        old = read[0][1][attribute][0]
        change = [(ldap.MOD_DELETE, attribute, [old]), (ldap.MOD_ADD, attribute, [new.encode()])]
        with suppress(ldap.NO_SUCH_ATTRIBUTE):
            self._connection.modify_s(dn, change)
            self.steps.append(((login, key), old.decode(), new))


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


def dn_of(login: str) -> str:
    return f"uid={login},ou=people,{SUFFIX}"


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


def everything_is_settled(promised: dict[Place, str]) -> bool:
    """Return whether nothing is on its way; whoever has a conflict enters something new."""
    rows = db.session.query(OutboxMessage.state, Person.login, OutboxMessage.field_key)
    found = rows.join(Person, Person.id == OutboxMessage.person_id).all()
    is_due = directories_due()
    end_reading()
    for state, login, key in found:
        if state == OutboxState.CONFLICT:
            promised[login, key] += "0"
            enter(login, key, promised[login, key])
    return not is_due and all(state in SETTLED for state, _login, _key in found)


def histories() -> list[list[tuple[str, str]]]:
    """Return what became of each value, step by step, behind its first reading."""
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for row in db.session.query(History).order_by(History.id):
        if row.actor:
            found.setdefault((row.person_id, row.field_key), []).append((row.old, row.new))
    end_reading()
    return list(found.values())


def steps_of_messages() -> tuple[dict[Place, dict[str, set[str]]], dict[Place, set[str]]]:
    """Return what each value of ours may have replaced, and the values that were surely written.

    A message that follows others may have found what any of them had sent.
    """
    rows = db.session.query(OutboxMessage, Person.login)
    found = rows.join(Person, Person.id == OutboxMessage.person_id).order_by(OutboxMessage.id).all()
    before: dict[int | None, set[str]] = {}
    olds: dict[Place, dict[str, set[str]]] = {}
    sure: dict[Place, set[str]] = {}
    for each, login in found:
        place = (login, each.field_key)
        sent = {str(one["value"]) for one in each.in_flight}
        known = before.get(each.id, set()) | {each.old_value} | sent
        assert each.new_value not in olds.get(place, {})  # one message for each value
        olds.setdefault(place, {})[each.new_value] = known
        before[each.superseded_by] = known | {each.new_value}
        if each.state == OutboxState.WRITTEN:
            sure.setdefault(place, set()).add(each.new_value)
    end_reading()
    return olds, sure


def is_one_chain(last: str, olds: dict[str, set[str]], sure: set[str]) -> bool:
    """Return whether steps lead from the first value to the last one, over all that are sure."""
    if last == FIRST:
        return not sure
    rest = {value: before for value, before in olds.items() if value != last}
    return any(is_one_chain(old, rest, sure - {last}) for old in olds.get(last, ()))


def broken_chains(now_held: dict[Place, str], foreign: list[tuple[Place, str, str]]) -> list[Place]:
    """Return the values of which not all that was written by anybody lies on one chain."""
    olds, sure = steps_of_messages()
    for place, old, new in foreign:
        olds.setdefault(place, {})[new] = {old}
        sure.setdefault(place, set()).add(new)
    return [
        place
        for place in olds
        if not is_one_chain(now_held[place], olds[place], sure.get(place, set()))
    ]


def test_x16_x23_however_the_network_cuts_every_save_arrives_once(
    site: Flask, slapd: RunningSlapd, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost and nothing doubled: all values lie on one chain, each of them once."""
    for name in ("FIRST_OPEN", "LONGEST_OPEN", "BASE"):
        monkeypatch.setattr(backoff, name, timedelta(milliseconds=30))
    chance = random.Random(SEED)  # noqa: S311 the same seed makes the same history
    promised: dict[Place, str] = {}
    foreign = ForeignWriter(slapd)
    with at_work(site, foreign) as faults:
        foreign.may_change.set()
        for number in range(1, SAVES + 1):
            login, key = chance.choice(PEOPLE), chance.choice(list(FIELDS))
            promised[login, key] = f"1{number:05}"
            enter(login, key, promised[login, key])
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
    assert broken_chains(values_in(slapd), foreign.steps) == []
    assert get_directory("main").writes
