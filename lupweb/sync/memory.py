"""How Python looks after its memory while very many objects come and go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = (50_000, 20, 100)
"""About two pages of entries are made before the youngest objects are looked through."""


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for circular garbage rarely inside the block, and only among what was made there.

    The objects of a page are gone with the page; looking through them, and through the whole
    program, each time some hundred were made would take longer than making them.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
