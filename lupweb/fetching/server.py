"""Fetch files from one web server: bounded in size and time, and never sent on to another one."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from lupweb.errors import AddressRefused, AddressUnavailable
from lupweb.texts import _, ngettext

LONGEST_S = 10.0
"""How long one file may take, from the first word to the last byte."""
MOST_STEPS = 4  # a file, and three times “it has moved”
PIECE = 64 * 1024
PORTS = {"http": 80, "https": 443}
HEADERS = {"Accept": "image/jpeg, image/png, image/webp", "User-Agent": "lupweb"}
MEANT = "%/:=&?~+!$,;'@()*[]"
"""Signs of an address that are left as they are; a server that sends on may send any."""
NOTHING_THERE = frozenset({404, 410})
MOVED = frozenset({301, 302, 303, 307, 308})
LEAVE_ME_ALONE = 429
METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Where clouds tell a machine its secrets, besides the link-local 169.254.169.254."""

Fetch = Callable[[str], bytes | None]
"""Address -> the file, or None where the server has none; see `Server.fetch`."""
OpenServer = Callable[[str, int], Fetch]
"""Address on a server and the most bytes of a file -> what fetches from that server."""


@dataclass(frozen=True)
class _Origin:
    scheme: str
    host: str
    port: int


class Server:
    """One web server; its name is looked up once.

    :param address: any address on it; it is the only server that is ever asked
    :param most_bytes: of one file
    :param seconds: for one file
    """

    def __init__(self, address: str, most_bytes: int, seconds: float = LONGEST_S) -> None:
        self._origin = _origin_of(urlsplit(address))
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._numbers: list[str] = []
        self._tls = ssl.create_default_context() if self._origin.scheme == "https" else None

    def fetch(self, address: str) -> bytes | None:
        """Return the file; None if the server says that there is none.

        :raises AddressRefused: if the server gives no such file, or one that is too large
        :raises AddressUnavailable: if it does not answer in time, or asks to be left alone
        """
        until = time.monotonic() + self._seconds
        for _step in range(MOST_STEPS):
            parts = urlsplit(address)
            if _origin_of(parts) != self._origin:
                raise AddressRefused(
                    _("The server sends on to another one. That was not asked; name it itself.")
                )
            found = self._ask(parts, until)
            if not isinstance(found, str):
                return found
            address = urljoin(address, found)
        raise AddressRefused(_("The server sends on again and again."))

    def _ask(self, parts: SplitResult, until: float) -> bytes | str | None:
        """Return the file, or None, or the address where it is now."""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = _Connection(self._origin, self._tls, self._looked_up(), until)
        watch = threading.Timer(max(0.0, until - time.monotonic()), connection.hang_up)
        watch.start()
        try:
            connection.request("GET", quote(target, safe=MEANT), headers=HEADERS)
            found = self._answer(connection.getresponse())
            if time.monotonic() >= until:  # a file may seem to end where we hung up
                raise TimeoutError
        except (OSError, HTTPException) as error:
            raise _silent(self._origin.host) from error
        finally:
            watch.cancel()
            connection.close()
        return found

    def _answer(self, response: HTTPResponse) -> bytes | str | None:
        status = response.status
        if status in NOTHING_THERE:
            return None
        if status in MOVED and response.headers["Location"]:
            return str(response.headers["Location"])
        if status >= 500 or status == LEAVE_ME_ALONE:
            raise AddressUnavailable(_("The server answers with status %(status)s.", status=status))
        if status != 200:
            raise AddressRefused(_("The server answers with status %(status)s.", status=status))
        return self._content(response)

    def _content(self, response: HTTPResponse) -> bytes:
        content = bytearray()
        is_too_large = (response.length or 0) > self._most_bytes
        while not is_too_large and (piece := response.read(PIECE)):
            content += piece
            is_too_large = len(content) > self._most_bytes
        if is_too_large:
            raise AddressRefused(_too_large(self._most_bytes))
        if response.length:
            raise HTTPException("the file ended early")
        return bytes(content)

    def _looked_up(self) -> list[str]:
        """Return the numbers of the server that may be asked."""
        if self._numbers:
            return self._numbers
        host, port = self._origin.host, self._origin.port
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _silent(host) from error
        numbers = dict.fromkeys(str(each[4][0]) for each in found)
        self._numbers = [number for number in numbers if number == host or _may_be_asked(number)]
        if not self._numbers:
            raise AddressUnavailable(
                _("“%(host)s” leads to an address that is no web server's.", host=host)
            )
        return self._numbers


class _Connection(HTTPConnection):
    """A connection to numbers that were looked at: a name may lead elsewhere a moment later."""

    def __init__(
        self, origin: _Origin, tls: ssl.SSLContext | None, numbers: list[str], until: float
    ) -> None:
        super().__init__(origin.host, origin.port)
        self.default_port = PORTS[origin.scheme]  # not said in the Host line
        self._tls = tls
        self._numbers = numbers
        self._until = until
        self._wire: socket.socket | None = None  # `sock` is forgotten before the answer is read

    def connect(self) -> None:
        """Connect to the first number that answers."""
        self.sock = self._wire = self._first_that_answers()
        if self._tls:
            # the handshake comes after the wire is known, so that it can be hung up, too
            secured = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self._wire = secured
            secured.do_handshake()

    def hang_up(self) -> None:
        """End whatever goes on; from another thread."""
        if self._wire is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)

    def _first_that_answers(self) -> socket.socket:
        refused: OSError = TimeoutError()
        for number in self._numbers:
            left = self._until - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((number, self.port), timeout=left)
            except OSError as error:
                refused = error
        raise refused


def open_server(address: str, most_bytes: int) -> Fetch:
    """Return what fetches files from the server of this address, and from no other."""
    return Server(address, most_bytes).fetch


def _origin_of(parts: SplitResult) -> _Origin:
    """Return the server that an address leads to.

    :raises AddressRefused: if it leads to none that could be asked
    """
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise AddressRefused(_("The server sends on to what is no web address.")) from error
    return _Origin(parts.scheme, parts.hostname or "", port)


def _may_be_asked(number: str) -> bool:
    """Return whether a name may lead there; a number that was written itself always may."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    is_special = address.is_link_local or address.is_multicast or address.is_unspecified
    return not is_special and address not in METADATA


def _silent(host: str) -> AddressUnavailable:
    return AddressUnavailable(
        _("The server %(host)s did not answer in time, or broke off.", host=host)
    )


def _too_large(most_bytes: int) -> str:
    return str(
        ngettext(
            "The picture has more than %(n)s MB. The server must supply a smaller one.",
            "The picture has more than %(n)s MB. The server must supply a smaller one.",
            most_bytes // (1024 * 1024),
        )
    )
