"""Who is there, and in which state: unique id, stamp, DN and policies of every entry, compared with
what is stored (sync.md sections 5 and 6). By sets: there is no object for any person.

An entry in one state is known by 64 bits, which mean something in this run alone: in its process,
and in the one that is forked off to read (PEP 456). Stamps are compared for being the same and
never for being later, so that no clock counts, and a directory that was put back is noticed.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, reduce

from sqlalchemy import ColumnElement, and_, func, select

from lupweb.database import db, end_reading
from lupweb.directories.models import Identity
from lupweb.ldap.dn import fold_dns
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import Question
from lupweb.ldap.session import Directory as LdapSession
from lupweb.sync.delivered import Naming, Surroundings, stamps_of, with_unique_ids
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.endless import Length, ending
from lupweb.sync.fields import Table
from lupweb.sync.handing import Packed, packed, unpacked
from lupweb.sync.known import AT_ONCE, Here

PART = 100
"""Entries that are fetched with one question (sync.md section 6)."""
KEY_ATTRIBUTES = 2
"""Unique id and stamp; whatever else an entry has of what was asked for is about its account."""
STATES_AT_ONCE = 2_000
"""Stored states that the database hands over as one text."""
BETWEEN = "\x1e"
"""Stands between them. A DN that holds it counts as changed in each run, and costs only time."""
NO_STAMP = "\x1f"
Keys = tuple[bytes, Packed, list[tuple[str, str]]]
"""The states of some entries, one behind the other; their unique ids; and DN and why of each that
has none."""

STATE_TEXT = reduce(
    lambda left, right: left.concat("\n").concat(right),
    (Identity.dn_folded, Identity.disabled_reason, Identity.stamp),
    Identity.unique_id.expression,
)
"""What a state is made of, put together by the database: four columns take longer to come."""


def state_of(unique_id: str, stamp: str, dn_folded: str, disabled: str) -> int:
    """Return a number that stands for an entry in the state in which it is."""
    return hash(f"{unique_id}\n{dn_folded}\n{disabled}\n{stamp}")


def keys_of_page(entries: Sequence[Entry], naming: Naming, now: datetime) -> list[Keys]:
    """Return the states of some entries, in types that `marshal` writes."""
    people, ids, nobody = with_unique_ids(entries, naming.unique_id)
    dns = fold_dns([entry.dn for entry in people])
    stamps = stamps_of(Table(people).column(naming.stamp))
    if not all(stamps):  # whoever has none is as nobody is stored, and so is read whole
        stamps = [each or NO_STAMP for each in stamps]
    reasons = [
        disabled_reason(entry, now, naming.off) if len(entry.attributes) > KEY_ATTRIBUTES else ""
        for entry in people
    ]
    states = array("q", map(state_of, ids, stamps, dns, reasons))
    return [(states.tobytes(), packed(ids), nobody)]


@dataclass
class Sweep:
    """What came of comparing the state of every entry.

    :param left: states that are stored and were not met: those entries changed, or are gone
    :param shadowed: those of the stored states whose people another directory supplies
    :param forced: unique ids that are fetched whatever their state
    :param differing: unique ids that are to be fetched
    :param strangers: how many entries were left out: they have no person here, and get none
    :param pages: how many pages of entries came
    :param same: how many entries are as they are stored; `same_shadowed` of them shadowed
    """

    left: set[int] = field(default_factory=set)
    shadowed: Set[int] = frozenset()
    forced: Set[str] = frozenset()
    differing: dict[str, None] = field(default_factory=dict)
    nobody: list[tuple[str, str]] = field(default_factory=list)
    strangers: int = 0
    pages: int = 0
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
        length: Length,
    ) -> Iterator[int]:
        """Compare everybody; yield after each page how many were met.

        What is stored is loaded while the directory makes its first page.

        :param question: base DN and filter
        :raises DirectoryRefused: if it has no end
        """
        naming = around.naming
        wanted = [naming.unique_id, naming.stamp, *naming.extra]
        made = session.made_of_pages(
            Question(*question, wanted),
            partial(keys_of_page, naming=naming, now=around.now),
            page_size=length.page_size,
            expected=length.expected,
            meanwhile=partial(self.load, here),
        )
        for page in ending(made, length.most_pages):
            self.take(page)
            yield self.seen

    def load(self, here: Here) -> None:
        """Read the stored states of everybody who was there last time."""
        self.left = _all_states(here, None)
        behind = here.supplied_elsewhere()
        if behind is not None:
            self.shadowed = _all_states(here, behind)
        end_reading()

    def take(self, page: Iterable[Keys]) -> None:
        """Compare a page of entries."""
        self.pages += 1
        for joined, ids, nobody in page:
            self.nobody += nobody
            self._take_part(_states_in(joined), ids)

    def _take_part(self, states: Sequence[int], ids: Packed) -> None:
        met = set(states)
        same = met & self.left
        if self.forced or len(met) < len(states):
            self._take_one_by_one(states, ids)
            return
        if len(same) < len(met):
            pairs = zip(states, unpacked(ids), strict=True)
            self.differing |= {unique_id: None for state, unique_id in pairs if state not in same}
        self._take_same(same)

    def _take_one_by_one(self, states: Sequence[int], ids: Packed) -> None:
        for state, unique_id in zip(states, unpacked(ids), strict=True):
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

    def _take_same(self, states: set[int]) -> None:
        self.left -= states
        self.same += len(states)
        if self.shadowed:
            self.same_shadowed += len(states & self.shadowed)


def swept_by_mark(
    here: Here, met: Iterable[Keys] = (), removed: Collection[str] = ()
) -> Sweep | None:
    """Return what a sweep would find if only these entries were written, and those removed, since.

    Entries that count as unread are among those who differ, whatever the server says.

    :param met: pages of the entries that were written
    :param removed: unique ids of entries that were removed
    :returns: None if most entries have no stamp, so that nothing is known of them
    """
    unread = _unread(here)
    present = here.count_present()
    if len(unread) * 2 > present:
        end_reading()
        return None
    sweep = Sweep(differing=dict.fromkeys(unread))
    for joined, packed_ids, nobody in met:
        sweep.nobody += nobody
        ids = unpacked(packed_ids)
        known = {state for some in in_parts(ids) for state in _states_among(here, some)}
        pairs = zip(_states_in(joined), ids, strict=True)
        sweep.differing |= {each: None for state, each in pairs if state not in known}
    left = sorted(removed)
    for each in left:
        sweep.differing.pop(each, None)
    sweep.left = {state for some in in_parts(left) for state in _states_among(here, some)}
    moved = [*sweep.differing, *left]
    behind = here.supplied_elsewhere()
    sweep.same = present - _count_among(moved, here.is_present())
    if behind is not None:
        held = and_(here.is_present(), behind)
        sweep.same_shadowed = _count(held) - _count_among(moved, held)
    end_reading()
    return sweep


def _states_in(joined: bytes) -> Sequence[int]:
    states = array("q")
    states.frombytes(joined)
    return states


def _unread(here: Here) -> list[str]:
    rows = select(Identity.unique_id).where(here.is_present(), Identity.stamp == "")
    return list(db.session.scalars(rows))


def _among(unique_ids: Sequence[str]) -> ColumnElement[bool]:
    return Identity.unique_id.in_(unique_ids)


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Identity.id)).where(condition)) or 0


def _count_among(unique_ids: Sequence[str], condition: ColumnElement[bool]) -> int:
    return sum(_count(and_(condition, _among(some))) for some in in_parts(unique_ids))


@dataclass(frozen=True)
class Gone:
    """An entry that is stored and was not met."""

    identity_id: int
    dn_folded: str


def gone(sweep: Sweep, here: Here) -> list[Gone]:
    """Return the entries that are no longer there; call it before anything is written."""
    left = sweep.left - _former_states(sweep, here)
    if not left:
        return []  # as a rule: those that changed are a few, and the rest need no second look
    rows = select(Identity.id, Identity.dn_folded, STATE_TEXT).where(here.is_any_present())
    stored = db.session.execute(rows, execution_options={"yield_per": AT_ONCE})
    return [
        Gone(identity_id, dn_folded)
        for identity_id, dn_folded, state in stored
        if hash(state) in left
    ]


def _former_states(sweep: Sweep, here: Here) -> set[int]:
    """Return the stored states of the entries that differ now."""
    states: set[int] = set()
    for some in in_parts(list(sweep.differing)):
        rows = select(STATE_TEXT).where(here.is_present(), Identity.unique_id.in_(some))
        states.update(map(hash, db.session.scalars(rows)))
    return states


def in_parts(unique_ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield unique ids, as many at a time as one question may name."""
    for start in range(0, len(unique_ids), PART):
        yield list(unique_ids[start : start + PART])


def _states_among(here: Here, unique_ids: Sequence[str]) -> Iterator[int]:
    """Yield the states of these entries, if they were there last time."""
    rows = select(STATE_TEXT).where(here.is_any_present(), _among(unique_ids))
    return map(hash, db.session.scalars(rows))


def _all_states(here: Here, condition: ColumnElement[bool] | None) -> set[int]:
    """Return the state of each entry that was there last time.

    They come as one text for every few thousand: a fraction of the time of a row for each.
    """
    ends = (select(end(Identity.id)).scalar_subquery() for end in (func.min, func.max))
    first, last = db.session.execute(select(*ends)).one()  # together they would look at everybody
    together = select(func.aggregate_strings(STATE_TEXT, BETWEEN)).where(here.is_any_present())
    if condition is not None:
        together = together.where(condition)
    states: set[int] = set()
    for start in range(first or 0, (last or -1) + 1, STATES_AT_ONCE):
        some = Identity.id.between(start, start + STATES_AT_ONCE - 1)
        found = db.session.scalar(together.where(some))
        states.update(map(hash, found.split(BETWEEN)) if found else ())
    return states
