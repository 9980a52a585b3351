"""Who is there, and in which state: unique id, stamp, DN and policies of every entry, compared with
what is stored (sync.md sections 5 and 6). By sets: there is no object for any person.

An entry in one state is known by 16 bytes. Stamps are compared for being the same and never for
being later, so that no clock counts, and a directory that was put back is noticed.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from lupweb.database import db, end_reading
from lupweb.directories.models import Identity
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import MOST_PAGES
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.sync.delivered import Naming, Surroundings
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.endless import ending
from lupweb.sync.known import AT_ONCE, Here

PART = 100
"""Entries that are fetched with one question (sync.md section 6)."""
KEY_ATTRIBUTES = 2
"""Unique id and stamp; whatever else an entry has of what was asked for is about its account."""
Keys = tuple[list[bytes], list[str], list[tuple[str, str]]]
"""The states of a page of entries, their unique ids; and DN and why of each that has none."""


def state_of(unique_id: str, stamp: str, dn_folded: str, disabled: str) -> bytes:
    """Return 16 bytes that stand for an entry in the state in which it is."""
    text = "\n".join((unique_id, stamp, disabled, dn_folded))
    return blake2b(text.encode(), digest_size=16).digest()


def keys_of_page(entries: Sequence[Entry], naming: Naming, now: datetime) -> Keys:
    """Return the states of a page of entries, in types that `marshal` writes."""
    states: list[bytes] = []
    ids: list[str] = []
    nobody: list[tuple[str, str]] = []
    for entry in entries:
        try:
            unique_id = unique_id_of(entry, naming.unique_id)
        except InvalidValue as error:
            nobody.append((entry.dn, str(error)))
            continue
        stamp = (entry.first(naming.stamp) or b"").decode("ascii", "replace")
        has_policies = len(entry.by_name) > KEY_ATTRIBUTES
        reason = disabled_reason(entry, now) if has_policies else ""
        states.append(state_of(unique_id, stamp, fold_dn(entry.dn), reason))
        ids.append(unique_id)
    return states, ids, nobody


@dataclass
class Sweep:
    """What came of comparing the state of every entry.

    :param left: states that are stored and were not met: those entries changed, or are gone
    :param shadowed: those of the stored states whose people another directory supplies
    :param forced: unique ids that are fetched whatever their state
    :param differing: unique ids that are to be fetched
    :param strangers: how many entries were left out: they have no person here, and get none
    :param same: how many entries are as they are stored; `same_shadowed` of them shadowed
    """

    left: set[bytes] = field(default_factory=set)
    shadowed: Set[bytes] = frozenset()
    forced: Set[str] = frozenset()
    differing: dict[str, None] = field(default_factory=dict)
    nobody: list[tuple[str, str]] = field(default_factory=list)
    strangers: int = 0
    same: int = 0
    same_shadowed: int = 0

    @property
    def seen(self) -> int:
        """Return how many entries were met, each once."""
        return self.same + len(self.differing) + self.strangers + len(self.nobody)

    def read(
        self,
        session: LdapSession,
        question: tuple[str, str],
        around: Surroundings,
        here: Here,
        *,
        page_size: int,
        most: int = MOST_PAGES,
    ) -> Iterator[int]:
        """Compare everybody; yield after each page how many were met.

        What is stored is loaded while the directory makes its second page.

        :param question: base DN and filter
        :param most: of pages; with more the directory has no end
        :raises DirectoryRefused: if it has none
        """
        naming = around.naming
        wanted = [naming.unique_id, naming.stamp, *naming.extra]
        make = partial(keys_of_page, naming=naming, now=around.now)
        made = session.made_of_pages(*question, wanted, make, page_size=page_size)
        pages = ending(made, most)
        first = next(pages, None)
        self.load(here)
        if first is None:
            return
        self.take(first)
        for page in pages:
            self.take(page)
            yield self.seen

    def load(self, here: Here) -> None:
        """Read the stored states of everybody who was there last time."""
        self.left = set(_states(here, None))
        behind = here.supplied_elsewhere()
        if behind is not None:
            self.shadowed = set(_states(here, behind))
        end_reading()

    def take(self, page: Keys) -> None:
        """Compare a page of entries."""
        states, ids, nobody = page
        self.nobody += nobody
        met = set(states)
        if len(met) == len(states) and met <= self.left and not self.forced:
            self._take_same(met)
            return
        for state, unique_id in zip(states, ids, strict=True):
            if state in self.left and unique_id not in self.forced:
                self._take_same({state})
            else:
                self.differing[unique_id] = None

    def leave_strangers_out(self, here: Here) -> None:
        """Leave out who has no person here: of such a directory people come by signing in."""
        known: set[str] = set()
        for some in in_parts(list(self.differing)):
            known |= here.known_ids(some)
        end_reading()
        self.strangers = len(self.differing) - len(known)
        self.differing = dict.fromkeys(each for each in self.differing if each in known)

    def _take_same(self, states: set[bytes]) -> None:
        self.left -= states
        self.same += len(states)
        if self.shadowed:
            self.same_shadowed += len(states & self.shadowed)


def unmoved(here: Here) -> Sweep:
    """Return what a sweep would find where nothing was written since the last one."""
    behind = here.supplied_elsewhere()
    shadowed = sum(1 for _each in _identities(here, behind)) if behind is not None else 0
    return Sweep(same=here.count_present(), same_shadowed=shadowed)


@dataclass(frozen=True)
class Gone:
    """An entry that is stored and was not met."""

    identity_id: int
    dn_folded: str


def gone(sweep: Sweep, here: Here) -> list[Gone]:
    """Return the entries that are no longer there; call it before anything is written."""
    if not sweep.left:
        return []
    return [
        Gone(row.id, row.dn_folded)
        for row in _identities(here, None)
        if row.unique_id not in sweep.differing and _state(row) in sweep.left
    ]


def in_parts(unique_ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield unique ids, as many at a time as one question may name."""
    for start in range(0, len(unique_ids), PART):
        yield list(unique_ids[start : start + PART])


def _states(here: Here, condition: ColumnElement[bool] | None) -> Iterator[bytes]:
    return map(_state, _identities(here, condition))


def _state(row: Row[*tuple[Any, ...]]) -> bytes:
    return state_of(*row[1:])


def _identities(
    here: Here, condition: ColumnElement[bool] | None
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield id, and what makes the state, of each entry that was there last time."""
    rows = select(
        Identity.id,
        Identity.unique_id,
        Identity.stamp,
        Identity.dn_folded,
        Identity.disabled_reason,
    ).where(here.is_present())
    if condition is not None:
        rows = rows.where(condition)
    yield from db.session.execute(rows, execution_options={"yield_per": AT_ONCE})
