"""One connection of a client through the fault proxy, and the one made for it to the server."""

import asyncio
import random
import socket
import struct
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: leave nothing, say RST


@dataclass(eq=False)
class Link:
    """Both connections."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter

    def cut(self, *, rst: bool) -> None:
        """End the connection for the client: with RST, or with FIN."""
        self.server.transport.abort()
        if rst:
            abort(self.client)
        elif not self.client.is_closing():
            self.client.write_eof()


@dataclass
class Losses:
    """How many messages get lost, and the connection with each.

    :param share: of all messages, both ways, from 0 to 1
    """

    share: float = 0.0
    seed: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 (the same losses each time)

    def strike(self, link: Link) -> bool:
        """Return whether a message is lost; the connection is cut then."""
        is_lost = self.share > 0 and self._chance.random() < self.share
        if is_lost:
            link.cut(rst=True)
        return is_lost


def abort(writer: asyncio.StreamWriter) -> None:
    """End one connection with RST."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
