"""A proxy before a directory server, which breaks connections as networks and servers do.

It knows no more of LDAP than how long messages are (of TLS: records), so that "the third answer"
is exact, and sees who signs in without encryption. One proxy serves any number of connections.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.servers import ber
from tests.servers.links import Link, Losses, abort
from tests.servers.traps import Fate, Trap
from tests.servers.wire import Bind, read_bind, read_message

HOST = "127.0.0.1"
DEFAULT_PORTS = {"ldap": 389, "ldaps": 636}
SLICES_PER_S = 20
MOST_WAITING = 10_000  # messages on their way, in each direction
PATIENCE_S = 10
PROTOCOL_ERROR = 2


class Proxy:
    """A running proxy. Its methods take effect at once, also for connections that are open.

    What counts answers or bytes begins to count when it is called, over all connections, and
    happens once: afterwards everything passes again.
    """

    def __init__(self, target_uri: str, loop: asyncio.AbstractEventLoop) -> None:
        parts = urlsplit(target_uri)
        self._scheme = parts.scheme
        self._target = (parts.hostname or HOST, parts.port or DEFAULT_PORTS[parts.scheme])
        self._loop = loop
        self._port = 0
        self._listener: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._trap: Trap | None = None
        self._delay_s = 0.0
        self._bytes_per_s = 0
        self._strips_starttls = False
        self._losses = Losses()
        self.binds: list[Bind] = []
        """The sign-ins that went through in clear, oldest first."""
        self.connections = 0
        """How many connections were made so far."""
        self.ends: list[int] = []
        """Where each answer ended, in bytes of answers from the start, as the server sent them."""

    @property
    def uri(self) -> str:
        """Return the address to connect to instead of the server's."""
        return f"{self._scheme}://{HOST}:{self._port}"

    def delay(self, ms: int) -> None:
        """Let every message, both ways, arrive so much later."""
        self._delay_s = ms / 1000

    def rate(self, bytes_per_s: int) -> None:
        """Let no more pass on each connection and way; 0: no limit."""
        self._bytes_per_s = bytes_per_s

    def hang(self) -> None:
        """Let nothing pass, while connections stay open and new ones are taken."""
        self._now(self._flowing.clear)

    def cut_after_bytes(self, n: int, *, rst: bool = True) -> None:
        """Cut the connection whose answer brings the `n`-th byte, right behind that byte."""
        self._trap = Trap(Fate.RESET if rst else Fate.FINISH, bytes_left=n)

    def hang_after_bytes(self, n: int) -> None:
        """Hang right behind the `n`-th byte of answers."""
        self._trap = Trap(Fate.HANG, bytes_left=n)

    def cut_at_message(self, n: int, *, rst: bool = True) -> None:
        """Cut the connection instead of passing the `n`-th answer, counted from 1."""
        self._trap = Trap(Fate.RESET if rst else Fate.FINISH, answers_left=n)

    def hang_at_message(self, n: int) -> None:
        """Hang instead of passing the `n`-th answer, counted from 1."""
        self._trap = Trap(Fate.HANG, answers_left=n)

    def drop_answer(self, k: int) -> None:
        """Lose the `k`-th answer, counted from 1; everything else passes."""
        self._trap = Trap(Fate.DROP, answers_left=k)

    def lose(self, share: float, *, seed: int = 0) -> None:
        """Lose this share of all messages, both ways, and the connection with each."""
        self._losses = Losses(share, seed)

    def strip_starttls(self) -> None:
        """Answer StartTLS with protocolError, as if the server did not know it."""
        self._strips_starttls = True

    def cut(self, *, rst: bool = True) -> None:
        """Cut all connections that are open."""
        self._now(lambda: self._cut_all(rst=rst))

    def refuse(self) -> None:
        """Cut all connections with RST and take no new ones, as if the server were not there."""
        self._now(self._stop_listening)
        self.cut()

    def heal(self) -> None:
        """Let everything pass again. What was held by `hang` goes on."""
        self._trap, self._delay_s, self._bytes_per_s = None, 0.0, 0
        self._strips_starttls, self._losses = False, Losses()
        self._now(self._flowing.set)
        self.run(self.listen())

    # Inside the loop's thread.

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, HOST, self._port)
            self._port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End everything."""
        self._stop_listening()
        self._cut_all(rst=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run `coroutine` in the loop's thread and wait for its end."""
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)

    def _now(self, action: Callable[[], object]) -> None:
        async def act() -> None:
            action()

        self.run(act())

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _cut_all(self, *, rst: bool) -> None:
        for link in self._links:
            link.cut(rst=rst)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._flowing.wait()
            answers, server = await asyncio.open_connection(*self._target)
            await self._link(Link(client, server), reader, answers)
        except OSError:
            abort(client)  # the server is not there
        except asyncio.CancelledError:
            abort(client)
        finally:
            self._tasks.discard(task)

    async def _link(
        self, link: Link, requests: asyncio.StreamReader, answers: asyncio.StreamReader
    ) -> None:
        async def pass_request(message: bytes) -> None:
            if self._losses.strike(link) or self._is_answered_here(link, message):
                return
            await self._send(link.server, message)

        async def pass_answer(message: bytes) -> None:
            if not self._losses.strike(link):
                await self._pass_answer(link, message)

        self._links.add(link)
        try:
            await asyncio.gather(
                self._pump(requests, pass_request, link.server),
                self._pump(answers, pass_answer, link.client),
            )
        finally:
            self._links.discard(link)
            link.client.close()
            link.server.transport.abort()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        deliver: Callable[[bytes], Awaitable[None]],
        sink: asyncio.StreamWriter,
    ) -> None:
        """Read and deliver side by side, so that a delay does not add up over messages."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST_WAITING)
        reading = asyncio.create_task(self._read(source, waiting))
        try:
            while (arrival := await waiting.get())[1]:
                await asyncio.sleep(arrival[0] + self._delay_s - self._loop.time())
                await self._flowing.wait()
                await deliver(arrival[1])
            await self._flowing.wait()
            with suppress(OSError):
                sink.write_eof()
        finally:
            reading.cancel()

    async def _read(
        self, source: asyncio.StreamReader, waiting: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        message = b" "
        while message:
            message = await read_message(source)
            await waiting.put((self._loop.time(), message))

    def _is_answered_here(self, link: Link, message: bytes) -> bool:
        if message[0] != ber.SEQUENCE:
            return False
        number, operation, body = ber.parts(ber.taken(message)[1])
        if operation == ber.BIND:
            self.binds.append(read_bind(body))
        if not (self._strips_starttls and operation == ber.EXTENDED and ber.START_TLS in body):
            return False
        code = ber.element(0x0A, bytes([PROTOCOL_ERROR]))
        said = ber.element(ber.EXTENDED_ANSWER, code, ber.text(b""), ber.text(b"unknown"))
        link.client.write(ber.message(number, said))
        return True

    async def _pass_answer(self, link: Link, message: bytes) -> None:
        self.ends.append((self.ends[-1] if self.ends else 0) + len(message))
        trap = self._trap
        passed = trap.passing(message) if trap else message
        await self._send(link.client, passed)
        if trap is None or not trap.is_due:
            return
        self._trap = None
        if trap.fate is Fate.HANG:
            self._flowing.clear()
            await self._flowing.wait()
            await self._send(link.client, message[len(passed) :])
        elif trap.fate is not Fate.DROP:
            link.cut(rst=trap.fate is Fate.RESET)

    async def _send(self, sink: asyncio.StreamWriter, message: bytes) -> None:
        while message:
            limit = self._bytes_per_s
            size = max(1, limit // SLICES_PER_S) if limit else len(message)
            part, message = message[:size], message[size:]
            if sink.is_closing():
                return
            sink.write(part)
            with suppress(OSError):
                await sink.drain()
            if limit:
                await asyncio.sleep(len(part) / limit)


@contextmanager
def running_proxy(target_uri: str) -> Iterator[Proxy]:
    """Run a proxy before `target_uri` while the block lasts. It passes everything at first."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = Proxy(target_uri, loop)
    proxy.run(proxy.listen())
    try:
        yield proxy
    finally:
        proxy.run(proxy.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()
