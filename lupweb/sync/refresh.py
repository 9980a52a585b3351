"""Read one person anew, as when somebody opens the edit form. No run begins, no lease is taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lupweb import clock
from lupweb.database import end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.knowing import keep_known
from lupweb.directories.stamps import OBJECT_GUID
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.profiles.layout import Layout
from lupweb.sources import one_person
from lupweb.sync import asking
from lupweb.sync.apply import Unfenced, Writer
from lupweb.sync.asking import Found, Question
from lupweb.sync.delivered import Surroundings, delivered
from lupweb.sync.falling import Place
from lupweb.sync.group_marks import forget_groups_of
from lupweb.sync.holding import Overtaken, leave_what_is_held, note_overtaken
from lupweb.sync.known import Here, stored_values
from lupweb.sync.links import resolve_person
from lupweb.sync.named import forget_named
from lupweb.sync.plan import Plan, compare, plan
from lupweb.sync.preparing import computing

LIMIT_S = 1.0
"""How long the form waits for the directory, in all (product.md section 3)."""


class Freshness(StrEnum):
    """How new the stored values of a person are.

    `UNREAD`: the directory did not answer in time, or does not show the person now.
    `NOWHERE`: no directory that is in use supplies the person.
    """

    READ = "read"
    UNREAD = "unread"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Refreshed:
    """What became of reading one person anew.

    :param plans: what was compared with what is stored: of the directory that supplies the person,
        then of those that supply single fields
    :param unread: names of those whose entry could not be read
    """

    plans: Sequence[Plan] = ()
    unread: Sequence[str] = ()

    @property
    def freshness(self) -> Freshness:
        """Return how new the stored values are now."""
        if self.unread:
            return Freshness.UNREAD
        return Freshness.READ if self.plans else Freshness.NOWHERE


def refresh(
    person_id: int, layout: Layout, secret_key: str, connect: Connect, *, limit_s: float = LIMIT_S
) -> Freshness:
    """Bring the stored values of one person up to date, as a run would; call outside transactions.

    Whoever the directory switched off, or does not show, is left to the next run: it sees whether
    they are many.
    """
    other = one_person.ask(person_id, layout, secret_key, connect, limit_s=limit_s)
    read = read_anew(
        person_id, layout, secret_key, connect, limit_s=limit_s, before_storing=other.wait
    )
    return _together(read.freshness, is_other_read=other.store())


def read_anew(  # noqa: PLR0913 all named
    person_id: int,
    layout: Layout,
    secret_key: str,
    connect: Connect,
    *,
    limit_s: float,
    run_id: int | None = None,
    before_storing: Callable[[], None] = lambda: None,
) -> Refreshed:
    """Do what `refresh` does for the directories that supply a person, and tell what came of it.

    :param run_id: the run that the history is to name; None: nobody asked for a record
    :param before_storing: waits for others who ask, before a transaction begins
    """
    questions = asking.questions(person_id, layout, secret_key)
    end_reading()
    asked = [asking.begin(each, connect, limit_s) for each in questions]
    answers = [(each.question, each.wait()) for each in asked]
    before_storing()
    plans: list[Plan] = []
    unread = []
    for question, found in answers:
        planned = _stored(question, found, run_id)
        if planned is None:
            unread.append(question.name)
        else:
            plans.append(planned)
    return Refreshed(plans, unread)


def _together(own: Freshness, *, is_other_read: bool | None) -> Freshness:
    """Return how new a profile is that two LDAPs fill; None: the other one was not asked."""
    if is_other_read is None:
        return own
    if not is_other_read:
        return Freshness.UNREAD
    return Freshness.READ if own is Freshness.NOWHERE else own


def _stored(question: Question, found: Found | None, run_id: int | None) -> Plan | None:
    """Store what a directory said; return what was planned, None if it is left to the next run."""
    if found is None:
        return None
    if found.known != question.known:
        with transaction():
            keep_known(question.facts.id, found.known)
    try:
        return _take(question, found, run_id)
    except InvalidValue:  # the entry has lost its login
        return None


def _take(question: Question, found: Found, run_id: int | None) -> Plan | None:
    """Store what an entry says.

    :raises InvalidValue: if it has no login
    """
    planned, overtaken = _planned(question, found)
    end_reading()
    note_overtaken(overtaken)
    if planned is None or planned.disables:
        return None
    if not planned.changes_anything:
        return planned
    facts = question.facts
    if _may_be_named_anew(planned):
        with transaction():
            forget_groups_of(facts.id)
    if found.naming.unique_id == OBJECT_GUID:
        with transaction():
            forget_named(facts.id, question.unique_id)
    if Writer(run_id, facts.id, facts.key, question.layout, Unfenced()).write([planned]):
        return None
    if _names_people(question.layout, planned):
        with transaction():
            resolve_person(question.layout, planned.person_id)
    return planned


def _planned(question: Question, found: Found) -> tuple[Plan | None, Overtaken]:
    facts = question.facts
    here = Here(facts.id, facts.position, 0)
    known = here.known_people([question.unique_id])
    if question.unique_id not in known:
        return None, {}
    stored = known[question.unique_id]
    around = Surroundings(
        found.naming, found.fields, clock.now(), {question.unique_id} if stored.is_listed else set()
    )
    said = delivered(found.entry, question.unique_id, around)
    compute = computing(question.layout)
    planned = plan(said, stored, found.naming, compute)
    Place.of(here, facts.key, question.layout).weigh([planned], found.fields)
    values = stored_values([planned.person_id])[planned.person_id]
    compare(planned, found.fields, values, compute)
    return planned, leave_what_is_held(planned, f"directory:{facts.key}")


def _may_be_named_anew(planned: Plan) -> bool:
    """Return whether a group may name the person whom it did not name as they were stored."""
    known = planned.known
    is_moved = known is not None and fold_dn(known.dn) != planned.dn_folded
    return is_moved or "@login" in planned.renames


def _names_people(layout: Layout, planned: Plan) -> bool:
    return any(each.type.names_people for each in layout.fields() if each.key in planned.changes)
