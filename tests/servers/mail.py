"""A mail server on this machine that keeps what it is given."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


class Postbox(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP; refuses it while `refuses` is set.

    :ivar mails: what came, in order
    :ivar signed_in: user and password of those who signed in
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.signed_in: list[tuple[str, str]] = []
        self.refuses = ""

    @property
    def url(self) -> str:
        """Return the address, as the setting SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 postbox")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            word = line.split(" ")[0].upper()
            if word == "QUIT":
                self._say("221 bye")
                return
            self._answer(word, line)

    def _answer(self, word: str, line: str) -> None:
        box = cast("Postbox", self.server)
        if word == "EHLO":
            self.wfile.write(b"250-postbox\r\n250 AUTH PLAIN\r\n")
        elif word == "AUTH":
            _nobody, user, password = base64.b64decode(line.split(" ")[2]).split(b"\0")
            box.signed_in.append((user.decode(), password.decode()))
            self._say("535 no" if password == b"wrong" else "235 welcome")
        elif word == "DATA":
            self._say("354 go on")
            box.mails.append(self._mail())
            self._say("250 taken")
        elif word == "RCPT" and box.refuses:
            self._say(box.refuses)
        else:
            self._say("250 ok")

    def _mail(self) -> EmailMessage:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        return cast("EmailMessage", message_from_bytes(b"".join(lines), policy=policy.default))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def postbox() -> Iterator[Postbox]:
    """Run a mail server."""
    with Postbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def text_of(mail: Any) -> str:
    """Return what a mail says, its lines put together."""
    return str(mail.get_content())
