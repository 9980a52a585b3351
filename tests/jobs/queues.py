"""A queue server that a test may kill, freeze and start again: the bundled one, as in real life."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lupweb.embedded import valkey
from tests.embedded.processes import until


class Queue:
    """The queue server of one instance folder."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where it answers, or would answer."""
        return valkey.queue_url(self._instance)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(  # noqa: S603 our own command
            valkey.server_argv(self._instance),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: valkey.is_answering(self._instance), "the queue server does not answer")

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process
        self._process.kill()
        self._process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it from answering while the block lasts; connections stay open."""
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def end(self) -> None:
        """End it for good."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        with suppress(FileNotFoundError):
            valkey.socket_path(self._instance).unlink()
