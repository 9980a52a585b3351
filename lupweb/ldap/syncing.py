"""What was written and removed since a cookie: syncrepl, refreshOnly (RFC 4533).

A server that no longer knows what was removed lists instead who is there, or sends everything
again; both without an error. That is told apart here, and read no further.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import ldap
from ldap.controls import PyAsn1Error
from ldap.syncrepl import SyncDoneControl, SyncInfoMessage, SyncRequestControl, SyncStateControl

from lupweb.ldap.connection import NO_ATTRIBUTES
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import any_of
from lupweb.ldap.handle import Handle
from lupweb.ldap.paging import Question
from lupweb.ldap.patience import Patience

REFRESH_REQUIRED = 4096
LONGEST_COOKIE = 4_096
"""Bytes; with a stamp for each of fifty servers that take writes it has about half of them."""
COOKIE_CODING = "iso-8859-1"
"""What python-ldap makes texts of cookies with; it keeps every byte."""
NOBODY = any_of()
BYTES_OF_AN_ID = 18
"""As it stands in a list: 16, and what says so."""


class Answered(Enum):
    """How a server answers when it is asked what has changed since a cookie."""

    CHANGES = "changes"
    """What was written, and the unique ids of what was removed."""
    PRESENT = "present"
    """Who is there, for the asker to find out who is not: it has no log, or not for so long."""
    STALE = "stale"
    """An error: the cookie is too old for it, or of a state that it has not reached."""
    LIMITED = "limited"
    """An error: there is more than this account may be sent at once."""
    TOO_MUCH = "too much"
    """More than was asked for."""


REFUSED = {
    ldap.UNWILLING_TO_PERFORM: Answered.STALE,  # OpenLDAP: "consumer state is newer than provider"
    ldap.SIZELIMIT_EXCEEDED: Answered.LIMITED,
    ldap.ADMINLIMIT_EXCEEDED: Answered.LIMITED,
}


@dataclass
class SyncAnswer:
    """What a server said; what there is of it before it was broken off, unless it is `CHANGES`.

    :param entries: what was written, with the attributes that were asked for
    :param removed: entryUUIDs of what was removed, or lies no longer where it was asked for; also
        of entries that never were there
    :param cookie: of the state in which the server is now; b"" if it sent none
    :param most: messages that may come, and ids in them; None: any number
    """

    kind: Answered = Answered.CHANGES
    entries: list[Entry] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    references: int = 0
    cookie: bytes = b""
    most: int | None = None
    _messages: int = 0

    @property
    def size(self) -> int:
        """Return how many messages came, and ids in them."""
        return self._messages + len(self.removed)

    def take(self, kind: int, row: Sequence[Any]) -> None:
        """Take one message, with its controls.

        :param row: DN, attributes and controls of an entry; name, value and controls of another
        """
        self._messages += 1
        if kind == ldap.RES_SEARCH_ENTRY:
            self._take_entry(*row)
        elif kind == ldap.RES_INTERMEDIATE:
            self._take_message(*row)
        else:
            self.references += 1

    def end(self, controls: Sequence[tuple[str, bool, bytes]]) -> None:
        """Take the last message."""
        done = _decoded(SyncDoneControl, controls)
        if done is None or not done.refreshDeletes:
            self.kind = Answered.PRESENT
            return
        cookie = (done.cookie or "").encode(COOKIE_CODING)
        self.cookie = cookie if len(cookie) <= LONGEST_COOKIE else b""

    def _take_entry(self, dn: str, attributes: Any, controls: Sequence[Any]) -> None:
        state = _decoded(SyncStateControl, controls)
        if state is None or state.state == "present":
            self.kind = Answered.PRESENT
        elif state.state == "delete":
            self.removed.add(state.entryUUID)
        else:
            self.removed.discard(state.entryUUID)  # it came back
            self.entries.append(Entry(dn, attributes))

    def _take_message(self, name: str, value: bytes, _controls: Sequence[Any]) -> None:
        if name != SyncInfoMessage.responseName:
            return
        if (
            self.most is not None
            and len(value or b"") > LONGEST_COOKIE + self.most * BYTES_OF_AN_ID
        ):
            self.kind = Answered.TOO_MUCH  # to read a million ids takes minutes, and a gigabyte
            return
        message = _read(SyncInfoMessage, value)
        if message.refreshPresent is not None:
            self.kind = Answered.PRESENT
        elif message.syncIdSet is not None and message.syncIdSet["refreshDeletes"]:
            self.removed.update(message.syncIdSet["syncUUIDs"])
        elif message.syncIdSet is not None:
            self.kind = Answered.PRESENT


@dataclass
class SyncSearch:
    """One question for what has changed, on a connection that does nothing else meanwhile.

    :param cookie: of the state since which it is asked; None: there was none
    :param most: messages that may come, and ids in them; more are not read
    :param scope: where below the base DN; python-ldap's number
    """

    handle: Handle
    question: Question
    patience: Patience
    cookie: bytes | None = None
    most: int = 0
    scope: int = ldap.SCOPE_SUBTREE

    def answer(self) -> SyncAnswer:
        """Ask, and return the answer.

        :raises ldap.LDAPError: whatever does not mean that the cookie is of no use
        """
        control = SyncRequestControl(criticality=True, cookie=self.cookie, mode="refreshOnly")
        answer = SyncAnswer(most=self.most)
        message = self.handle.search_ext(
            self.question.base_dn,
            self.scope,
            self.question.search_filter,
            list(self.question.attributes),
            serverctrls=[control],
        )
        try:
            self._read(message, answer)
        except ldap.LDAPError as error:
            kind = _refused(error)
            if kind is None:
                raise
            return SyncAnswer(kind)
        return answer

    def _read(self, message: int, answer: SyncAnswer) -> None:
        patience = replace(self.patience, takes_messages=True)
        try:
            while answer.kind is Answered.CHANGES:
                rows: list[Any] = []
                last = patience.receive(self.handle, message, rows, 1)
                if last is not None:
                    answer.end(last[2])
                    return
                for kind, *row in rows:
                    answer.take(kind, row)
                if answer.size > self.most:
                    answer.kind = Answered.TOO_MUCH
        except PyAsn1Error:
            self._abandon(message)  # other questions follow over this connection
            raise
        self._abandon(message)

    def _abandon(self, message: int) -> None:
        with suppress(ldap.LDAPError):
            self.handle.abandon(message)


def cookie_now(handle: Handle, base_dn: str, patience: Patience) -> bytes:
    """Return the cookie of the state in which a server is now; b"" if it gives none.

    It is asked for nobody: whoever has read everybody since needs not to be sent them again.
    OpenLDAP makes the same cookie for every question (measured).
    """
    nobody = Question(base_dn, NOBODY, (NO_ATTRIBUTES,))
    try:
        found = SyncSearch(handle, nobody, patience, scope=ldap.SCOPE_BASE).answer()
    except (ldap.UNAVAILABLE_CRITICAL_EXTENSION, ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT):
        return b""
    return found.cookie if found.kind is Answered.CHANGES else b""


def _refused(error: ldap.LDAPError) -> Answered | None:
    told = error.args[0] if error.args else None
    if isinstance(told, dict) and told.get("result") == REFRESH_REQUIRED:
        return Answered.STALE
    return REFUSED.get(type(error))


def _decoded(kind: Any, controls: Sequence[tuple[str, bool, bytes]]) -> Any:
    """Return the first control of a kind, read; None if there is none."""
    for name, _is_critical, value in controls:
        if name == kind.controlType:
            control = kind()
            _read(control.decodeControlValue, value)
            return control
    return None


def _read(decode: Callable[[bytes], Any], value: bytes) -> Any:
    """Return what `decode` does; what it trips over is one kind of error, which has our words."""
    try:
        return decode(value)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise PyAsn1Error from error
