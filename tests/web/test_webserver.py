"""The web server as a process of its own: what it refuses, and whom it does not let wait."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from lupweb.cli.webserver import Arriving
from tests.servers.slapd import wait_until

PAGE = b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
STALLED = {
    "body": FORM + b"\r\nusername=a",
    "header": FORM + b"X-Slow: ",
    "nothing": b"",
}
QUICK_S = 4


@pytest.fixture(scope="module")
def port(
    tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path, queue_url: str
) -> Iterator[int]:
    """The port of a web server with a single process."""
    instance = tmp_path_factory.mktemp("web")
    shutil.copy(sqlite_with_tables, instance / "lupweb.sqlite")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    environment = {"LUPWEB_INSTANCE": str(instance), "LUPWEB_REDIS_URL": queue_url}
    command = [sys.executable, "-m", "lupweb", "serve", "--port", str(free), "--workers", "1"]
    server = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 our own
    try:
        wait_until(lambda: server.poll() is not None or _listens(free), limit_s=30)
        yield free
    finally:
        server.terminate()
        server.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def sent(port: int, request: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(request)
    return connection


def read(connection: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    answer = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            answer += piece
    return answer


def answer_to(port: int, request: bytes) -> bytes:
    with sent(port, request) as connection:
        return read(connection)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("kind", STALLED)
def test_b17_twenty_stalled_requests_do_not_stop_other_peoples_pages(port: int, kind: str) -> None:
    with ExitStack() as stalled:
        for _each in range(20):
            stalled.enter_context(sent(port, STALLED[kind]))
        began = time.monotonic()

        for _each in range(5):
            assert status(answer_to(port, PAGE)) == 200

        assert time.monotonic() - began < QUICK_S


def test_b17_twenty_who_never_hang_up_do_not_stop_other_peoples_pages(port: int) -> None:
    with ExitStack() as staying:
        for _each in range(20):
            staying.enter_context(sent(port, b"nonsense\r\n\r\n"))
        began = time.monotonic()

        assert status(answer_to(port, PAGE)) == 200

        assert time.monotonic() - began < QUICK_S


def test_b17_bodies_that_are_refused_do_not_keep_threads(port: int) -> None:
    head = FORM.replace(b"1000", b"9000000") + b"\r\nusername=a"
    with ExitStack() as stalled:
        for _each in range(20):
            stalled.enter_context(sent(port, head))
        began = time.monotonic()

        assert status(answer_to(port, PAGE)) == 200

        assert time.monotonic() - began < QUICK_S


def test_b17_a_stalled_request_is_cut(port: int) -> None:
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(sent(port, each)) for each in STALLED.values()]
        began = time.monotonic()

        assert [read(each) for each in connections] == [b""] * len(connections)
        assert 5 < time.monotonic() - began < 15


@pytest.mark.parametrize(
    "fields",
    [
        b"X-Long: " + b"x" * 20_000,
        b"Cookie: " + b"a=b; " * 100_000,
        b"\r\n".join([b"Cookie: a=b"] * 100_000),
        b"\r\n".join([b"X-Many: y"] * 200),
    ],
    ids=["long", "100k cookies", "100k cookie lines", "many"],
)
def test_b17_a_header_that_is_too_large_is_refused(port: int, fields: bytes) -> None:
    head = b"GET /login HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
            connection.sendall(head)
        assert status(read(connection)) in {400, 431}


def test_an_address_that_is_too_long_is_refused_in_words(port: int) -> None:
    answer = answer_to(port, PAGE.replace(b"/login", b"/people?filter=" + b"%C3%BC" * 1_400))

    assert status(answer) == 414
    assert b"leave something out" in answer


def test_b14_a_cookie_of_eight_kilobytes_is_nobody(port: int) -> None:
    cookie = b"Cookie: lupweb=k." + b"x" * 8192
    answer = answer_to(
        port,
        PAGE.replace(b"GET /login", b"GET /people").replace(
            b"Connection", cookie + b"\r\nConnection"
        ),
    )

    assert status(answer) == 302


@pytest.mark.parametrize(
    "host",
    [
        b"Host: localhost\r\nHost: evil.example",
        b"Host: evil.example",
        b"Host: localhost,evil.example",
        b"Host: localhost@evil.example",
        b"Host:",
    ],
)
def test_b16_another_host_or_two_of_them_are_refused(port: int, host: bytes) -> None:
    request = b"GET /login HTTP/1.1\r\n" + host + b"\r\nConnection: close\r\n\r\n"

    assert status(answer_to(port, request)) == 400


def test_b16_a_stranger_cannot_choose_host_or_scheme(port: int) -> None:
    said = b"X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 8.8.8.8"

    answer = answer_to(port, PAGE.replace(b"Connection", said + b"\r\nConnection"))

    assert status(answer) == 200
    assert b"evil.example" not in answer


def test_b50_the_server_does_not_tell_its_version(port: int) -> None:
    head = answer_to(port, PAGE).partition(b"\r\n\r\n")[0].lower()

    named = [line for line in head.split(b"\r\n") if line.startswith((b"server:", b"x-powered"))]
    assert not any(digit in line for line in named for digit in b"0123456789")


def test_a_request_in_pieces_and_two_at_once_are_answered(port: int) -> None:
    again = PAGE.replace(b"Connection: close\r\n", b"")
    with sent(port, again[:20]) as connection:
        connection.sendall(again[20:] + PAGE)

        assert read(connection).count(b"HTTP/1.1 200 OK") == 2


def test_who_asks_before_sending_a_body_is_told_to(port: int) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n"
    with sent(port, head + b"Expect: 100-continue\r\n\r\n") as connection:
        assert connection.recv(25).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"a=b")

        assert b"HTTP/1.1 400" in read(connection)  # it has no token


def test_a_body_without_end_is_refused_before_it_is_read(port: int) -> None:
    head = FORM.replace(b"1000", b"1073741824") + b"\r\n"

    answer = answer_to(port, head)

    assert status(answer) == 413
    assert b"\r\nConnection: close\r\n" in answer, "it ends, and says so"


@pytest.mark.parametrize(
    ("pieces", "is_complete"),
    [
        ([PAGE], True),
        ([PAGE[:-1]], False),
        ([PAGE[:-3], PAGE[-3:]], True),
        ([FORM + b"\r\n", b"x" * 999], False),
        ([FORM + b"\r\n", b"x" * 1000], True),
        ([FORM.replace(b"1000", b"1048576") + b"\r\n", b"x" * 1000], False),
        ([FORM.replace(b"1000", b"1048577") + b"\r\n"], True),
    ],
)
def test_a_thread_begins_when_all_of_a_request_is_there(
    pieces: list[bytes], is_complete: bool
) -> None:
    arriving = Arriving()

    for piece in pieces:
        arriving.add(piece)

    assert arriving.is_complete is is_complete


@pytest.mark.parametrize(
    "field",
    [
        b"Transfer-Encoding: chunked",
        b"Content-Length: 0000000000050000",
        b"Content-Length: 050",
        b"Content-Length: +5",
        b"Content-Length: 5, 5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length : 5",
    ],
)
def test_b17_a_body_whose_end_nobody_can_tell_is_refused_without_a_thread(
    port: int, field: bytes
) -> None:
    answer = answer_to(port, b"POST /login HTTP/1.1\r\nHost: localhost\r\n" + field + b"\r\n\r\n")

    assert status(answer) == 411
