import os
import signal
import socket
from pathlib import Path
from time import monotonic

import ldap
import pytest

from lupweb.errors import (
    CredentialsRefused,
    DirectoryError,
    DirectoryRefused,
    DirectoryUnavailable,
    InvalidSetting,
    InvalidValue,
    LupwebError,
)
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls, check_server, open_handle
from lupweb.ldap.failover import Failover
from tests.ldap.attempts import ASKED_TO_BIND, BOUND, an_attempt, quick
from tests.ldap.company import PEOPLE, READER_DN, SUFFIX, as_ldif, person_dn
from tests.servers.faultproxy import running_proxy
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd

NOBODY_THERE = "ldap://127.0.0.1:1"


@pytest.mark.parametrize(
    "uri",
    [
        "ldapi://%2Frun%2Fldapi",
        "file:///etc/passwd",
        "http://127.0.0.1",
        "127.0.0.1",
        "ldap://",
        "ldap://127.0.0.1:0",
        "ldap://127.0.0.1:65536",
        "ldap://127.0.0.1:389/dc=x",
        "ldap://127.0.0.1 ldap://10.0.0.1",
        "ldap://127.0.0.1@10.0.0.1",
        "ldap://127.0.0.1\0.example.com",
        "ldap://127.0.0.1\n",
        "",
    ],
)
def test_b21_other_addresses_than_ldap_and_ldaps_are_refused(uri: str) -> None:
    with pytest.raises(InvalidSetting, match="not the address"):
        open_handle(quick(uri))


def test_a_server_needs_an_address() -> None:
    with pytest.raises(InvalidSetting, match="missing"):
        check_server(quick())


@pytest.mark.parametrize("uri", ["ldap://ldap.example.com", "ldap://10.0.0.1", "ldap://127.1"])
def test_clear_text_beyond_this_machine_needs_a_consent(uri: str) -> None:
    with pytest.raises(InvalidSetting, match="without encryption"):
        check_server(quick(uri))

    check_server(Server((uri,), Tls.NONE, allow_cleartext=True))


@pytest.mark.parametrize("uri", ["ldap://127.0.0.1:1389", "ldap://[::1]", "ldap://localhost/"])
def test_clear_text_on_this_machine_needs_none(uri: str) -> None:
    check_server(quick(uri))


@pytest.mark.parametrize(
    ("uri", "tls"),
    [
        ("ldap://ldap.example.com", Tls.LDAPS),
        ("ldaps://127.0.0.1", Tls.NONE),
        ("ldaps://ldap.example.com", Tls.STARTTLS),
    ],
)
def test_the_address_and_tls_must_fit(uri: str, tls: Tls) -> None:
    with pytest.raises(InvalidSetting, match="does not fit"):
        check_server(quick(uri, tls=tls))


def test_a_handle_follows_no_referral_and_has_both_time_outs(slapd: RunningSlapd) -> None:
    """directory-servers.md section 4, traps 4 and 5."""
    handle = open_handle(Server((slapd.uri,), Tls.NONE))

    assert handle.get_option(ldap.OPT_REFERRALS) == 0  # B20
    assert handle.get_option(ldap.OPT_NETWORK_TIMEOUT) == 5
    assert handle.get_option(ldap.OPT_TIMEOUT) == 10
    assert handle.protocol_version == 3
    handle.unbind_s()


def test_the_next_address_is_tried_when_one_does_not_answer(slapd: RunningSlapd) -> None:
    an_attempt(quick(NOBODY_THERE, slapd.uri))


def test_when_no_address_answers_all_of_them_are_named() -> None:
    with pytest.raises(DirectoryUnavailable, match=r"127\.0\.0\.1:1 .*127\.0\.0\.1:2 "):
        open_handle(quick(NOBODY_THERE, "ldap://127.0.0.1:2"), Failover())


def test_b01_a_password_that_must_not_be_sent_never_becomes_a_packet(slapd: RunningSlapd) -> None:
    """This slapd would take an empty password for success: `allow bind_anon_dn`."""
    before = len(slapd.log())
    for password in ("", "\0", "good\0junk", "x" * 1025):
        with LdapDirectory(quick(slapd.uri)) as directory:
            directory.traits()
            with pytest.raises(CredentialsRefused):
                directory.bind(READER_DN, password)
    an_attempt(quick(slapd.uri))

    slapd.wait_for_log(BOUND, since=before)
    assert slapd.log()[before:].count(ASKED_TO_BIND) == 1


def test_b02_one_attempt_is_one_bind(slapd: RunningSlapd) -> None:
    before = len(slapd.log())
    with LdapDirectory(quick(slapd.uri)) as directory, pytest.raises(CredentialsRefused):
        directory.bind(person_dn(9), "   ")
    an_attempt(quick(slapd.uri))

    slapd.wait_for_log(BOUND, since=before)
    assert slapd.log()[before:].count(ASKED_TO_BIND) == 2


def test_b18_after_a_refused_starttls_nothing_leaves_in_clear(slapd: RunningSlapd) -> None:
    """This slapd has no certificate, so it refuses by itself; the other proxy refuses for it."""
    for strips in (False, True):
        with running_proxy(slapd.uri) as proxy:
            if strips:
                proxy.strip_starttls()
            with pytest.raises(DirectoryRefused, match="refuses StartTLS"):
                an_attempt(quick(proxy.uri, tls=Tls.STARTTLS))

            assert proxy.connections > 0
            assert proxy.binds == []


def test_b18_when_starttls_is_swallowed_nothing_leaves_in_clear(slapd: RunningSlapd) -> None:
    with running_proxy(slapd.uri) as proxy:
        for answers in (1, 2):
            proxy.drop_answer(answers)
            with pytest.raises(DirectoryError):
                an_attempt(quick(proxy.uri, tls=Tls.STARTTLS))

        assert proxy.binds == []


def test_the_proxy_would_have_seen_a_bind(slapd: RunningSlapd) -> None:
    with running_proxy(slapd.uri) as proxy:
        an_attempt(quick(proxy.uri))

        assert [bind.dn for bind in proxy.binds] == [READER_DN]


@pytest.mark.parametrize("tls", list(Tls))
def test_x02_a_silent_server_is_not_waited_for_long(tls: Tls) -> None:
    scheme = "ldaps" if tls is Tls.LDAPS else "ldap"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        began = monotonic()
        with pytest.raises(LupwebError):
            open_handle(quick(uri, tls=tls))

    assert monotonic() - began < 8


def test_x02_a_server_that_stops_in_between_is_not_waited_for_long(tmp_path: Path) -> None:
    require_slapd()
    with running_slapd(tmp_path, as_ldif(), suffix=SUFFIX) as slapd:
        directory = LdapDirectory(quick(slapd.uri))
        directory.bind(slapd.bind_dn, slapd.password)
        os.kill(slapd.process.pid, signal.SIGSTOP)
        os.waitpid(slapd.process.pid, os.WUNTRACED)  # until it has really stopped
        try:
            with pytest.raises(DirectoryUnavailable, match="no answer in time"):
                directory.read(PEOPLE, ["ou"])
        finally:
            os.kill(slapd.process.pid, signal.SIGCONT)


def test_a_lost_connection_is_not_made_again_as_nobody(tmp_path: Path) -> None:
    """libldap connects anew without a word, and what it asks then is asked without rights."""
    require_slapd()
    directory: LdapDirectory | None = None
    with running_slapd(tmp_path / "one", as_ldif(), suffix=SUFFIX) as slapd:
        directory = LdapDirectory(quick(slapd.uri))
        directory.bind(slapd.bind_dn, slapd.password)
    with pytest.raises(DirectoryUnavailable, match="not reachable"):
        directory.read(PEOPLE, ["ou"])

    with pytest.raises(DirectoryUnavailable, match="has ended"):
        directory.read(PEOPLE, ["ou"])


def test_a_server_that_hides_what_it_is_is_read_all_the_same(tmp_path: Path) -> None:
    """Without its rootDSE nobody knows whether it hands out pages: the answer comes whole."""
    hiding = 'access to dn.base="" by * none'
    with (
        running_slapd(tmp_path, as_ldif(), suffix=SUFFIX, extra_config=hiding) as slapd,
        LdapDirectory(quick(slapd.uri)) as directory,
    ):
        directory.bind(slapd.bind_dn, slapd.password)
        traits = directory.traits()
        pages = list(directory.pages(PEOPLE, "(uid=u*)", ["uid"], page_size=20))

    assert not traits.pages
    assert not traits.schema.is_readable
    assert [len(page) for page in pages] == [20, 5]


@pytest.mark.parametrize("broken", ["uid=u1\0", "uid=\ud800"])
def test_a_broken_character_is_never_sent(slapd: RunningSlapd, broken: str) -> None:
    with LdapDirectory(quick(slapd.uri)) as directory:
        with pytest.raises(InvalidValue):
            directory.read(broken, ["uid"])
        with pytest.raises(InvalidValue):
            directory.search(PEOPLE, f"({broken})", ["uid"], limit=1)
        with pytest.raises(InvalidValue):
            directory.read(PEOPLE, [broken])
