"""Answers that a browser keeps as a file."""

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import cast
from weakref import WeakSet

from flask import Response, stream_with_context

from lupweb.errors import Busy
from lupweb.texts import _

Content = str | bytes | Iterable[str] | Iterable[bytes]
MOST_LARGE = 2
"""Large files that one process sends at once: each keeps one of its few threads to itself, for as
long as whoever reads it likes, and the others are for pages."""


class LargeFile(Iterator[bytes]):
    """The pieces of a large file on their way; it counts until it is sent, closed or forgotten.

    :raises Busy: at once, if enough of them are on their way
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        with _lock:
            if len(_underway) >= MOST_LARGE:
                raise Busy(
                    _(
                        "Others are taking very many people along right now. Nothing was made. Try"
                        " again in a minute, or take fewer people."
                    )
                )
            _underway.add(self)

    def __next__(self) -> bytes:
        """Return the next piece."""
        try:
            return next(self._pieces)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Make room for another one."""
        _underway.discard(self)
        self._pieces = iter(())


_lock = Lock()
_underway: WeakSet[LargeFile] = WeakSet()


def as_file(content: Content, content_type: str, name: str) -> Response:
    """Return an answer that is kept under a name; what comes piece by piece is sent so."""
    if isinstance(content, str | bytes):
        answer = Response(content, content_type=content_type)
    else:
        pieces = cast(Iterator[bytes], iter(content))  # or of texts: the answer takes both
        answer = Response(stream_with_context(pieces), content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
