"""Several servers of one directory: the order is kept, a dead one comes last for a minute."""

from collections.abc import Iterator
from time import monotonic

import pytest

from lupweb.errors import DirectoryRefused, DirectoryUnavailable
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Tls, open_handle
from lupweb.ldap.failover import Failover
from tests.ldap.attempts import an_attempt, quick
from tests.ldap.company import PASSWORD, READER_DN
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd


@pytest.fixture
def proxies(slapd: RunningSlapd) -> Iterator[tuple[Proxy, Proxy]]:
    """Two ways to the same server."""
    with running_proxy(slapd.uri) as first, running_proxy(slapd.uri) as second:
        yield first, second


class Watch:
    """A clock that goes when it is told to."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_server_that_failed_comes_last_for_a_minute() -> None:
    watch = Watch()
    failover = Failover(watch)
    failover.failed("a")
    assert failover.in_order(["a", "b", "c"]) == ["b", "c", "a"]

    watch.seconds += 59.9
    assert failover.in_order(["a", "b", "c"]) == ["b", "c", "a"]
    watch.seconds += 0.1
    assert failover.in_order(["a", "b", "c"]) == ["a", "b", "c"]


def test_when_all_have_failed_all_are_tried_in_their_order_and_an_answer_is_forgiveness() -> None:
    failover = Failover(Watch())
    for uri in ("a", "b"):
        failover.failed(uri)
    assert failover.in_order(["a", "b"]) == ["a", "b"]

    failover.answered("b")
    assert failover.in_order(["a", "b"]) == ["b", "a"]


def test_the_first_server_that_answers_is_taken_and_named(proxies: tuple[Proxy, Proxy]) -> None:
    first, second = proxies
    with LdapDirectory(quick(first.uri, second.uri)) as directory:
        assert directory.connected_uri is None
        directory.bind(READER_DN, PASSWORD)
        assert directory.connected_uri == first.uri

    first.refuse()
    with LdapDirectory(quick(first.uri, second.uri)) as directory:
        directory.bind(READER_DN, PASSWORD)
        assert directory.connected_uri == second.uri


def test_x02_only_the_first_connection_waits_for_a_silent_server(
    proxies: tuple[Proxy, Proxy],
) -> None:
    first, second = proxies
    first.hang()
    an_attempt(quick(first.uri, second.uri))
    began, seen = monotonic(), first.connections
    for _time in range(3):
        an_attempt(quick(first.uri, second.uri))

    assert monotonic() - began < 1
    assert first.connections == seen


def test_the_first_server_is_asked_again_when_its_rest_is_over(
    proxies: tuple[Proxy, Proxy],
) -> None:
    first, second = proxies
    watch = Watch()
    failover = Failover(watch)
    server = quick(first.uri, second.uri)
    first.refuse()
    open_handle(server, failover).unbind_s()
    first.heal()
    before = first.connections

    open_handle(server, failover).unbind_s()
    assert first.connections == before
    watch.seconds += 60
    open_handle(server, failover).unbind_s()
    assert first.connections == before + 1


def test_b18_a_server_without_tls_does_not_stand_in_for_a_dead_one(
    proxies: tuple[Proxy, Proxy],
) -> None:
    first, second = proxies
    first.refuse()

    with pytest.raises((DirectoryRefused, DirectoryUnavailable), match="refuses StartTLS"):
        an_attempt(quick(first.uri, second.uri, tls=Tls.STARTTLS))
    assert second.binds == []
