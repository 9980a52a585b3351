"""Safe connections, and the reason when there is none."""

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from lupweb.errors import DirectoryRefused, InvalidSetting
from lupweb.ldap.connection import Server, Tls, open_handle
from tests.ldap.attempts import ASKED_TO_BIND, an_attempt, quick
from tests.ldap.certificates import Authority
from tests.ldap.company import SUFFIX, as_ldif
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd


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


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)

    with pytest.raises(InvalidSetting, match=r"ca\.pem"):
        open_handle(quick("ldaps://127.0.0.1:1", tls=Tls.LDAPS, ca_file=ca_file))


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
