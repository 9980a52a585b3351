"""How memory is looked after while very many objects come and go."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

RARELY = (50_000, 20, 100)
"""More than a block of people makes: looking through it while it is written finds nothing."""
MMAP_THRESHOLD = -3  # malloc.h of the C library
LARGE_BYTES = 128 * 1024


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for circular garbage rarely inside the block, and only among what was made there.

    The objects of a page are gone with the page; looking through them, and through the whole
    program, each time some hundred were made would take longer than making them.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*RARELY)
    _part_with_large_pieces()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def clear_away() -> None:
    """Look for circular garbage where hardly anything young is in use: between two pages.

    Nearly nothing has to be looked through then, whereas in the midst of a block of people that is
    all of them: it was a fourteenth of a first load.
    """
    gc.collect(0)


def give_back() -> None:
    """Give memory that nobody uses back to the system, as far as the C library (glibc) does that.

    Between two parts of a run: each would take its own beside what the one before has left.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _part_with_large_pieces() -> None:
    """Let large pieces of memory go back to the system when they are freed, now and later.

    Otherwise the C library keeps the more of them the larger they were, with what lies in between.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE_BYTES)
