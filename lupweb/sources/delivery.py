"""What a source says of people, on its way into their profiles: planned whole, guarded, written."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from lupweb.database import db, end_reading, transaction
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.delivering import Deliverer, Effect, Said, effect_of, store_delivered
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.runs.models import PlanItem
from lupweb.sources.holding import digest_of
from lupweb.sources.people import AT_ONCE, blocks
from lupweb.texts import Text, _, ngettext

BLOCK = 500
"""Most people of one transaction."""
LEAST_CLEARED = 20
SHARE_CLEARED_PERCENT = 20
CHANGE, CLEAR = "change", "clear"
"""The action and the guard of a line of a plan."""
MOST_LISTED = 1_000
"""Lines of problems of one run; the counters count all."""


class _Stored(NamedTuple):
    """What is kept of a person, as far as the fields of the source go."""

    id: int
    login: str
    name: str
    values: Mapping[str, str]
    provenance: Mapping[str, Any]


@dataclass
class Delivery:
    """What one run of a source brings.

    :param fields: those that take their values from the source
    :param said: id of the person -> what is said; of those whom the source has
    :param is_complete: whoever is not in `said` is not in the source
    :param effects: id of the person -> what will become of them; filled by `plan`
    :param held: key of a field -> those for whom it would become empty, and does not
    """

    by: Deliverer
    layout: Layout
    fields: Sequence[FieldLayout]
    lease: HeldLease
    said: dict[int, Said] = field(default_factory=dict)
    is_complete: bool = False
    counters: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str, Text | str]] = field(default_factory=list)
    effects: dict[int, Effect] = field(default_factory=dict)
    held: dict[str, list[int]] = field(default_factory=dict)
    _before: dict[int, _Stored] = field(default_factory=dict)

    @property
    def run_id(self) -> int:
        """Return the number of the run."""
        assert self.by.run_id is not None  # noqa: S101 for the type checker; a run delivers
        return self.by.run_id

    def note(self, text: Text | str, *, login: str = "", field_key: str = "") -> None:
        """Remember what did not go well; it is written with the next block."""
        if len(self.problems) < MOST_LISTED:
            self.problems.append((login, field_key, text))

    def plan(self) -> None:
        """Find out what becomes of everybody, and hold what would empty a field for many."""
        clearing: dict[str, list[int]] = defaultdict(list)
        holders: Counter[str] = Counter()
        for stored in self._people():
            holders.update(key for key in self._keys() if stored.values.get(key))
            said = self.said.get(stored.id)
            if said is None:
                said = self.said[stored.id] = Said({}, self._keys())
            else:
                self.counters["matched"] += 1
            effect = effect_of(said, stored.values, stored.provenance, self.by.source)
            if effect.is_nothing:
                del self.said[stored.id]
                continue
            self._before[stored.id], self.effects[stored.id] = stored, effect
            for key, value in effect.changes.items():
                if not value:
                    clearing[key].append(stored.id)
        end_reading()
        self._guard(clearing, holders)

    def write(self) -> None:
        """Write what is planned, block by block; one person who cannot be written stops nobody."""
        for block in blocks(self.effects, BLOCK):
            try:
                self._write_block(block)
            except SQLAlchemyError:
                for person_id in block:
                    self._write_one(person_id)
        self._write_block([])

    def keep_plan(self) -> None:
        """Record everything that would be done, as a dry run does."""
        changed = [id_ for id_, effect in self.effects.items() if effect.changes]
        for block in blocks(changed, BLOCK):
            rows = [self._item(id_, list(self.effects[id_].changes)) for id_ in block]
            with transaction():
                self.lease.heartbeat()
                db.session.execute(insert(PlanItem), rows)
        self._count_planned()
        self._write_block([])

    def keep_held(self) -> None:
        """Record what is held, for an administrator to release."""
        by_person: dict[int, list[str]] = defaultdict(list)
        for key, ids in self.held.items():
            for id_ in ids:
                by_person[id_].append(key)
        for block in blocks(by_person.items(), BLOCK):
            rows = [self._item(id_, keys, guard=CLEAR) for id_, keys in block]
            with transaction():
                self.lease.heartbeat()
                db.session.execute(insert(PlanItem), rows)
        if by_person:
            with transaction():
                self.lease.heartbeat()
                run = runs.get_run(self.run_id)
                run.held_digest = "" if run.dry_run else digest_of(self.run_id)

    def settle(self) -> Counter[str]:
        """Return the counters, so that they add up (sync.md section 16)."""
        counters = self.counters
        counters["held"] = len({id_ for ids in self.held.values() for id_ in ids})
        matched = counters.pop("matched", 0)
        counters["skipped"] += counters["held"]
        counters["unchanged"] = (
            matched - counters["changed"] - counters["held"] - counters["failed"]
        )
        return Counter({key: count for key, count in counters.items() if count})

    def _people(self) -> Iterator[_Stored]:
        """Yield whom the delivery may concern: everybody, if it is complete."""
        columns = (Person.id, Person.login, Person.name, Person.document, Person.provenance)
        shown = select(*columns).where(Person.state.in_(SHOWN)).order_by(Person.id)
        if not self.is_complete:
            for some in blocks(sorted(self.said), AT_ONCE):
                rows = db.session.execute(shown.where(Person.id.in_(some))).all()
                yield from map(self._stored, rows)
            return
        last = 0
        while rows := db.session.execute(shown.where(Person.id > last).limit(AT_ONCE)).all():
            yield from map(self._stored, rows)
            last = rows[-1].id

    def _stored(self, row: Any) -> _Stored:
        values, keys = values_of(row.document), self._keys()
        return _Stored(
            id=row.id,
            login=row.login,
            name=row.name,
            values={key: values[key] for key in keys if key in values},
            provenance={key: origin_of_value(row.provenance, key) for key in keys},
        )

    def _keys(self) -> list[str]:
        return [each.key for each in self.fields]

    def _guard(self, clearing: Mapping[str, list[int]], holders: Mapping[str, int]) -> None:
        for key, ids in clearing.items():
            if len(ids) <= LEAST_CLEARED:
                continue
            of = holders[key] if self.is_complete else _count_holders(key)
            most = max(LEAST_CLEARED, of * SHARE_CLEARED_PERCENT // 100)
            if len(ids) > most:
                self._hold(key, ids, most, of)

    def _hold(self, key: str, ids: list[int], most: int, of: int) -> None:
        """Leave this field of these people as it is; their other fields are written."""
        self.held[key] = ids
        for id_ in ids:
            self.said[id_] = self.said[id_].keeping([key])
            before = self._before[id_]
            self.effects[id_] = effect_of(
                self.said[id_], before.values, before.provenance, self.by.source
            )
        self.note(_held(len(ids), most), field_key=key)
        with transaction():
            self.lease.heartbeat()
            run = runs.get_run(self.run_id)
            guard = {"guard": CLEAR, "field": key, "count": len(ids), "limit": most, "of": of}
            run.guards = [*run.guards, guard]

    def _write_block(self, block: Sequence[int]) -> None:
        with transaction():
            self.lease.heartbeat()
            changes = store_delivered(self.layout, {id_: self.said[id_] for id_ in block}, self.by)
            for login, field_key, text in self.problems:
                runs.note_problem(self.run_id, text, login=login, field=field_key)
            runs.tell_progress(self.run_id, self.counters["seen"])
        self.problems = []
        held = {id_ for ids in self.held.values() for id_ in ids}
        self.counters["changed"] += len({each.person_id for each in changes} - held)
        self.counters["values_changed"] += len(changes)

    def _write_one(self, person_id: int) -> None:
        try:
            self._write_block([person_id])
        except SQLAlchemyError:
            self.counters["failed"] += person_id not in {
                i for ids in self.held.values() for i in ids
            }
            self.note(
                _("The database refused the values of this person. They stay as they were."),
                login=self._before[person_id].login,
            )

    def _count_planned(self) -> None:
        held = {id_ for ids in self.held.values() for id_ in ids}
        changed = {id_: each for id_, each in self.effects.items() if each.changes}
        self.counters["changed"] += len(changed.keys() - held)
        self.counters["values_changed"] += sum(len(each.changes) for each in changed.values())

    def _item(self, person_id: int, keys: Sequence[str], *, guard: str = "") -> dict[str, Any]:
        stored, new = self._before[person_id], self.effects[person_id].changes
        return {
            "run_id": self.run_id,
            "person_id": person_id,
            "unique_id": "",
            "login": stored.login,
            "name": stored.name,
            "action": CHANGE,
            "guard": guard,
            "changes": {key: [stored.values.get(key, ""), new.get(key, "")] for key in keys},
            "entry": {},
        }


def _count_holders(key: str) -> int:
    rows = select(Person.document).where(Person.state.in_(SHOWN))
    documents = db.session.scalars(rows, execution_options={"yield_per": AT_ONCE})
    count = sum(1 for document in documents if values_of(document).get(key))
    end_reading()
    return count


def _held(count: int, most: int) -> Text:
    return ngettext(
        "The field would become empty for %(n)s person. The value stays for now.",
        "The field would become empty for %(n)s people, which is more than %(most)s. The values"
        " stay until an administrator releases this.",
        count,
        most=most,
    )
