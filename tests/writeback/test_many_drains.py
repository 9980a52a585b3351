"""The standing test of write-back: many at work, messages lost, and a foreign writer beside them.

Every change that is called written lies on one chain from the first value to the last one.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Thread
from time import monotonic

import ldap
import pytest

from lupweb import clock
from lupweb.errors import DirectoryUnavailable
from lupweb.field_types import field_type
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.entry import Entry
from lupweb.ldap.server import ServerTraits
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Place, Wanted
from lupweb.writeback.carrying import Carrier, Outcome, Parcel
from tests.ldap.company import PASSWORD, PEOPLE, SUFFIX, as_ldif, person_dn
from tests.ldap.writing.people import WithoutAssertion
from tests.servers.faultproxy import running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd

DRAINS, THROUGH_A_PROXY = 7, 5
LOST = 0.06
CHANGES_EACH = 10
EVERY_S = 0.003
PATIENCE_S = 120
WRITER = f"cn=reader,{SUFFIX}"
ATTRIBUTE = "displayName"
FIRST = b"first"
TEXT = field_type("text")
RIGHTS = f"""\
access to attrs=userPassword by anonymous auth by * none
access to attrs={ATTRIBUTE} by dn.exact="{WRITER}" write by users read
access to * by users read by * none
"""

Step = tuple[bytes, bytes]


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    folder = tmp_path_factory.mktemp("drained")
    with running_slapd(folder, as_ldif(), suffix=SUFFIX, database_config=RIGHTS) as server:
        yield server


class Session(LdapDirectory):
    """A connection that knows its server, as reading a schema takes longer than all the rest."""

    def __init__(self, server: Server, told: ServerTraits) -> None:
        super().__init__(server)
        self._told = told

    def traits(self) -> ServerTraits:
        """Return what the server said before."""
        return self._told


@dataclass
class Drain:
    """One of those who write. It goes on with what it finds, as a person who keeps their own."""

    number: int
    connect: Callable[[], Session]
    unique_id: str
    written: list[Step] = field(default_factory=list)
    maybe: list[Step] = field(default_factory=list)
    """What may have taken effect, and was replaced since."""
    unknown: int = 0
    _session: Session | None = None

    def work(self) -> "Drain":
        """Write several values, one after the other."""
        until, found = monotonic() + PATIENCE_S, FIRST
        while len(self.written) < CHANGES_EACH:
            assert monotonic() < until, "the drains do not come to an end"
            value = f"{self.number}-{len(self.written)}-{len(self.maybe)}".encode()
            found = self._deliver(_claimed(self.unique_id, found, value), until)
        return self

    def _deliver(self, claimed: Claimed, until: float) -> bytes:
        """Deliver one message until it is settled; return what the directory holds then."""
        while monotonic() < until:
            outcome = self._try(claimed)
            state = outcome.verdict.state if outcome else OutboxState.WAITING
            step = (claimed.wanted.expected[0], claimed.wanted.desired[0])
            if outcome and state is OutboxState.WRITTEN:
                self.written.append(step)
                return step[1]
            if outcome and state is OutboxState.CONFLICT:
                if outcome.verdict.maybe_applied:
                    self.maybe.append(step)
                return outcome.values[0]
            if state is OutboxState.UNKNOWN:
                self.unknown += 1
                claimed = replace(claimed, is_unsure=True)
        raise AssertionError("a message is never settled")

    def _try(self, claimed: Claimed) -> Outcome | None:
        try:
            if self._session is None:
                self._session = self.connect()
                self._session.bind(WRITER, PASSWORD)
            carrier = Carrier(self._session, PEOPLE, (), lambda: None)
            outcome = carrier.deliver([Parcel(claimed, TEXT)])[0]
        except DirectoryUnavailable:
            self._session = None
            return None
        if outcome.verdict.state is OutboxState.UNKNOWN:
            self._session = None
        return outcome


@pytest.mark.parametrize("kind", [LdapDirectory, WithoutAssertion])  # the two forms
def test_x15_x16_every_change_that_is_called_written_lies_on_one_chain(
    slapd: RunningSlapd, kind: type[LdapDirectory]
) -> None:
    dn = person_dn(3)
    _set(slapd, dn, FIRST)
    unique_id = (_entry(slapd, dn).first("entryUUID") or b"").decode()

    with ExitStack() as stack:
        known = stack.enter_context(kind(Server((slapd.uri,), Tls.NONE)))
        known.bind(WRITER, PASSWORD)
        traits = known.traits()
        drains = []
        for number in range(DRAINS):
            uri = slapd.uri
            if number < THROUGH_A_PROXY:
                proxy = stack.enter_context(running_proxy(slapd.uri))
                proxy.lose(LOST, seed=number)
                uri = proxy.uri
            server = Server((uri,), Tls.NONE, network_timeout_s=2, timeout_s=2)
            drains.append(Drain(number, partial(Session, server, traits), unique_id))
        stack.enter_context(_foreign_writer(slapd, dn))
        with ThreadPoolExecutor(DRAINS) as pool:
            done = list(pool.map(Drain.work, drains))

    assert sum(each.unknown for each in done) > 0  # answers were lost
    last = _entry(slapd, dn).values(ATTRIBUTE)
    _check_chain(done, last)


def _check_chain(done: list[Drain], last: list[bytes]) -> None:
    """Go back from the last value: each was made from one other, and by one change."""
    written = {step for each in done for step in each.written}
    made_from = {new: old for each in done for old, new in [*each.written, *each.maybe]}
    [value], chain = last, set[Step]()
    while value != FIRST:
        step = (made_from.pop(value), value)
        chain.add(step)
        value = step[0]
    assert written <= chain


def _claimed(unique_id: str, expected: bytes, desired: bytes) -> Claimed:
    place = Place(1, unique_id, 1, 1, "name", ATTRIBUTE)
    wanted = Wanted(expected.decode(), desired.decode(), [expected], [desired], "person:1")
    now = clock.now()
    return Claimed(1, "token", place, wanted, (), False, 0, "", now, now)


@contextmanager
def _foreign_writer(slapd: RunningSlapd, dn: str) -> Iterator[None]:
    """Move the entry's stamp all the time, by another attribute."""
    is_over = Event()

    def write() -> None:
        number = 0
        while not is_over.wait(EVERY_S):
            number += 1
            handle.modify_s(dn, [(ldap.MOD_REPLACE, "roomNumber", [str(number).encode()])])

    handle = _admin(slapd)
    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        handle.unbind_s()


def _admin(slapd: RunningSlapd) -> "ldap.ldapobject.SimpleLDAPObject":
    handle = ldap.initialize(slapd.uri)
    handle.simple_bind_s(slapd.bind_dn, slapd.password)
    return handle


def _set(slapd: RunningSlapd, dn: str, value: bytes) -> None:
    handle = _admin(slapd)
    handle.modify_s(dn, [(ldap.MOD_REPLACE, ATTRIBUTE, [value])])
    handle.unbind_s()


def _entry(slapd: RunningSlapd, dn: str) -> Entry:
    handle = _admin(slapd)
    found = handle.search_s(dn, ldap.SCOPE_BASE, attrlist=[ATTRIBUTE, "entryUUID"])[0]
    handle.unbind_s()
    return Entry(*found)
