"""A server that answers what no good server would: LDAP messages written by hand."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

PAGED_RESULTS = b"1.2.840.113556.1.4.319"
BIND, SEARCH = 0x60, 0x63

Answer = Callable[[int, int], list[bytes]]
"""What a search is answered: message id, number of the search from 1 -> messages."""


def entry(message: int, dn: bytes, **attributes: bytes) -> bytes:
    """Return a found entry with one value per attribute."""
    values = [
        _ber(0x30, _text(name.encode()), _ber(0x31, _text(value)))
        for name, value in attributes.items()
    ]
    return _message(message, _ber(0x64, _text(dn), _ber(0x30, *values)))


def reference(message: int, uri: bytes) -> bytes:
    """Return a search reference to another server."""
    return _message(message, _ber(0x73, _text(uri)))


def done(message: int, *, code: int = 0, text: bytes = b"", control: bytes | None = None) -> bytes:
    """Return the end of a search; `control` is the raw value of the paging control."""
    controls = b""
    if control is not None:
        controls = _ber(0xA0, _ber(0x30, _text(PAGED_RESULTS), _text(control)))
    result = _ber(0x65, _ber(0x0A, bytes([code])), _text(b""), _text(text))
    return _message(message, result + controls)


def cookie(value: bytes) -> bytes:
    """Return the value of the paging control with this cookie."""
    return _ber(0x30, _ber(0x02, b"\0"), _text(value))


@contextmanager
def hostile_server(answer: Answer, *, offers_paging: bool = True) -> Iterator[str]:
    """Listen on loopback and answer searches with `answer`; yield the URI.

    Binds succeed, and the rootDSE is there.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = Thread(target=_serve, args=(listener, answer, offers_paging), daemon=True)
        serving.start()
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(timeout=10)


def _serve(listener: socket.socket, answer: Answer, offers_paging: bool) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as stream:
            _talk(connection, stream.read, answer, offers_paging=offers_paging)


def _talk(
    connection: socket.socket, read: Callable[[int], bytes], answer: Answer, *, offers_paging: bool
) -> None:
    searches = 0
    root = {"supportedControl": PAGED_RESULTS} if offers_paging else {"vendorName": b"bad"}
    try:
        while request := _element(read):
            message, operation, body = _parts(request)
            if operation == BIND:
                said = [_message(message, _ber(0x61, _ber(0x0A, b"\0"), _text(b""), _text(b"")))]
            elif operation == SEARCH and body[:2] == b"\x04\x00":
                said = [entry(message, b"", **root), done(message)]
            elif operation == SEARCH:
                searches += 1
                said = answer(message, searches)
            else:
                continue
            connection.sendall(b"".join(said))
    except OSError:
        return


def _element(read: Callable[[int], bytes]) -> bytes:
    """Return the contents of the next BER element, or nothing at the end."""
    head = read(2)
    if len(head) < 2:
        return b""
    length = head[1]
    if length & 0x80:
        length = int.from_bytes(read(length & 0x7F))
    return read(length)


def _parts(request: bytes) -> tuple[int, int, bytes]:
    """Return message id, operation, and the operation's contents."""
    start = 2 + request[1]
    message = int.from_bytes(request[2:start])
    length_bytes = request[start + 1] & 0x7F if request[start + 1] & 0x80 else 0
    return message, request[start], request[start + 2 + length_bytes :]


def _message(message: int, content: bytes) -> bytes:
    number = message.to_bytes(message.bit_length() // 8 + 1)
    return _ber(0x30, _ber(0x02, number), content)


def _text(value: bytes) -> bytes:
    return _ber(0x04, value)


def _ber(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content
