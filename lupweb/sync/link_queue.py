"""Records that may be one person: proposed to administrators, and never joined by a guess.

Whom a run could tie for certain is tied already (sync.md section 1). Here stand those whom it left
apart: accounts that were made anew, and people for whom more than one record comes into question.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.accounts.sentences import Entry
from lupweb.accounts.standings import LABELS, Standing, entries_of
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.directories.models import Directory, Identity, TwoPeople
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.names import colour_of, initials_of
from lupweb.people.states import PersonState
from lupweb.texts import Text, _

PAGE = 20
MOST = 2_000
"""Pairs that are looked at; whoever has more begins with these."""
Pair = tuple[int, int]
"""Numbers of two people, the lower one first."""


class Why(StrEnum):
    """What makes two records look like one person, the surest first."""

    SAME_ID = "same_id"
    RECREATED = "recreated"
    SAME_MATCH = "same_match"


@dataclass(frozen=True)
class Record:
    """One of the two, without values of its profile."""

    id: int
    name: str
    login: str
    email: str
    state: PersonState
    picture: str
    entries: Sequence[Entry]

    @property
    def handle(self) -> str:
        """Return what names the record in addresses."""
        return f"id:{self.id}"

    @property
    def initials(self) -> str:
        """Return the letters that stand for the name."""
        return initials_of(self.name or self.login)

    @property
    def colour(self) -> int:
        """Return the number of the colour."""
        return colour_of(self.id)

    @property
    def standing(self) -> Text:
        """Return the name of the state."""
        return LABELS[Standing(self.state)]


@dataclass(frozen=True)
class Proposal:
    """Two records, the older one first, and why they are shown."""

    first: Record
    second: Record
    why: Why

    @property
    def reason(self) -> Text:
        """Return in a sentence why they are shown."""
        return _REASONS[self.why]


@dataclass(frozen=True)
class Proposals:
    """A page of proposals."""

    lines: Sequence[Proposal]
    total: int
    number: int
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first line of the page."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the last line of the page."""
        return min(self.number * PAGE, self.total)


def proposals(viewer: Viewer, page: int, *, decided: bool = False) -> Proposals:
    """Return a page of the pairs that wait, or of those that were told apart.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    found = waiting_pairs()
    if decided:
        found = dict.fromkeys(_told_apart(), Why.SAME_MATCH)
    pairs = list(found)
    count = max(1, math.ceil(len(pairs) / PAGE))
    number = min(max(page, 1), count)
    shown = pairs[(number - 1) * PAGE : number * PAGE]
    records = _records({id_ for pair in shown for id_ in pair})
    lines = [Proposal(records[low], records[high], found[low, high]) for low, high in shown]
    return Proposals(lines, len(pairs), number, count)


def waiting_pairs() -> dict[Pair, Why]:
    """Return the pairs about which nobody has decided, each with the surest reason."""
    found: dict[Pair, Why] = {}
    for why, rows in _questions():
        for one, other in db.session.execute(rows.limit(MOST)):
            found.setdefault((min(one, other), max(one, other)), why)
    apart = _apart()
    return {pair: why for pair, why in found.items() if pair not in apart}


def tell_apart(viewer: Viewer, ids: Pair) -> None:
    """Note that two records are two people: they are not proposed again; in a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if one of them does not exist
    """
    require_administrator(viewer)
    low, high = _both(ids)
    if db.session.get(TwoPeople, (low, high)) is None:
        db.session.add(TwoPeople(low_id=low, high_id=high, at=clock.now(), actor=viewer.actor))
        note_event(viewer.actor, "person.told_apart", f"person:{low}", {}, {"other": high})


def propose_again(viewer: Viewer, ids: Pair) -> None:
    """Forget that two records are two people; in a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if one of them does not exist
    """
    require_administrator(viewer)
    low, high = _both(ids)
    db.session.execute(delete(TwoPeople).where(TwoPeople.low_id == low, TwoPeople.high_id == high))
    note_event(viewer.actor, "person.told_apart", f"person:{low}", {"other": high}, {})


def _both(ids: Pair) -> Pair:
    low, high = min(ids), max(ids)
    there = set(db.session.scalars(select(Person.id).where(Person.id.in_(ids))))
    if low == high or there != {low, high}:
        raise NotFound(_("There is no such person."))
    return low, high


def _questions() -> Iterator[tuple[Why, Select[int, int]]]:
    """Yield what finds pairs of people, each person once as the one and once as the other."""
    one, other = aliased(Identity), aliased(Identity)
    places = list(db.session.scalars(select(Directory.id).order_by(Directory.id)))
    for first, second in ((a, b) for a in places for b in places if a < b):
        same_id = (one.unique_id == other.unique_id, *_in(one, first), *_in(other, second))
        yield Why.SAME_ID, _pairs(one, other, *same_id)
    again = (one.is_gone.is_(True), other.is_gone.is_(False), _missing(one))
    yield Why.RECREATED, _pairs(one, other, one.match == other.match, one.match != "", *again)
    yield Why.RECREATED, _same_login()
    both = (one.is_gone.is_(False), other.is_gone.is_(False), one.directory_id < other.directory_id)
    yield Why.SAME_MATCH, _pairs(one, other, one.match == other.match, one.match != "", *both)


def _in(entry: type[Identity], directory_id: int) -> tuple[ColumnElement[bool], ...]:
    return entry.directory_id == directory_id, entry.is_gone.is_(False)


def _missing(entry: type[Identity]) -> ColumnElement[bool]:
    missing = select(Person.id).where(Person.state == PersonState.MISSING)
    return entry.person_id.in_(missing)


def _pairs(
    one: type[Identity], other: type[Identity], *conditions: ColumnElement[bool]
) -> Select[int, int]:
    rows = select(one.person_id, other.person_id).where(*conditions)
    return (
        rows.where(one.person_id != other.person_id)
        .distinct()
        .order_by(one.person_id, other.person_id)
    )


def _same_login() -> Select[int, int]:
    """Return who is missing, and who has the login now, both from directories."""
    gone, here = aliased(Person), aliased(Person)
    tied = select(Identity.person_id)
    return (
        select(gone.id, here.id)
        .where(
            gone.state == PersonState.MISSING,
            here.state.in_((PersonState.ACTIVE, PersonState.DISABLED)),
            gone.login_folded == here.login_folded,
            gone.login_folded != "",
            gone.id.in_(tied),
            here.id.in_(tied),
        )
        .order_by(gone.id, here.id)
    )


def _told_apart() -> list[Pair]:
    rows = select(TwoPeople.low_id, TwoPeople.high_id).order_by(TwoPeople.at.desc())
    return [(low, high) for low, high in db.session.execute(rows)]


def _apart() -> set[Pair]:
    """Return the pairs that are two people, also by what one of them was merged into since."""
    told = _told_apart()
    rows = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None))
    leads = {id_: into for id_, into in db.session.execute(rows) if into} if told else {}
    now = [(leads.get(low, low), leads.get(high, high)) for low, high in told]
    return {*told, *((min(pair), max(pair)) for pair in now)}


def _records(ids: Iterable[int]) -> dict[int, Record]:
    wanted = sorted(ids)
    entries = entries_of(wanted)
    people = db.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {
        each.id: Record(
            each.id, each.name, each.login, each.email, PersonState(each.state),
            each.picture_hash, entries.get(each.id, ()),
        )
        for each in people
    }  # fmt: skip


_REASONS: dict[Why, Text] = {
    Why.SAME_ID: _(
        "Two directories hold an entry with the same unique id: one may be a copy of the other."
    ),
    Why.RECREATED: _(
        "One is no longer found, and the other has its login: the account may have been made anew."
        " Nothing of the one was given to the other."
    ),
    Why.SAME_MATCH: _(
        "Both have what tells people of two directories to be the same, but it fits more than one."
    ),
}
