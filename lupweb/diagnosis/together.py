"""Ask several directories side by side, for so long and no longer."""

import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Told = TypeVar("Told")


def together(asks: Mapping[str, Callable[[], Told]], limit_s: float) -> dict[str, Told]:
    """Return what each question gave, by its name; who takes longer than `limit_s` is left out.

    A question that is left out may go on in its thread until its own time-outs end it.

    :param asks: they raise nothing
    """
    told: SimpleQueue[tuple[str, Told]] = SimpleQueue()
    for name, question in asks.items():

        def work(name: str = name, question: Callable[[], Told] = question) -> None:
            told.put((name, question()))

        Thread(target=copy_context().run, args=(work,), daemon=True).start()
    found: dict[str, Told] = {}
    latest = time.monotonic() + limit_s
    while len(found) < len(asks):
        try:
            name, answer = told.get(timeout=max(0.0, latest - time.monotonic()))
        except Empty:
            break
        found[name] = answer
    return found
