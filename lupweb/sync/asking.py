"""Ask the directories that fill one person's profile, side by side and within a limit."""

import time
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db
from lupweb.directories.connect import AskedInTransaction, Connect
from lupweb.directories.fitting import Document, describe
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import DirectoryFacts, facts_of
from lupweb.errors import LupwebError
from lupweb.ldap.by_id import id_filter
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.service import options
from lupweb.outbox.queries import server_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.promising import written_attributes
from lupweb.sync.delivered import Naming
from lupweb.sync.fields import MappedField
from lupweb.sync.preparing import mapped_fields, naming_of

TRAITS_ARE_GOOD_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Question:
    """What is asked, and where.

    :param name: what people call the directory
    :param chosen: the options of the site
    :param known: what is kept of what the directory said about attributes
    """

    facts: DirectoryFacts
    name: str
    unique_id: str
    layout: Layout
    chosen: Mapping[str, Any]
    known: Document


@dataclass(frozen=True)
class Found:
    """What the directory said."""

    entry: Entry
    naming: Naming
    fields: Sequence[MappedField]
    known: Document


@dataclass
class Asked:
    """A question that is on its way.

    :param until: of the clock of `time.monotonic`, in seconds
    """

    question: Question
    until: float
    answers: SimpleQueue[Found | None] = field(default_factory=SimpleQueue)

    def wait(self) -> Found | None:
        """Return the answer; None if it takes too long, or there is none."""
        try:
            return self.answers.get(timeout=max(0.001, self.until - time.monotonic()))
        except Empty:
            return None


_traits: dict[tuple[int, object, str], tuple[ServerTraits, datetime]] = {}


def questions(person_id: int, layout: Layout, secret_key: str) -> list[Question]:
    """Return what to ask where: the directory that supplies a person, then those of single fields.

    All that hold the person, where a field falls through to the next one.

    :returns: none if no directory in use holds the person
    """
    rows = (
        select(Directory, Identity.unique_id)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id == person_id,
            Identity.is_gone.is_(False),
            Directory.is_enabled,
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position, Identity.id.desc())
    )
    of_fields, asked, chosen = layout.suppliers(), set[int](), options()
    asks_all = bool(layout.falling())
    found = []
    for directory, unique_id in db.session.execute(rows).all():
        if directory.id in asked or (asked and not asks_all and directory.key not in of_fields):
            continue
        asked.add(directory.id)
        facts = _asking_the_writer(facts_of(directory, secret_key), person_id, layout)
        known = directory.attributes
        found.append(Question(facts, directory.name, unique_id, layout, chosen, known))
    return found


def begin(question: Question, connect: Connect, limit_s: float) -> Asked:
    """Begin to ask; call outside transactions.

    A time limit of each step would not do: a name server that is silent is no step of ours.
    """
    asked = Asked(question, time.monotonic() + limit_s)

    def work() -> None:
        try:
            asked.answers.put(_ask(question, connect, limit_s))
        except (LupwebError, AskedInTransaction):  # nobody waits any more, and others go on
            asked.answers.put(None)

    Thread(target=copy_context().run, args=(work,), daemon=True).start()
    return asked


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


def _ask(question: Question, connect: Connect, limit_s: float) -> Found | None:
    facts, layout, chosen = question.facts, question.layout, question.chosen
    server = replace(facts.server, network_timeout_s=limit_s, timeout_s=limit_s)
    with connect(server) as session:
        session.bind(facts.bind_dn, facts.password)
        traits = _traits_of(facts, session)
        fields, _complaints = mapped_fields(layout, traits, facts.key)
        naming = naming_of(facts, traits, chosen.get("match_people_by", "login"))
        entries = session.search(
            facts.user_base_dn,
            all_of(given(facts.user_filter), id_filter(naming.unique_id, question.unique_id)),
            naming.attributes() + [each.attribute for each in fields],
            limit=1,
        )
    in_order = sorted(fields, key=lambda each: each.key)
    known = describe(traits.schema, written_attributes(layout, chosen))
    return Found(entries[0], naming, in_order, known) if entries else None


def _traits_of(facts: DirectoryFacts, session: LdapSession) -> ServerTraits:
    """Return what the server can do; asked seldom, since its schema is large."""
    place = (facts.id, facts.server, facts.bind_dn)
    known = _traits.get(place)
    if known is None or not known[1] <= clock.now() < known[1] + TRAITS_ARE_GOOD_FOR:
        known = _traits[place] = (session.traits(), clock.now())
    return known[0]
