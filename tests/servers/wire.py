"""LDAP messages as they come from a socket, whole; or records of TLS."""

import asyncio
from dataclasses import dataclass

from tests.servers import ber

TLS_RECORDS = range(0x14, 0x18)


@dataclass(frozen=True)
class Bind:
    """A sign-in that could be read on the wire."""

    dn: str
    password: bytes


async def read_message(source: asyncio.StreamReader) -> bytes:
    """Return the next message or record; what is neither, as it comes; nothing at the end."""
    message = b""
    try:
        message = await source.readexactly(2)
        if message[0] in TLS_RECORDS:
            message += await source.readexactly(3)
            return message + await source.readexactly(int.from_bytes(message[3:]))
        if message[0] != ber.SEQUENCE:
            return message + await source.read(65_536)
        length = message[1]
        if length & ber.LONG_FORM:
            message += await source.readexactly(length - ber.LONG_FORM)
            length = int.from_bytes(message[2:])
        return message + await source.readexactly(length)
    except asyncio.IncompleteReadError as error:
        return message + error.partial
    except OSError:
        return b""


def read_bind(body: bytes) -> Bind:
    """Read the contents of a bind request with a password."""
    _tag, _version, rest = ber.taken(body)
    _tag, dn, rest = ber.taken(rest)
    _tag, password, _rest = ber.taken(rest)
    return Bind(dn.decode(errors="replace"), password)
