"""The web server: gunicorn with threads, started by our own command.

A thread is busy with answering only. Until a request has arrived as a whole, its connection costs
a place in a list: clients that stop in the middle do not keep others waiting (B17). A proxy in
front that buffers requests does the same with more connections.
"""

import gc
import re
import selectors
import socket
import struct
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import get_parser
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import TConn, ThreadWorker

from lupweb.cli.closing import answered

THREADS = 4
GRACE_S = 10
MOST_CONNECTIONS = 512  # of one process; more of them wait outside
LARGEST_LINE = 8190
LARGEST_FIELD = 16_380
MOST_FIELDS = 100
LARGEST_HEAD = 64 * 1024
LARGEST_WAITED_FOR = 1024 * 1024  # what is larger is read, or refused, by the application
MOST_HELD = 64 * 1024 * 1024  # bytes of unfinished requests of one process
PIECE = 64 * 1024
SILENCE_S = 10
WHOLE_S = 60
GOODBYE_S = 2
DRAIN_S = 0.05
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(0|[1-9][0-9]{0,14})[ \t]*(?=\r\n)", re.IGNORECASE)
NAMED_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:", re.IGNORECASE)
LENGTH_REQUIRED = b"HTTP/1.1 411 Length Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
ASKS_FIRST = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


class WebServer(BaseApplication):
    """Serves the application on one address."""

    def __init__(self, app: Flask, address: str, workers: int) -> None:
        self._app = app
        self._address = address
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn would otherwise read from a file."""
        for name, value in {
            "bind": self._address,
            "workers": self._workers,
            "threads": THREADS,
            "worker_class": PatientWorker,
            "worker_connections": MOST_CONNECTIONS,
            "graceful_timeout": GRACE_S,
            "limit_request_line": LARGEST_LINE,
            "limit_request_fields": MOST_FIELDS,
            "limit_request_field_size": LARGEST_FIELD,
            "forwarded_allow_ips": "",  # web/proxies.py decides whom to believe
            "proc_name": "lupweb",
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return what answers requests; called in each worker, after the fork."""
        # The program is no garbage: looking through it again and again was a sixteenth of a page.
        gc.collect()
        gc.freeze()
        return partial(answered, self._app, LARGEST_WAITED_FOR)


@dataclass(eq=False)
class Arriving:
    """A request of which not everything has come."""

    received: bytearray = field(default_factory=bytearray)
    began_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    head_ends: int = -1
    wanted: int = 0

    def add(self, piece: bytes) -> None:
        """Take what has come."""
        looked_at = max(len(self.received) - len(END_OF_HEAD), 0)
        self.received += piece
        self.heard_at = time.monotonic()
        if self.head_ends < 0:
            self.head_ends = self.received.find(END_OF_HEAD, looked_at)
            self.wanted = self._length()

    @property
    def has_too_large_a_head(self) -> bool:
        """Return whether the header fields go on and on."""
        size = len(self.received) if self.head_ends < 0 else self.head_ends
        return size > LARGEST_HEAD

    @property
    def is_complete(self) -> bool:
        """Return whether a thread may begin: all is there, or more than is waited for."""
        if self.head_ends < 0:
            return False
        body = self.wanted - self.head_ends - len(END_OF_HEAD)
        return body > LARGEST_WAITED_FOR or len(self.received) >= self.wanted

    @property
    def hides_its_length(self) -> bool:
        """Return whether nobody can say when the body is complete: chunks, or an odd number.

        No browser sends a form so. A thread that read such a body would wait as long as the client
        likes (hostile-input.md B17).
        """
        if self.head_ends < 0:
            return False
        head = (0, self.head_ends + len(END_OF_HEAD))
        named = NAMED_LENGTH.findall(self.received, *head)
        is_odd = len(named) != len(LENGTH.findall(self.received, *head)) or len(named) > 1
        return is_odd or CHUNKED.search(self.received, *head) is not None

    @property
    def waits_for_us(self) -> bool:
        """Return whether the client sends its body only when it is told to."""
        return ASKS_FIRST.search(self.received, 0, max(self.head_ends, 0)) is not None

    def is_late(self, now: float) -> bool:
        """Return whether nothing came for long, or the whole takes too long."""
        return now > self.heard_at + SILENCE_S or now > self.began_at + WHOLE_S

    def _length(self) -> int:
        if self.head_ends < 0:
            return 0
        found = LENGTH.search(self.received, 0, self.head_ends + len(END_OF_HEAD))
        return self.head_ends + len(END_OF_HEAD) + (int(found[1]) if found else 0)


@dataclass(eq=False)
class Leaving:
    """A connection that was answered for the last time; the client closes it, or we do soon."""

    began_at: float = field(default_factory=time.monotonic)
    received: bytearray = field(default_factory=bytearray)

    def is_late(self, now: float) -> bool:
        """Return whether the client had its time."""
        return now > self.began_at + GOODBYE_S


class AddressTooLong(LimitRequestLine):
    """What is said of it by whoever does not know yet who asks, nor in which language."""

    def __str__(self) -> str:
        return (
            "This address is too long: the filter and what is chosen beside it have room for 8,000"
            " characters, and letters with accents take six. Go back and leave something out."
        )


class PatientWorker(ThreadWorker):
    """Waits for requests without a thread, and for no client for ever (gunicorn 27)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: dict[TConn, Arriving | Leaving] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for the request of a connection, new or used again; then give it to a thread."""
        _limit_waiting(conn.sock)
        arriving = Arriving()
        if conn.parser is not None:
            arriving.add(conn.parser.unreader.take_buffered())
        self._listen(conn, arriving, partial(self._receive, conn, arriving))
        if arriving.is_complete and not arriving.hides_its_length:
            self._hand_over(conn, arriving)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no request; say in words that an address is too long."""
        if isinstance(exc, LimitRequestLine):
            exc = AddressTooLong(exc.size, exc.max_size)
        super().handle_error(req, client, addr, exc)

    def finish_request(self, conn: TConn, done: Any) -> None:
        """Keep a connection for the next request, or let the client close it; without a thread."""
        if done.cancelled() or done.exception() is not None or done.result():
            super().finish_request(conn, done)
        else:
            self._say_goodbye(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Drop what is left of a body that was refused; a thread does not wait for the rest."""
        return keepalive and bool(conn.parser.finish_body(deadline=time.monotonic() + DRAIN_S))

    def murder_pending(self) -> None:
        """Cut who is late; when we are to stop, who has not begun."""
        super().murder_pending()
        now = time.monotonic()
        for conn, each in list(self._waiting.items()):
            if each.is_late(now) or not (self.alive or each.received):
                self._drop(conn)

    def _listen(self, conn: TConn, each: Arriving | Leaving, callback: Any) -> None:
        conn.sock.setblocking(False)
        self._waiting[conn] = each
        self.poller.register(conn.sock, selectors.EVENT_READ, callback)

    def _receive(self, conn: TConn, arriving: Arriving, _socket: Any) -> None:
        piece = _piece_of(conn)
        if piece is None:
            return
        if not piece:
            self._drop(conn)
            return
        had_head = arriving.head_ends >= 0
        arriving.add(piece)
        if arriving.has_too_large_a_head:
            self._refuse(conn)
        elif arriving.hides_its_length:
            self._forget(conn)
            conn.sock.send(LENGTH_REQUIRED)
            self._say_goodbye(conn)
        elif arriving.is_complete:
            self._hand_over(conn, arriving)
        elif not had_head and arriving.waits_for_us:
            conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._hold_no_more_than_we_can()

    def _hand_over(self, conn: TConn, arriving: Arriving) -> None:
        self._forget(conn)
        if conn.parser is None:
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(bytes(arriving.received))
        conn.data_ready = True
        super().enqueue_req(conn)

    def _refuse(self, conn: TConn) -> None:
        self._forget(conn)
        self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("too large"))
        self._say_goodbye(conn)

    def _say_goodbye(self, conn: TConn) -> None:
        """End our half; what the client still sends is thrown away, so that it reads our answer."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        self._listen(conn, Leaving(), partial(self._discard, conn))

    def _discard(self, conn: TConn, _socket: Any) -> None:
        if _piece_of(conn) == b"":
            self._drop(conn)

    def _hold_no_more_than_we_can(self) -> None:
        held = sum(len(each.received) for each in self._waiting.values())
        for conn, each in list(self._waiting.items()):  # the oldest first
            if held <= MOST_HELD:
                return
            held -= len(each.received)
            self._drop(conn)

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: TConn) -> None:
        self._waiting.pop(conn)
        self.poller.unregister(conn.sock)


def _piece_of(conn: TConn) -> bytes | None:
    """Return what has come; nothing if the client hung up, None if it was a false alarm."""
    try:
        piece: bytes = conn.sock.recv(PIECE)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
    return piece


def _limit_waiting(client: socket.socket) -> None:
    """Let no read or write in a thread wait for ever; a time-out of Python's would be reset."""
    limit = struct.pack("@ll", SILENCE_S, 0)  # struct timeval
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
