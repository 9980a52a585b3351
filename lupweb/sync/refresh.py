"""Read one person anew, as when somebody opens the edit form. No run begins, no lease is taken."""

from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.service import get_user
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import AskedInTransaction, Connect
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import DirectoryFacts, facts_of
from lupweb.errors import InvalidValue, LupwebError
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.service import options
from lupweb.outbox.queries import server_of
from lupweb.profiles.layout import Layout
from lupweb.sources import one_person
from lupweb.sync.admitting import is_entry
from lupweb.sync.apply import Unfenced, Writer
from lupweb.sync.delivered import Naming, Surroundings, delivered
from lupweb.sync.fields import MappedField
from lupweb.sync.group_marks import forget_groups_of
from lupweb.sync.known import Here, stored_values
from lupweb.sync.links import resolve_person
from lupweb.sync.plan import Plan, compare, plan
from lupweb.sync.preparing import computing, mapped_fields, naming_of

LIMIT_S = 1.0
"""How long the form waits for the directory, in all (product.md section 3)."""
SIGN_IN_LIMIT_S = 1.5
"""How long a sign-in waits for the directory (sync.md section 21)."""
TRAITS_ARE_GOOD_FOR = timedelta(minutes=15)


class Freshness(StrEnum):
    """How new the stored values of a person are.

    `UNREAD`: the directory did not answer in time, or does not show the person now.
    `NOWHERE`: no directory that is in use supplies the person.
    """

    READ = "read"
    UNREAD = "unread"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class _Question:
    """What is asked, and where."""

    facts: DirectoryFacts
    unique_id: str
    layout: Layout
    match_people_by: str


@dataclass(frozen=True)
class _Found:
    """What the directory said."""

    entry: Entry
    naming: Naming
    fields: Sequence[MappedField]


@dataclass(frozen=True)
class Refreshed:
    """What became of reading one person anew.

    :param planned: what was compared with what is stored; None if the entry could not be read
    """

    freshness: Freshness
    planned: Plan | None = None


_traits: dict[tuple[int, object, str], tuple[ServerTraits, datetime]] = {}


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
    """Do what `refresh` does for the directory that supplies a person, and tell what came of it.

    :param run_id: the run that the history is to name; None: nobody asked for a record
    :param before_storing: waits for others who ask, before a transaction begins
    """
    question = _question(person_id, layout, secret_key)
    end_reading()
    if question is None:
        return Refreshed(Freshness.NOWHERE)
    found = _in_time(lambda: _ask(question, connect, limit_s), limit_s)
    before_storing()
    if found is None:
        return Refreshed(Freshness.UNREAD)
    try:
        return _take(question, found, run_id)
    except InvalidValue:  # the entry has lost its login
        return Refreshed(Freshness.UNREAD)


def _together(own: Freshness, *, is_other_read: bool | None) -> Freshness:
    """Return how new a profile is that two LDAPs fill; None: the other one was not asked."""
    if is_other_read is None:
        return own
    if not is_other_read:
        return Freshness.UNREAD
    return Freshness.READ if own is Freshness.NOWHERE else own


def refresh_at_sign_in(user_id: int, layout: Layout, secret_key: str, connect: Connect) -> None:
    """Bring the person of an account up to date, if the site reads people when they sign in.

    Never fails a sign-in, nor holds it up for longer than 1.5 s; call outside transactions.
    """
    chosen, user = options(), get_user(user_id)
    person_id = user.person_id if user else None
    end_reading()
    if chosen["login_sync"] and not chosen["read_only"] and person_id is not None:
        refresh(person_id, layout, secret_key, connect, limit_s=SIGN_IN_LIMIT_S)


def _question(person_id: int, layout: Layout, secret_key: str) -> _Question | None:
    rows = (
        select(Directory, Identity.unique_id)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id == person_id,
            Identity.is_gone.is_(False),
            Directory.is_enabled,
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position)
        .limit(1)
    )
    found = db.session.execute(rows).first()
    if found is None:
        return None
    directory, unique_id = found
    match_people_by = options().get("match_people_by", "login")
    facts = _asking_the_writer(facts_of(directory, secret_key), person_id, layout)
    return _Question(facts, unique_id, layout, match_people_by)


def _asking_the_writer(facts: DirectoryFacts, person_id: int, layout: Layout) -> DirectoryFacts:
    """Return the directory with the server first that took a write just now.

    Another one may not know of it yet, and the value would go back (writeback.md section 7). One
    query, none where no field is saved to a directory.
    """
    if not any(each.writes_back for each in layout.fields()):
        return facts
    uri = server_of(person_id, clock.now())
    others = tuple(each for each in facts.server.uris if each != uri)
    if len(others) == len(facts.server.uris):
        return facts
    return replace(facts, server=replace(facts.server, uris=(uri, *others)))


def _in_time(ask: Callable[[], _Found | None], limit_s: float) -> _Found | None:
    """Return what `ask` returns, or None if that takes too long or fails.

    A time limit of each step would not do: a name server that is silent is no step of ours.
    """
    answer: SimpleQueue[_Found | None] = SimpleQueue()

    def work() -> None:
        try:
            answer.put(ask())
        except (LupwebError, AskedInTransaction):  # nobody waits any more, and others go on
            answer.put(None)

    Thread(target=copy_context().run, args=(work,), daemon=True).start()
    try:
        return answer.get(timeout=limit_s)
    except Empty:
        return None


def _ask(question: _Question, connect: Connect, limit_s: float) -> _Found | None:
    facts = question.facts
    server = replace(facts.server, network_timeout_s=limit_s, timeout_s=limit_s)
    with connect(server) as session:
        session.bind(facts.bind_dn, facts.password)
        traits = _traits_of(facts, session)
        fields, _complaints = mapped_fields(question.layout, traits)
        naming = naming_of(facts, traits, question.match_people_by)
        entries = session.search(
            facts.user_base_dn,
            all_of(given(facts.user_filter), is_entry(naming.unique_id, question.unique_id)),
            naming.attributes() + [each.attribute for each in fields],
            limit=1,
        )
    in_order = sorted(fields, key=lambda each: each.key)
    return _Found(entries[0], naming, in_order) if entries else None


def _traits_of(facts: DirectoryFacts, session: LdapSession) -> ServerTraits:
    """Return what the server can do; asked seldom, since its schema is large."""
    place = (facts.id, facts.server, facts.bind_dn)
    known = _traits.get(place)
    if known is None or not known[1] <= clock.now() < known[1] + TRAITS_ARE_GOOD_FOR:
        known = _traits[place] = (session.traits(), clock.now())
    return known[0]


def _take(question: _Question, found: _Found, run_id: int | None) -> Refreshed:
    """Store what an entry says.

    :raises InvalidValue: if it has no login
    """
    planned = _planned(question, found)
    end_reading()
    if planned is None or planned.disables:
        return Refreshed(Freshness.UNREAD)
    if not planned.changes_anything:
        return Refreshed(Freshness.READ, planned)
    facts = question.facts
    if _may_be_named_anew(planned):
        with transaction():
            forget_groups_of(facts.id)
    if Writer(run_id, facts.id, facts.key, question.layout, Unfenced()).write([planned]):
        return Refreshed(Freshness.UNREAD)
    if _names_people(question.layout, planned):
        with transaction():
            resolve_person(question.layout, planned.person_id)
    return Refreshed(Freshness.READ, planned)


def _planned(question: _Question, found: _Found) -> Plan | None:
    facts = question.facts
    known = Here(facts.id, facts.position, 0).known_people([question.unique_id])
    if question.unique_id not in known:
        return None
    stored = known[question.unique_id]
    around = Surroundings(
        found.naming, found.fields, clock.now(), {question.unique_id} if stored.is_listed else set()
    )
    said = delivered(found.entry, question.unique_id, around)
    compute = computing(question.layout)
    planned = plan(said, stored, found.naming, compute)
    values = stored_values([planned.person_id])[planned.person_id]
    compare(planned, found.fields, values, compute)
    return planned


def _may_be_named_anew(planned: Plan) -> bool:
    """Return whether a group may name the person whom it did not name as they were stored."""
    known = planned.known
    is_moved = known is not None and fold_dn(known.dn) != planned.dn_folded
    return is_moved or "@login" in planned.renames


def _names_people(layout: Layout, planned: Plan) -> bool:
    return any(each.type.names_people for each in layout.fields() if each.key in planned.changes)
