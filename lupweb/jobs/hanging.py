"""Queue servers that take a question and give no answer: nobody waits for them twice in a row.

One that is away refuses at once. One that hangs would hold up every save for as long as it may, so
each process leaves it alone for a few seconds; what is to be done is a row, and found by pollers.
"""

import time
from threading import Lock

LEFT_ALONE_S = 5.0

_until: dict[str, float] = {}
_lock = Lock()


def is_hanging(url: str) -> bool:
    """Return whether the server of this address was silent a moment ago."""
    with _lock:
        return time.monotonic() < _until.get(url, 0.0)


def note_silence(url: str) -> None:
    """Remember that a server did not answer in time."""
    with _lock:
        _until[url] = time.monotonic() + LEFT_ALONE_S


def note_answer(url: str) -> None:
    """Remember that a server answers."""
    with _lock:
        _until.pop(url, None)
