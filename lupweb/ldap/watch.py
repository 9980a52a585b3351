"""Ends a connection whose server answers one question without end (hostile-input.md B86).

libldap reads an answer to its end whatever its size, and takes one byte every few seconds for an
answer that goes on. So somebody else looks on meanwhile, and hangs up.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from threading import Event, Thread
from time import monotonic

MOST_BYTES = 64 * 1024 * 1024
LOOK_EVERY_S = 0.05
BYTES_RECEIVED = struct.Struct("=128xQ")  # tcpi_bytes_received in struct tcp_info of Linux
TCP_INFO = getattr(socket, "TCP_INFO", None)  # elsewhere only time is watched


class Excess(Enum):
    """Why it hung up."""

    BYTES = auto()
    TIME = auto()


@dataclass(frozen=True)
class _Question:
    ends_at: float
    most_received: int


class Watch:
    """Looks on while one connection waits for answers. It belongs to the thread that asks.

    :param descriptor: of the connection's socket; it stays the owner's
    """

    def __init__(self, descriptor: int, *, most_bytes: int = MOST_BYTES) -> None:
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._most_bytes = most_bytes
        self._question: _Question | None = None
        self._is_asked, self._is_over = Event(), Event()
        self.excess: Excess | None = None
        """Why it hung up, or None if it did not."""
        Thread(target=self._look_on, daemon=True).start()

    @contextmanager
    def over(self, limit_s: float) -> Iterator[None]:
        """Look on while the block waits for an answer, for at most `limit_s`."""
        self._question = _Question(monotonic() + limit_s, self._received() + self._most_bytes)
        self._is_asked.set()
        try:
            yield
        finally:
            self._question = None

    def close(self) -> None:
        """Let go of the socket, and look on no more."""
        self._is_over.set()
        self._is_asked.set()
        self._socket.close()

    def _look_on(self) -> None:
        while not self._is_over.is_set():
            self._is_asked.wait()
            self._is_asked.clear()
            while (question := self._question) and not self._is_over.wait(LOOK_EVERY_S):
                excess = self._excess(question)
                if excess and question is self._question:
                    self._hang_up(excess)

    def _excess(self, question: _Question) -> Excess | None:
        if self._received() > question.most_received:
            return Excess.BYTES
        return Excess.TIME if monotonic() > question.ends_at else None

    def _received(self) -> int:
        if TCP_INFO is None:
            return 0
        try:
            told = self._socket.getsockopt(socket.IPPROTO_TCP, TCP_INFO, BYTES_RECEIVED.size)
        except OSError:  # it is closed
            return 0
        return int(BYTES_RECEIVED.unpack(told)[0]) if len(told) == BYTES_RECEIVED.size else 0

    def _hang_up(self, excess: Excess) -> None:
        self.excess = excess
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
