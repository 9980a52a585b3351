"""What can be seen of a directory server before it is asked anything."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lupweb.ldap.certificates import ANSWER_BYTES, START_TLS, SUCCESS
from lupweb.ldap.connection import Server, Tls

PORTS = {"ldap": 389, "ldaps": 636}


def answering(server: Server) -> list[str]:
    """Return those addresses of a server at which somebody accepts a connection."""
    return [uri for uri in server.uris if _accepts(uri, server.network_timeout_s)]


def certificate_end(server: Server, uri: str) -> datetime | None:
    """Return until when the server's certificate is valid; None if that cannot be seen.

    It trusts nobody and sends nothing: libldap alone decides whom to trust.
    """
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
        with _connected(uri, server.network_timeout_s) as plain:
            if server.tls is Tls.STARTTLS:
                plain.sendall(START_TLS)
                if SUCCESS not in plain.recv(ANSWER_BYTES):
                    return None
            with context.wrap_socket(plain, server_hostname=urlsplit(uri).hostname) as safe:
                certificate = safe.getpeercert() or {}
        end = ssl.cert_time_to_seconds(str(certificate.get("notAfter", "")))
    except (OSError, ValueError):
        return None
    return datetime.fromtimestamp(end, UTC)


def _accepts(uri: str, limit_s: float) -> bool:
    try:
        with _connected(uri, limit_s):
            return True
    except (OSError, ValueError):
        return False


def _connected(uri: str, limit_s: float) -> socket.socket:
    parts = urlsplit(uri)
    port = parts.port or PORTS.get(parts.scheme, 389)
    return socket.create_connection((parts.hostname or "", port), limit_s)
