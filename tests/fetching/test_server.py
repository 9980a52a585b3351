"""Files come from the one server that was named: bounded in size and time."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lupweb.errors import AddressRefused, AddressUnavailable
from lupweb.fetching.server import Server

MB = 1024 * 1024


class Web(ThreadingHTTPServer):
    """A web server of this test; it notes what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.heads: list[str] = []
        self.is_over = threading.Event()
        self.elsewhere = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """What is at which path."""

    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.heads.append(self.headers["Host"])
        name = self.path.partition("?")[0].strip("/")
        getattr(self, f"give_{name}", self.give_file)()

    def give_file(self) -> None:
        self.answer(200, b"a picture")

    def give_none(self) -> None:
        self.answer(404, b"a page that says so")

    def give_secret(self) -> None:
        self.answer(403)

    def give_broken(self) -> None:
        self.answer(503)

    def give_moved(self) -> None:
        self.answer(302, location="/file")

    def give_round(self) -> None:
        self.answer(302, location="/round")

    def give_away(self) -> None:
        self.answer(302, location=self.server.elsewhere)

    def give_large(self) -> None:
        self.answer(200, bytes(20 * MB))

    def give_endless(self) -> None:
        """Say nothing about the length, and never come to an end."""
        self.send_response(200)
        self.end_headers()
        self.send_until_over(bytes(MB))

    def give_slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.send_until_over(b"x", pause_s=0.02)

    def give_slow_head(self) -> None:
        self.send_until_over(b"x", pause_s=0.02)

    def give_half(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")

    def send_until_over(self, piece: bytes, pause_s: float = 0.0) -> None:
        try:
            while not self.server.is_over.wait(pause_s):
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True

    def answer(self, status: int, content: bytes = b"", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as server:
        yield server


class running:  # noqa: N801 - reads like the function that it stands for
    """A server in a thread, for a `with` block."""

    def __enter__(self) -> Web:
        self.web = Web()
        self.loop = threading.Thread(target=self.web.serve_forever, args=(0.02,), daemon=True)
        self.loop.start()
        return self.web

    def __exit__(self, *_error: object) -> None:
        self.web.is_over.set()
        self.web.shutdown()
        self.web.server_close()
        self.loop.join(5)


def fetched(web: Web, path: str, seconds: float = 10.0) -> bytes | None:
    return Server(web.url, 8 * MB, seconds).fetch(web.url + path)


def test_a_file_is_fetched_and_only_the_server_is_told_what_it_needs(web: Web) -> None:
    assert fetched(web, "/file?of=ada%2Fb") == b"a picture"

    assert web.asked == ["/file?of=ada%2Fb"]
    assert web.heads == [f"127.0.0.1:{web.server_port}"]


def test_where_there_is_nothing_there_is_none(web: Web) -> None:
    assert fetched(web, "/none") is None


@pytest.mark.parametrize("path", ["/large", "/endless"])
def test_a_file_is_read_no_further_than_the_limit(web: Web, path: str) -> None:
    with pytest.raises(AddressRefused, match="more than 8 MB"):
        fetched(web, path)


@pytest.mark.parametrize("path", ["/slow", "/slow_head"])
def test_a_server_that_drips_is_hung_up_on(web: Web, path: str) -> None:
    began = time.monotonic()

    with pytest.raises(AddressUnavailable, match="did not answer in time"):
        fetched(web, path, seconds=0.3)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/half", "/broken"])
def test_a_server_that_breaks_off_may_be_asked_later(web: Web, path: str) -> None:
    with pytest.raises(AddressUnavailable):
        fetched(web, path)


def test_a_file_that_is_kept_back_is_refused(web: Web) -> None:
    with pytest.raises(AddressRefused, match="status 403"):
        fetched(web, "/secret")


def test_a_server_may_send_on_to_itself_and_not_for_ever(web: Web) -> None:
    assert fetched(web, "/moved") == b"a picture"

    with pytest.raises(AddressRefused, match="again and again"):
        fetched(web, "/round")
    assert web.asked.count("/round") == 4


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "file"])
def test_no_other_server_is_asked_whatever_the_first_one_says(web: Web, scheme: str) -> None:
    with running() as other:
        web.elsewhere = f"{scheme}://127.0.0.1:{other.server_port}/file"

        with pytest.raises(AddressRefused, match="sends on to"):
            fetched(web, "/away")

        assert other.asked == []


def test_a_server_that_is_away_may_be_asked_later() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(AddressUnavailable):
            Server(url, MB, 1).fetch(url)


@pytest.mark.parametrize(
    "number",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "100.100.100.200", "0.0.0.0"],  # noqa: S104
)
def test_a_name_does_not_lead_to_what_a_cloud_tells_its_machines(
    monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answers)

    with pytest.raises(AddressUnavailable, match="no web server's"):
        Server("http://photos.example.com", MB).fetch("http://photos.example.com/x")


def test_a_name_is_looked_up_once_and_never_leads_elsewhere_later(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would be another machine."""
    asked: list[str] = []

    def answer(host: str, port: int, *_more: object, **_named: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    url = f"http://photos.example.com:{web.server_port}"
    server = Server(url, MB)
    with monkeypatch.context() as patched:
        patched.setattr("lupweb.fetching.server.socket.getaddrinfo", answer)
        # to connect to a number looks it up as well: that is no name
        first = server.fetch(f"{url}/file")
    second = server.fetch(f"{url}/file")

    assert first == second == b"a picture"
    assert asked.count("photos.example.com") == 1
    assert web.heads == [f"photos.example.com:{web.server_port}"] * 2
