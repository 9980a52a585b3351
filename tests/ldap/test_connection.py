import os
import signal
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic

import ldap
import pytest

from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    InvalidSetting,
    LupwebError,
)
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls, check_server, open_handle
from tests.ldap.certificates import Authority
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN, SUFFIX, as_ldif
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd

NOBODY_THERE = "ldap://127.0.0.1:1"
ASKED_TO_BIND = "method=128"  # a line of slapd's log, and the one when it said yes
BOUND = "mech=SIMPLE"


def quick(*uris: str, tls: Tls = Tls.NONE, ca_file: Path | str = "") -> Server:
    """Return a server that is not waited for long."""
    return Server(uris, tls, ca_file=str(ca_file), network_timeout_s=1, timeout_s=1)


def an_attempt(server: Server) -> None:
    """Connect, sign in and read one entry."""
    with LdapDirectory(server) as directory:
        directory.bind(READER_DN, PASSWORD)
        directory.read(PEOPLE, ["ou"])


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

    assert handle.get_option(ldap.OPT_REFERRALS) == 0
    assert handle.get_option(ldap.OPT_NETWORK_TIMEOUT) == 5
    assert handle.get_option(ldap.OPT_TIMEOUT) == 10
    assert handle.protocol_version == 3
    handle.unbind_s()


def test_the_next_address_is_tried_when_one_does_not_answer(slapd: RunningSlapd) -> None:
    an_attempt(quick(NOBODY_THERE, slapd.uri))


def test_when_no_address_answers_all_of_them_are_named() -> None:
    with pytest.raises(DirectoryUnavailable, match=r"127\.0\.0\.1:1 .*127\.0\.0\.1:2 "):
        open_handle(quick(NOBODY_THERE, "ldap://127.0.0.1:2"))


def test_b01_a_password_that_must_not_be_sent_never_becomes_a_packet(slapd: RunningSlapd) -> None:
    """This slapd would take an empty password for success: `allow bind_anon_dn`."""
    before = len(slapd.log())
    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        directory.traits()
        for password in ("", "\0", "good\0junk", "x" * 1025):
            with pytest.raises(CredentialsRefused):
                directory.bind(READER_DN, password)
        directory.bind(READER_DN, PASSWORD)

    slapd.wait_for_log(BOUND, since=before)
    assert slapd.log()[before:].count(ASKED_TO_BIND) == 1


def test_b02_one_attempt_is_one_bind(slapd: RunningSlapd) -> None:
    before = len(slapd.log())
    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as directory:
        with pytest.raises(CredentialsRefused):
            directory.bind(f"uid=u9,{PEOPLE}", "   ")
        directory.bind(READER_DN, PASSWORD)

    slapd.wait_for_log(BOUND, since=before)
    assert slapd.log()[before:].count(ASKED_TO_BIND) == 2


@contextmanager
def tls_slapd(folder: Path, authority: Authority, **certificate: object) -> Iterator[RunningSlapd]:
    require_slapd()
    lines = authority.issue(**certificate)  # type: ignore[arg-type]
    with running_slapd(folder / "slapd", as_ldif(), suffix=SUFFIX, extra_config=lines) as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def both_ways(slapd: RunningSlapd, ca_file: Path | str) -> Iterator[Server]:
    """Yield the two ways to a safe connection."""
    yield quick(slapd.ldaps_uri, tls=Tls.LDAPS, ca_file=ca_file)
    yield quick(slapd.uri, tls=Tls.STARTTLS, ca_file=ca_file)


def test_a_good_certificate_is_accepted(tmp_path: Path, authority: Authority) -> None:
    with tls_slapd(tmp_path, authority) as slapd:
        for server in both_ways(slapd, authority.file):
            an_attempt(server)


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ({"is_expired": True}, "expired"),
        ({"address": "127.0.0.9"}, "another host name"),
        ({"is_self_signed": True}, "self-signed"),
    ],
)
def test_b19_a_bad_certificate_is_refused_and_named(
    tmp_path: Path, authority: Authority, certificate: dict[str, object], said: str
) -> None:
    with tls_slapd(tmp_path, authority, **certificate) as slapd:
        for server in both_ways(slapd, authority.file):
            with pytest.raises(DirectoryRefused, match=said):
                an_attempt(server)
        assert ASKED_TO_BIND not in slapd.log()


def test_b19_an_unknown_issuer_is_refused_and_named(tmp_path: Path, authority: Authority) -> None:
    stranger = Authority(tmp_path, "stranger")
    with tls_slapd(tmp_path, authority) as slapd:
        for ca_file in (stranger.file, ""):
            for server in both_ways(slapd, ca_file):
                with pytest.raises(DirectoryRefused, match="not known here"):
                    an_attempt(server)


def test_b19_tls_before_1_2_is_refused_and_named(tmp_path: Path, authority: Authority) -> None:
    authority.issue()
    with old_tls_server(tmp_path) as port:
        server = quick(f"ldaps://127.0.0.1:{port}", tls=Tls.LDAPS, ca_file=authority.file)
        with pytest.raises(DirectoryRefused, match=r"TLS 1\.2"):
            open_handle(server)


def test_b18_after_a_refused_starttls_nothing_leaves_in_clear(slapd: RunningSlapd) -> None:
    before = len(slapd.log())
    with pytest.raises(DirectoryRefused, match="refuses StartTLS"):
        an_attempt(quick(slapd.uri, tls=Tls.STARTTLS))

    an_attempt(quick(slapd.uri))
    slapd.wait_for_log(BOUND, since=before)
    assert slapd.log()[before:].count(ASKED_TO_BIND) == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)

    with pytest.raises(InvalidSetting, match=r"ca\.pem"):
        open_handle(quick("ldaps://127.0.0.1:1", tls=Tls.LDAPS, ca_file=ca_file))


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


@contextmanager
def old_tls_server(folder: Path) -> Iterator[int]:
    """Listen with TLS 1.1 and nothing newer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_shake_hands, args=(listener, context), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        with connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                continue
