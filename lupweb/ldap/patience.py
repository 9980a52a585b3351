"""How long an answer is waited for: a slow server has its time, a silent one has not.

A server that hangs is silent; so is one that needs long for a page of a large search. The
difference shows when it is asked something else meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import ldap
from ldap.ldapobject import SimpleLDAPObject

from lupweb.ldap.connection import ask_for_nothing

Received = tuple[int, list[Any], list[Any]]
"""Kind of the message, rows, controls."""


@dataclass(frozen=True)
class Patience:
    """How long one connection waits.

    :param silence_s: for a server that says nothing at all
    :param total_s: for one message, while the server shows that it lives
    :param received: returns how many bytes have come so far
    """

    silence_s: float
    total_s: float
    received: Callable[[], int]

    def next_message(self, handle: SimpleLDAPObject, message: int) -> Received:
        """Return the next of the messages that answer `message`.

        :raises ldap.TIMEOUT: if it does not come
        """
        gives_up_at = monotonic() + self.total_s
        third_s = self.silence_s / 3
        before = -1  # counted when an answer is late, since most are not
        while True:
            try:
                kind, rows, _id, controls = handle.result3(message, all=0, timeout=third_s)
            except ldap.TIMEOUT:
                if monotonic() + third_s > gives_up_at:
                    raise
                before, earlier = self.received(), before
                if before == earlier:
                    ask_for_nothing(handle, third_s)
            else:
                return kind, rows, controls
