"""Run a server in a network of its own, and pass connections on to it.

Started by `unshare --net`: the listening sockets were opened before, outside, so that people
outside reach the server, while its fixed ports can collide with nobody's. Ends with its server, or
when its standard input is closed.

Usage: netbox.py FD=PORT[,FD=PORT...] COMMAND...
"""

import asyncio
import contextlib
import socket
import subprocess
import sys


async def main(ports: str, command: list[str]) -> int:
    """Run until one of both ends; return the server's exit status."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)  # noqa: S607 (any ip will do)
    server = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
    for pair in ports.split(","):
        descriptor, port = map(int, pair.split("="))
        await asyncio.start_server(passing_on(port), sock=socket.socket(fileno=descriptor))
    given_up = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    ended = asyncio.create_task(server.wait())
    await asyncio.wait((given_up, ended), return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        server.terminate()
    return await ended


def passing_on(port: int):  # type: ignore[no-untyped-def]
    """Return what takes a connection and passes it on to `port` in here."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, requests = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(copy(reader, requests), copy(answers, writer))

    return serve


async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends."""
    with contextlib.suppress(OSError):
        while part := await source.read(65_536):
            sink.write(part)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2:])))
