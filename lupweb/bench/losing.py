"""A bad network before a directory server: it loses messages, or brings them late.

It knows no more of LDAP than how long its messages are (RFC 4511, section 5.1: BER).
"""

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from lupweb.embedded.slapd import HOST

LONG_FORM = 0x80
PATIENCE_S = 10


class Network:
    """What lies between. `share` of all messages, both ways, is lost, each with its connection.

    Each of the others takes `delay_s` on its way. Both can be set at any time. `most_at_once` is
    how many connections there were at the same time.
    """

    def __init__(self, target: int, seed: int) -> None:
        self.port = 0
        self.share = 0.0
        self.delay_s = 0.0
        self.lost = 0
        self.most_at_once = 0
        self._open = 0
        self._target = target
        self._chance = random.Random(seed)  # noqa: S311 the same seed, the same losses

    @property
    def uri(self) -> str:
        """Return the address to connect to instead of the server's."""
        return f"ldap://{HOST}:{self.port}"

    async def listen(self) -> asyncio.Server:
        """Take connections from now on."""
        listener = await asyncio.start_server(self._serve, HOST, 0)
        self.port = listener.sockets[0].getsockname()[1]
        return listener

    async def _serve(self, requests: StreamReader, client: StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection(HOST, self._target)
        except OSError:
            client.transport.abort()
            return
        both = (client, server)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        await asyncio.gather(self._pass(requests, server, both), self._pass(answers, client, both))
        self._open -= 1

    async def _pass(
        self, source: StreamReader, sink: StreamWriter, both: tuple[StreamWriter, ...]
    ) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                message = await message_from(source)
                if self._chance.random() < self.share:
                    self.lost += 1
                    break
                await self._bring(sink, message)
        await asyncio.sleep(self.delay_s)
        for each in both:
            each.transport.abort()

    async def _bring(self, sink: StreamWriter, message: bytes) -> None:
        """Pass a message on, without letting those behind it wait for it."""
        if self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, sink.write, message)
            return
        sink.write(message)
        await sink.drain()


async def message_from(source: StreamReader) -> bytes:
    """Return the next message, whole.

    :raises asyncio.IncompleteReadError: where there is none any more
    """
    head = await source.readexactly(2)
    size = head[1]
    if size & LONG_FORM:
        told = await source.readexactly(size & ~LONG_FORM)
        head, size = head + told, int.from_bytes(told)
    return head + await source.readexactly(size)


@contextmanager
def bad_network(target: int, seed: int) -> Iterator[Network]:
    """Stand before the server at this port of loopback while the block lasts.

    Nothing is lost before `share` is set.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    network = Network(target, seed)
    listening = asyncio.run_coroutine_threadsafe(network.listen(), loop)
    listener = listening.result(PATIENCE_S)
    try:
        yield network
    finally:
        asyncio.run_coroutine_threadsafe(_close(listener), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


async def _close(listener: asyncio.Server) -> None:
    listener.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
