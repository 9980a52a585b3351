"""What was made of late and may be wanted again: so many things, and no more."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Recent(Generic[Thing]):
    """Keeps the things that were used last; for several threads.

    It never holds what is out of date if keys say all that a thing is made of.

    :param most: how many; the one that nobody used for the longest time goes first
    :param size: how many of them one thing counts for; None: each for one
    """

    def __init__(self, most: int, size: Callable[[Thing], int] | None = None) -> None:
        self._most = most
        self._size = size
        self._held = 0
        self._kept: OrderedDict[Hashable, Thing] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """Return the thing of this key, made now unless it is there.

        :param key: None: nobody can say what it is made of, so it is made anew
        """
        found = self.find(key)
        if found is not None:
            return found
        made = make()
        if key is None:
            return made
        with self._lock:
            self._keep(key, made)
        return made

    def find(self, key: Hashable) -> Thing | None:
        """Return the thing of this key if it is there."""
        if key is None:
            return None
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._held = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: Hashable, made: Thing) -> None:
        if key in self._kept:  # another thread was as quick
            self._held -= self._counts(self._kept.pop(key))
        self._kept[key] = made
        self._held += self._counts(made)
        while self._held > self._most and len(self._kept) > 1:
            self._held -= self._counts(self._kept.popitem(last=False)[1])

    def _counts(self, thing: Thing) -> int:
        return 1 if self._size is None else self._size(thing)
