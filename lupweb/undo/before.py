"""What a run changed of each person, and what of it can be put back. Pure but for the queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from lupweb.audit.models import History
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.profiles.picture_past import PICTURE
from lupweb.sync.noting import GROUP, MEMBER

AT_ONCE = 500
"""People who are put back in one transaction."""
STATE = "@state"
NAMED = {"@login": "login", "@name": "name", "@email": "email"}
LISTED = "@listed"


@dataclass
class Before:
    """What a run changed of one person.

    :param steps: field key, "@name" and the like, or that of a group -> before the run, after it
    :param is_new: the run made the person
    :param was_touched: something of somebody new was changed since
    """

    person_id: int
    steps: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_new: bool = False
    was_touched: bool = False


@dataclass
class Putting:
    """What is to be put back of one person.

    :param back: field key -> the value of before
    :param kept: fields that were changed since, and stay
    """

    person_id: int
    back: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def keep(self, keys: Collection[str]) -> None:
        """Let some of what was to be put back stay as it is."""
        for key in keys:
            del self.back[key]
            self.kept.append(key)

    @property
    def state(self) -> PersonState | None:
        """Return the state to be given back, or None."""
        return PersonState(self.back[STATE]) if STATE in self.back else None


def touched_people(run_id: int) -> Iterator[list[int]]:
    """Yield the people whom a run made or changed, a block at a time, by number."""
    last = 0
    made = select(Identity.person_id).where(Identity.first_run_id == run_id)
    changed = select(History.person_id).where(History.run_id == run_id)
    while True:
        rows = (
            select(Person.id)
            .where(Person.id > last, or_(Person.id.in_(made), Person.id.in_(changed)))
            .order_by(Person.id)
            .limit(AT_ONCE)
        )
        block = list(db.session.scalars(rows))
        if not block:
            return
        last = block[-1]
        yield block


def befores_of(run_id: int, person_ids: Sequence[int]) -> list[Before]:
    """Return what a run changed of these people; three queries."""
    found: dict[int, Before] = {id_: Before(id_) for id_ in person_ids}
    for row in _rows(run_id, person_ids):
        steps = found[row.person_id].steps
        first, _last = steps.get(row.field_key, (row.old, row.new))
        steps[row.field_key] = (first, row.new)
    made = select(Identity.person_id).where(
        Identity.first_run_id == run_id, Identity.person_id.in_(person_ids)
    )
    for id_ in db.session.scalars(made):
        found[id_].is_new = True
    is_of_a_later_run = and_(
        History.run_id != run_id,
        History.field_key != PICTURE,
        ~History.field_key.startswith(GROUP),
    )  # a group that was declared later makes nobody anything that has to be kept
    since = select(History.person_id).where(
        History.person_id.in_([each.person_id for each in found.values() if each.is_new]),
        or_(History.run_id.is_(None), is_of_a_later_run),
    )
    for id_ in db.session.scalars(since.distinct()):
        found[id_].was_touched = True
    return list(found.values())


def putting(before: Before, person: Person, now: Mapping[str, str]) -> Putting:
    """Return what is to be put back of a person as they are now.

    What is as it was before the run already is left out, so that an undo can be repeated.

    :param now: as `current` says it
    """
    found = Putting(before.person_id)
    if person.state in {PersonState.MERGED, PersonState.PURGED}:
        found.kept = [STATE]
        return found
    if before.is_new:
        _take_away(before, person, found)
        return found
    for key, (old, new) in before.steps.items():
        is_now = now.get(key, "")
        if is_now == old:
            continue
        if is_now == new:
            found.back[key] = old
        else:
            found.kept.append(key)
    return found


def current(person: Person, groups: Collection[str]) -> Mapping[str, str]:
    """Return the values of a person, what they are called, and where they belong, by field key.

    :param groups: keys of the groups that the person is in
    """
    named = {key: getattr(person, name) for key, name in NAMED.items()}
    rest = {STATE: str(person.state), LISTED: str(person.is_listed), PICTURE: person.picture_hash}
    member = {f"{GROUP}{key}": MEMBER for key in groups}
    return defaultdict(str, {**values_of(person.document), **named, **rest, **member})


def _take_away(before: Before, person: Person, found: Putting) -> None:
    if person.state is PersonState.MISSING:
        return
    if before.was_touched:
        found.kept.append(STATE)
    else:
        found.back[STATE] = str(PersonState.MISSING)


def _rows(run_id: int, person_ids: Sequence[int]) -> Sequence[History]:
    rows = select(History).where(History.run_id == run_id, History.person_id.in_(person_ids))
    return db.session.scalars(rows.order_by(History.id)).all()
