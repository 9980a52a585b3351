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
        third_s = self.silence_s / 3
        try:
            return _message(handle, message, third_s)
        except ldap.TIMEOUT:  # few are late: time and bytes are counted from here on
            return self._late_message(handle, message, third_s)

    def _late_message(self, handle: SimpleLDAPObject, message: int, third_s: float) -> Received:
        gives_up_at = monotonic() - third_s + self.total_s
        before = -1
        while monotonic() + third_s <= gives_up_at:
            before, earlier = self.received(), before
            if before == earlier:
                ask_for_nothing(handle, third_s)
            with suppress(ldap.TIMEOUT):
                return _message(handle, message, third_s)
        raise ldap.TIMEOUT


def _message(handle: SimpleLDAPObject, message: int, timeout_s: float) -> Received:
    kind, rows, _id, controls, *_names = handle.result4(message, all=0, timeout=timeout_s)
    return kind, rows, controls
