"""A server that answers what no good server would: LDAP messages written by hand."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread

from tests.servers import ber

PAGED_RESULTS = b"1.2.840.113556.1.4.319"

Answer = Callable[[int, int], Iterable[bytes]]
"""What a search is answered: message id, number of the search from 1 -> messages, or parts."""


def endless_entry(message: int, size: int) -> Iterator[bytes]:
    """Give the parts of one found entry of about `size` bytes."""
    part = b"x" * 65_536
    value = ber.head(ber.OCTET_STRING, size)
    values = ber.head(0x31, len(value) + size) + value
    name = ber.text(b"jpegPhoto")
    attribute = ber.head(0x30, len(name) + len(values) + size) + name + values
    found = ber.text(b"") + ber.head(0x30, len(attribute) + size) + attribute
    whole = b"\x02\x01" + bytes([message]) + ber.head(0x64, len(found) + size) + found
    yield ber.head(0x30, len(whole) + size) + whole
    for _number in range(size // len(part)):
        yield part


def entry(message: int, dn: bytes, **attributes: bytes) -> bytes:
    """Return a found entry with one value per attribute."""
    values = [
        ber.element(0x30, ber.text(name.encode()), ber.element(0x31, ber.text(value)))
        for name, value in attributes.items()
    ]
    return ber.message(message, ber.element(0x64, ber.text(dn), ber.element(0x30, *values)))


def reference(message: int, uri: bytes) -> bytes:
    """Return a search reference to another server."""
    return ber.message(message, ber.element(0x73, ber.text(uri)))


def done(message: int, *, code: int = 0, text: bytes = b"", control: bytes | None = None) -> bytes:
    """Return the end of a search; `control` is the raw value of the paging control."""
    controls = b""
    if control is not None:
        controls = ber.element(0xA0, ber.element(0x30, ber.text(PAGED_RESULTS), ber.text(control)))
    result = ber.element(0x65, ber.element(0x0A, bytes([code])), ber.text(b""), ber.text(text))
    return ber.message(message, result + controls)


def cookie(value: bytes) -> bytes:
    """Return the value of the paging control with this cookie."""
    return ber.element(0x30, ber.element(0x02, b"\0"), ber.text(value))


@contextmanager
def hostile_server(answer: Answer, *, offers_paging: bool = True, late: int = 0) -> Iterator[str]:
    """Listen on loopback and answer searches with `answer`; yield the URI.

    Binds succeed, and the rootDSE is there.

    :param late: answer a search only when the rootDSE has been asked for so many times meanwhile
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = Thread(target=_serve, args=(listener, answer, offers_paging, late), daemon=True)
        serving.start()
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(timeout=10)


def _serve(listener: socket.socket, answer: Answer, offers_paging: bool, late: int) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as stream:
            _talk(connection, stream.read, answer, offers_paging=offers_paging, late=late)


def _talk(
    connection: socket.socket,
    read: Callable[[int], bytes],
    answer: Answer,
    *,
    offers_paging: bool,
    late: int,
) -> None:
    searches = 0
    waiting: list[tuple[int, Iterable[bytes]]] = []
    root = {"supportedControl": PAGED_RESULTS} if offers_paging else {"vendorName": b"bad"}
    try:
        while request := _element(read):
            message, operation, body = ber.parts(request)
            if operation == ber.BIND:
                _send(connection, [_bound(message)])
            elif operation == ber.SEARCH and body[:2] == b"\x04\x00":
                _send(connection, [entry(message, b"", **root), done(message)])
                waiting = [(left - 1, said) for left, said in waiting]
            elif operation == ber.SEARCH:
                searches += 1
                waiting.append((late, answer(message, searches)))
            for _left, said in [due for due in waiting if due[0] <= 0]:
                _send(connection, said)
            waiting = [due for due in waiting if due[0] > 0]
    except OSError:
        return


def _bound(message: int) -> bytes:
    return ber.message(
        message, ber.element(0x61, ber.element(0x0A, b"\0"), ber.text(b""), ber.text(b""))
    )


def _send(connection: socket.socket, messages: Iterable[bytes]) -> None:
    for each in messages:
        connection.sendall(each)


def _element(read: Callable[[int], bytes]) -> bytes:
    """Return the contents of the next BER element, or nothing at the end."""
    head = read(2)
    if len(head) < 2:
        return b""
    length = head[1]
    if length & 0x80:
        length = int.from_bytes(read(length & 0x7F))
    return read(length)
