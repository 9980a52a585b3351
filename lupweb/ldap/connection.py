"""The one place that makes a handle to a directory server."""

import re
import socket
import ssl
import struct
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import ldap

from lupweb.errors import (
    CredentialsRefused,
    DirectoryError,
    DirectoryRefused,
    DirectoryUnavailable,
    InvalidSetting,
)
from lupweb.ldap.certificates import await_handshake, why_refused
from lupweb.ldap.failover import Failover
from lupweb.ldap.handle import Handle
from lupweb.ldap.results import in_our_words
from lupweb.texts import Text, _

# Strict, so that libldap cannot read another host in it than we do.
URI = re.compile(r"(ldaps?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?")
LAST_PORT = 65_535
NO_ATTRIBUTES = "1.1"  # RFC 4511, section 4.5.1.8
LONGEST_PASSWORD = 1024  # bytes
KEEPALIVE = (
    (ldap.OPT_X_KEEPALIVE_IDLE, 60),  # seconds
    (ldap.OPT_X_KEEPALIVE_PROBES, 3),
    (ldap.OPT_X_KEEPALIVE_INTERVAL, 10),  # seconds
)
REFUSALS_TO_STRANGERS = (
    ldap.NO_SUCH_OBJECT,
    ldap.INSUFFICIENT_ACCESS,
    ldap.STRONG_AUTH_REQUIRED,
    ldap.CONFIDENTIALITY_REQUIRED,
    ldap.OPERATIONS_ERROR,
    ldap.INAPPROPRIATE_AUTH,
)
STARTTLS_REFUSED = _(
    "The server refuses StartTLS. The connection was dropped before any password was sent."
    " Allow StartTLS on the server, or use ldaps."
)

FAILOVER = Failover()
"""What this process remembers of servers that failed."""


class Tls(StrEnum):
    """How a connection is protected."""

    NONE = "none"
    LDAPS = "ldaps"
    STARTTLS = "starttls"


@dataclass(frozen=True)
class Server:
    """Where a directory is reached, and how. Several URIs: tried in this order.

    `id_attribute` tells its entries apart; "" is what the server gives for that.
    """

    uris: tuple[str, ...]
    tls: Tls
    allow_cleartext: bool = False
    ca_file: str = ""
    network_timeout_s: float = 5
    timeout_s: float = 10
    page_timeout_s: float = 30
    id_attribute: str = ""


def check_server(server: Server) -> None:
    """Refuse a server that could not be reached, or not safely.

    :raises InvalidSetting: naming the first thing that is wrong
    """
    if not server.uris:
        raise InvalidSetting(_("The address of the directory server is missing."))
    for uri in server.uris:
        _check_uri(uri, server)


def check_credentials(dn: str, password: str) -> None:
    """Refuse a name and password that must not be sent to any server.

    :raises CredentialsRefused: if it is empty, too long or holds a NUL
    """
    try:
        is_sendable = (
            dn.strip() != ""
            and "\x00" not in dn + password
            and 0 < len(password.encode()) <= LONGEST_PASSWORD
            and bool(dn.encode())
        )
    except UnicodeEncodeError:  # half a character
        is_sendable = False
    if not is_sendable:
        raise CredentialsRefused(
            _("This name or password was not sent: it is empty, too long or holds a zero byte.")
        )


def open_handle(server: Server, failover: Failover = FAILOVER) -> Handle:
    """Return a connected handle, not yet bound, to the first server that answers.

    A server that failed within the last minute is tried only if no other one answers.

    :raises InvalidSetting: if the settings are wrong or not safe
    :raises DirectoryRefused: if no safe connection could be made
    :raises DirectoryUnavailable: if no server answers
    """
    check_server(server)
    failures: list[DirectoryError] = []
    for uri in failover.in_order(server.uris):
        try:
            handle = _connected(uri, server)
        except DirectoryError as error:
            failover.failed(uri)
            failures.append(error)
        else:
            failover.answered(uri)
            return handle
    raise _summary(failures)


def ask_for_nothing(handle: Handle, limit_s: float) -> None:
    """See that somebody answers: read the rootDSE without attributes.

    :raises ldap.TIMEOUT: if nobody does within `limit_s`
    """
    message = handle.search_ext("", ldap.SCOPE_BASE, "(objectClass=*)", [NO_ATTRIBUTES])
    try:
        handle.result3(message, all=1, timeout=limit_s)
    except REFUSALS_TO_STRANGERS:
        return  # it hides its rootDSE from strangers, but it answered


def _check_uri(uri: str, server: Server) -> None:
    match = URI.fullmatch(uri)
    if match is None or int(match[3] or 1) not in range(1, LAST_PORT + 1):
        raise InvalidSetting(
            _(
                "“%(uri)s” is not the address of a directory server. It looks like"
                " ldap://ldap.example.com or ldaps://ldap.example.com:636.",
                uri=uri[:200],
            )
        )
    if (match[1] == "ldaps") != (server.tls is Tls.LDAPS):
        raise InvalidSetting(
            _(
                "The address %(uri)s does not fit TLS = %(tls)s: ldaps:// needs ldaps,"
                " and ldap:// needs starttls or none.",
                uri=uri,
                tls=server.tls,
            )
        )
    if server.tls is Tls.NONE and not (server.allow_cleartext or _is_loopback(match[2])):
        raise InvalidSetting(
            _(
                "Passwords would travel to %(uri)s without encryption. Use ldaps or starttls,"
                " or allow clear text for this directory.",
                uri=uri,
            )
        )


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _connected(uri: str, server: Server) -> Handle:
    doing = _("Connecting to %(uri)s", uri=uri)
    with in_our_words(doing):
        handle = _prepared(uri, server)
        try:
            _greet(handle, uri, server)
            _limit_waiting(handle, server.timeout_s)
        except ldap.LDAPError as error:
            handle.unbind_ext_s()  # nothing more may leave through it, least of all in clear
            reason = _tls_problem(error, uri, server)
            if reason is None:
                raise
            raise DirectoryRefused(
                _("%(doing)s failed. %(sentence)s", doing=doing, sentence=reason)
            ) from error
    return handle


def _greet(handle: Handle, uri: str, server: Server) -> None:
    """Make libldap connect, speak TLS if it shall, and see that somebody answers."""
    if server.tls is not Tls.NONE:
        try:
            await_handshake(
                *_host_and_port(uri),
                starts_tls=server.tls is Tls.STARTTLS,
                limit_s=server.network_timeout_s,
            )
        except TimeoutError as error:
            raise ldap.TIMEOUT from error
    if server.tls is Tls.STARTTLS:
        handle.start_tls_s()
    else:
        ask_for_nothing(handle, server.network_timeout_s)


def _tls_problem(error: ldap.LDAPError, uri: str, server: Server) -> Text | None:
    """Return why no safe connection can be had, or None if it was not TLS that failed."""
    if server.tls is Tls.NONE or isinstance(error, ldap.TIMEOUT):
        return None
    if not isinstance(error, ldap.SERVER_DOWN | ldap.CONNECT_ERROR):
        return STARTTLS_REFUSED
    return why_refused(
        *_host_and_port(uri),
        ca_file=server.ca_file,
        starts_tls=server.tls is Tls.STARTTLS,
        limit_s=server.network_timeout_s,
    )


def _host_and_port(uri: str) -> tuple[str, int]:
    parts = urlsplit(uri)
    return parts.hostname or "", parts.port or (636 if parts.scheme == "ldaps" else 389)


def _prepared(uri: str, server: Server) -> Handle:
    handle = Handle(uri)
    handle.protocol_version = ldap.VERSION3
    handle.set_option(ldap.OPT_REFERRALS, 0)
    handle.set_option(ldap.OPT_DEREF, ldap.DEREF_NEVER)
    handle.set_option(ldap.OPT_NETWORK_TIMEOUT, server.network_timeout_s)
    handle.set_option(ldap.OPT_TIMEOUT, server.timeout_s)
    for option, value in KEEPALIVE:
        handle.set_option(option, value)
    if server.tls is not Tls.NONE:
        _demand_tls(handle, server)
    return handle


def _demand_tls(handle: Handle, server: Server) -> None:
    handle.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    handle.set_option(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
    try:
        if server.ca_file:
            ssl.create_default_context(cafile=server.ca_file)  # GnuTLS takes any file in silence
            handle.set_option(ldap.OPT_X_TLS_CACERTFILE, server.ca_file)
        handle.set_option(ldap.OPT_X_TLS_NEWCTX, 0)  # last: it takes what was set before
    except (OSError, ValueError) as error:
        raise InvalidSetting(
            _(
                "The CA file %(path)s cannot be used. It must be readable and hold certificates"
                " in PEM form.",
                path=server.ca_file,
            )
        ) from error


def _limit_waiting(handle: Handle, limit_s: float) -> None:
    """Let no read or write on the socket wait for ever.

    libldap's own time-outs end between two messages: a server that falls silent in the middle of
    one would hold us for good (measured with libldap 2.5.13).
    """
    seconds = int(limit_s)
    limit = struct.pack("@ll", seconds, int((limit_s - seconds) * 1_000_000))  # struct timeval
    borrowed = socket.socket(fileno=handle.fileno())
    try:
        borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    finally:
        borrowed.detach()  # it stays libldap's


def _summary(failures: list[DirectoryError]) -> DirectoryError:
    if len(failures) == 1:
        return failures[0]
    is_final = all(isinstance(failure, DirectoryRefused) for failure in failures)
    kind = DirectoryRefused if is_final else DirectoryUnavailable
    return kind(" ".join(str(failure) for failure in failures))
