"""Ends a connection whose server answers one question without end (hostile-input.md B86).

libldap reads an answer to its end whatever its size, and keeps it in memory. So somebody else looks
on meanwhile, and hangs up. Where the system does not count bytes (it is not Linux), nobody does.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

MOST_BYTES = 64 * 1024 * 1024
LOOK_EVERY_S = 0.05
BYTES_RECEIVED = struct.Struct("=128xQ")  # tcpi_bytes_received in struct tcp_info of Linux
RESET = struct.pack("@ii", 1, 0)  # on, 0 s: what is on its way is thrown away
TCP_INFO = getattr(socket, "TCP_INFO", None)


class Watch:
    """Looks on while one connection waits for answers. It belongs to the thread that asks.

    :param descriptor: of the connection's socket; it stays the owner's
    """

    def __init__(self, descriptor: int, *, most_bytes: int = MOST_BYTES) -> None:
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._most_bytes = most_bytes
        self._ends_at: int | None = None
        self._is_asked, self._is_over = Event(), Event()
        self.has_hung_up = False
        Thread(target=self._look_on, daemon=True).start()

    @contextmanager
    def over(self) -> Iterator[None]:
        """Look on while the block waits for an answer."""
        self._ends_at = self.received() + self._most_bytes
        self._is_asked.set()
        try:
            yield
        finally:
            self._ends_at = None

    def received(self) -> int:
        """Return how many bytes have come over this connection; 0 where nobody counts them."""
        if TCP_INFO is None:
            return 0
        try:
            told = self._socket.getsockopt(socket.IPPROTO_TCP, TCP_INFO, BYTES_RECEIVED.size)
        except OSError:  # it is closed
            return 0
        return int(BYTES_RECEIVED.unpack(told)[0]) if len(told) == BYTES_RECEIVED.size else 0

    def close(self) -> None:
        """Let go of the socket, and look on no more."""
        self._is_over.set()
        self._is_asked.set()
        self._socket.close()

    def _look_on(self) -> None:
        while not self._is_over.is_set():
            self._is_asked.wait()
            self._is_asked.clear()
            while (ends_at := self._ends_at) and not self._is_over.wait(LOOK_EVERY_S):
                if self.received() > ends_at and ends_at == self._ends_at:
                    self._hang_up()

    def _hang_up(self) -> None:
        self.has_hung_up = True
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self._socket.shutdown(socket.SHUT_RDWR)
