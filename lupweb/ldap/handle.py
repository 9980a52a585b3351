"""python-ldap's handle of one connection, with a short way for the entries of a long list."""

from typing import Any

import ldap
from ldap.controls import DecodeControlTuples
from ldap.ldapobject import SimpleLDAPObject

Received = tuple[int, list[Any], list[Any]]
"""Kind of the message, rows, controls."""


class Handle(SimpleLDAPObject):
    """A handle that one thread uses at a time."""

    def receive(
        self, message: int, rows: list[Any], most: int, timeout_s: float
    ) -> Received | None:
        """Add the rows of entries that answer `message` until there are `most` of them.

        `result4` does so for one message, by four calls of Python around that of libldap: an eighth
        of what a sweep of a whole directory takes. They take a lock, which one thread does not
        need, and look for controls, which entries do not bring here.

        :returns: what came before there were `most`: not an entry; else None
        :raises ldap.TIMEOUT: if nothing comes for so long; what came before is among `rows`
        """
        receive, entry = self._l.result4, ldap.RES_SEARCH_ENTRY
        while len(rows) < most:
            received = receive(message, 0, timeout_s, 0, 0, 0)
            if received[0] != entry:
                return received[0], received[1], DecodeControlTuples(received[3])
            rows += received[1]  # one, as each message holds one
        return None

    def receive_messages(
        self, message: int, rows: list[Any], most: int, timeout_s: float
    ) -> Received | None:
        """Do what `receive` does with whole messages: entries, references and what comes between.

        :param rows: gets the kind of each, what `result4` tells of it, and its controls as they are
        :returns: the last one, its controls as they are, if it came before there were `most`
        """
        while len(rows) < most:
            kind, content, _id, controls, *_more = self._l.result4(message, 0, timeout_s, 1, 1, 0)
            if kind == ldap.RES_SEARCH_RESULT:
                return kind, content, controls
            rows += [(kind, *each) for each in content]
        return None
