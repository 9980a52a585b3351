"""Read only some entries whole: those that differ, and whoever names one that moved."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from sqlalchemy import ColumnElement, select

from lupweb.database import db, end_reading
from lupweb.directories.models import Identity
from lupweb.directories.stamps import OBJECT_GUID
from lupweb.errors import EntryNotFound
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, one_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.profiles.models import IndexedValue
from lupweb.sync.delivered import Page, Surroundings, delivered_page
from lupweb.sync.known import AT_ONCE, Absent
from lupweb.sync.met import mark_of
from lupweb.sync.named import former_dns
from lupweb.sync.plan import Plan
from lupweb.sync.reading import Reading
from lupweb.sync.sweeping import PART, Gone, Sweep, gone, in_parts
from lupweb.texts import Text

PARTS_A_BEAT = 10
"""Questions after which progress is told."""
FEW_GONE = 100
"""Up to so many entries that are gone, whoever names one is read again. More of them at once are
left to the next complete reading: they may be a filter that is wrong."""


@dataclass
class PartReading(Reading):
    """A reading that brings only some entries whole."""

    def fetch(self, session: LdapSession, search_filter: str, unique_ids: Sequence[str]) -> int:
        """Read these entries whole, and plan what becomes of their people; return how many came.

        Values and stamp come from the same reading. Whoever is not found any more is left to the
        next run.
        """
        before = len(self.seen)
        for number, some in enumerate(in_parts(unique_ids), start=1):
            self._fetch_part(session, search_filter, some)
            if number % PARTS_A_BEAT == 0:
                self._tell_progress()
        self._tell_progress()
        return len(self.seen) - before

    def _fetch_part(
        self, session: LdapSession, search_filter: str, unique_ids: Sequence[str]
    ) -> None:
        self.task.course.questions += 1
        make = partial(delivered_page, around=self.around)
        for entries in self._asked(session, search_filter, unique_ids):
            self._take(make(entries))

    def _asked(
        self, session: LdapSession, search_filter: str, unique_ids: Sequence[str]
    ) -> Iterator[list[Entry]]:
        unique_id, wanted = self.around.naming.unique_id, self.wanted()
        if unique_id == OBJECT_GUID:
            yield [entry for each in unique_ids for entry in _by_guid(session, each, wanted)]
            return
        question = all_of(search_filter, one_of(unique_id, unique_ids))
        yield from session.pages(self.task.facts.user_base_dn, question, wanted)


@dataclass
class ChangedReading(PartReading):
    """What a sweep has found, read whole.

    :param gone: the entries that the sweep did not meet
    :param moves_references: values that name people may name others than they did, or nobody
    """

    sweep: Sweep = field(default_factory=Sweep)
    gone: list[Gone] = field(default_factory=list)
    moves_references: bool = False
    _fetched: int = 0
    _to_note: list[Callable[[], None]] | None = None

    def fetch_ahead(self, session: LdapSession, search_filter: str) -> None:
        """Read whole those who differ as far as the sweep has come, in whole questions.

        Nothing is written, nor noted as a problem: the sweep may not come to its end, or find that
        everybody is to be read.
        """
        if self._to_note is None:
            self._to_note = []
            self.is_alone = self.task.here.is_alone()
            end_reading()
        left = list(islice(self.sweep.differing, self._fetched, None))
        for some in in_parts(left[: len(left) // PART * PART]):
            self._fetch_part(session, search_filter, some)
            self._fetched += len(some)

    @property
    def waits_for_a_question(self) -> bool:
        """Return whether as many of those who differ are unread as one question names."""
        return len(self.sweep.differing) - self._fetched >= PART

    def take_sweep(self) -> None:
        """Count those who are as they are stored, and see who is gone."""
        here, sweep = self.task.here, self.sweep
        to_note, self._to_note = self._to_note or (), None
        for note in to_note:
            note()
        self.is_alone = here.is_alone()
        self.gone = gone(sweep, here)
        end_reading()
        self.counters["seen"] += sweep.same + sweep.strangers + len(sweep.nobody)
        self.counters["skipped"] += sweep.strangers
        self.counters["shadowed"] += sweep.same_shadowed
        self.counters["unchanged"] += sweep.same - sweep.same_shadowed
        for dn, why in sweep.nobody:
            self._skip(dn, why)

    def fetch_all(self, session: LdapSession, search_filter: str) -> None:
        """Read whole who differs; then who names an entry that moved or is gone.

        Some servers write such a value anew without moving the stamp (sync.md section 8).
        """
        self.fetch(session, search_filter, list(islice(self.sweep.differing, self._fetched, None)))
        old = self._left_dns()
        self.moves_members = bool(old) or any(map(_may_be_named, self.waiting))
        naming = {each.key for each in self.task.layout.fields() if each.type.names_people}
        moved = (_moves_references(each, naming) for each in self.waiting)
        self.moves_references = bool(old) or any(moved)
        if len(self.gone) > FEW_GONE:
            old = old[len(self.gone) :]
        for counted, unique_ids in self._naming(old).items():
            again = self.fetch(session, search_filter, unique_ids)
            self.counters.subtract({"seen": again, counted: again})  # counted as the same before

    def _skip(self, dn: str, why: str) -> None:
        if self._to_note is None:
            super()._skip(dn, why)
        else:
            self._to_note.append(partial(self._skip, dn, why))

    def _list(self, text: Text | str) -> None:
        if self._to_note is None:
            super()._list(text)
        else:
            self._to_note.append(partial(self._list, text))

    def _note_problems(self, planned: Sequence[Plan]) -> None:
        if self._to_note is None:
            super()._note_problems(planned)
        else:
            self._to_note.append(partial(self._note_problems, planned))

    @property
    def met(self) -> int:
        """Return how many entries the sweep met."""
        return self.sweep.seen

    @property
    def is_quiet(self) -> bool:
        """Return whether whoever is named is as a run has stored it that did all it had to.

        Most of what changes from one quarter of an hour to the next are rooms and telephone
        numbers: nobody is called otherwise then.
        """
        return self.task.standing.follows_done and not (self.moves_references or self.gone)

    def absent(self) -> Absent:
        """Return who was not met."""
        return self.task.here.absent_of([each.identity_id for each in self.gone])

    def _left_dns(self) -> list[str]:
        """Return the folded DNs of entries that are gone, then those that others moved from.

        Where ids tell who is named, also DNs of people who were not read as long as they had them.
        """
        moved = [
            old
            for each in self.waiting
            if each.known and each.known.dn and (old := fold_dn(each.known.dn)) != each.dn_folded
        ]
        if self.around.with_ids:
            moved += former_dns(self.task.facts.id, self.waiting)
        return [*(each.dn_folded for each in self.gone), *moved]

    def _naming(self, dns: Sequence[str]) -> dict[str, list[str]]:
        """Return the entries whose people name one of these DNs and are as they are stored.

        :returns: as what they were counted -> unique ids
        """
        is_elsewhere = self.task.here.supplied_elsewhere()
        if is_elsewhere is None:
            return {"unchanged": self._naming_where(dns, None)}
        found = {"unchanged": self._naming_where(dns, ~is_elsewhere)}
        if self._names_by_own_fields():
            found["shadowed"] = self._naming_where(dns, is_elsewhere)
        return found

    def _names_by_own_fields(self) -> bool:
        own = {each.key for each in self.around.fields if each.is_read_behind}
        return any(each.type.names_people for each in self.task.layout.fields() if each.key in own)

    def _naming_where(self, dns: Sequence[str], condition: ColumnElement[bool] | None) -> list[str]:
        here = self.task.here
        found: dict[int, str] = {}
        for start in range(0, len(dns), AT_ONCE):
            people = select(IndexedValue.person_id).where(
                IndexedValue.is_dn, IndexedValue.key.in_(dns[start : start + AT_ONCE])
            )
            rows = select(Identity.id, Identity.unique_id).where(
                here.is_present(), Identity.person_id.in_(people)
            )
            rows = rows if condition is None else rows.where(condition)
            found |= dict(db.session.execute(rows).all())
        end_reading()
        for each in self.gone:
            found.pop(each.identity_id, None)
        return [each for each in found.values() if each not in self.sweep.differing]


@dataclass
class FillReading(PartReading):
    """Some fields of everybody; whoever differs in anything else is read whole.

    :param whole: what people are read whole with; `around` has the fields to fill
    """

    whole: Surroundings | None = None
    differing: dict[str, None] = field(default_factory=dict)

    def fetch_all(self, session: LdapSession, search_filter: str) -> None:
        """Read whole who differs."""
        self.around = self.whole or self.around
        self.fetch(session, search_filter, list(self.differing))
        self.seen.update(map(mark_of, self.differing))  # met by the enumeration in any case

    def _planned(self, page: Page) -> Iterator[Plan]:
        for each in super()._planned(page):
            if self.around is self.whole or not each.changes_identity:
                yield each
            else:
                self.differing[each.unique_id] = None
                self.seen.discard(mark_of(each.unique_id))
                self.counters["seen"] -= 1


def _may_be_named(plan: Plan) -> bool:
    """Return whether a group may have named somebody whom lupweb did not know by that name."""
    known = plan.known
    return known is None or known.is_gone or not known.identity_id or "@login" in plan.renames


def _moves_references(plan: Plan, naming: Set[str]) -> bool:
    """Return whether somebody may be named by another value than before, or names somebody else.

    :param naming: keys of the fields that name people
    """
    is_other = _may_be_named(plan) or plan.is_back or plan.is_held
    called = plan.renames.keys() - {"@name", "@sort_name"}
    return is_other or bool(called) or not naming.isdisjoint(plan.changes)


def _by_guid(session: LdapSession, unique_id: str, wanted: Sequence[str]) -> list[Entry]:
    """Return the entry of an objectGUID, wherever it stands now; none if it is gone."""
    try:
        return [session.read(f"<GUID={unique_id}>", wanted)]
    except EntryNotFound:
        return []
