"""How long an answer is waited for: a slow server has its time, a silent one has not.

A server that hangs is silent; so is one that needs long for a page of a large search. The
difference shows when it is asked something else meanwhile.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import ldap

from lupweb.ldap.connection import ask_for_nothing
from lupweb.ldap.handle import Handle, Received


@dataclass(frozen=True)
class Patience:
    """How long one connection waits.

    :param silence_s: for a server that says nothing at all
    :param total_s: for one message, while the server shows that it lives
    :param received: returns how many bytes have come so far
    :param takes_messages: whether whole messages are waited for, see `Handle.receive_messages`
    """

    silence_s: float
    total_s: float
    received: Callable[[], int]
    takes_messages: bool = False

    def receive(self, handle: Handle, message: int, rows: list[Any], most: int) -> Received | None:
        """Add the rows of entries that answer `message` until there are `most` of them.

        :returns: what came before there were `most`: not an entry; else None
        :raises ldap.TIMEOUT: if something does not come
        """
        third_s = self.silence_s / 3
        other = None
        while other is None and len(rows) < most:
            try:
                return self._receive(handle, message, rows, most)
            except ldap.TIMEOUT:  # few are late: time and bytes are counted from here on
                other = self._late_message(handle, message, rows, third_s)
        return other

    def _late_message(
        self, handle: Handle, message: int, rows: list[Any], third_s: float
    ) -> Received | None:
        gives_up_at = monotonic() - third_s + self.total_s
        before = -1
        while monotonic() + third_s <= gives_up_at:
            before, earlier = self.received(), before
            if before == earlier:
                ask_for_nothing(handle, third_s)
            with suppress(ldap.TIMEOUT):
                return self._receive(handle, message, rows, len(rows) + 1)
        raise ldap.TIMEOUT

    def _receive(self, handle: Handle, message: int, rows: list[Any], most: int) -> Received | None:
        receive = handle.receive_messages if self.takes_messages else handle.receive
        return receive(message, rows, most, self.silence_s / 3)
