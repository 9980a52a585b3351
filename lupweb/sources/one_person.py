"""Ask the other LDAP for one person, beside the directory that supplies them (section 15)."""

import time
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import AskedInTransaction, Connect
from lupweb.directories.service import DirectoryFacts, facts_of
from lupweb.errors import LupwebError
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals, given
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.models import Person
from lupweb.profiles.delivering import Deliverer, Said, store_delivered
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.runs.states import RunState
from lupweb.sources.alternative import alternative
from lupweb.sources.asking import known_fields, login_of, said_of
from lupweb.sources.people import Naming, fields_of

SCHEMA_IS_GOOD_FOR = timedelta(minutes=15)
Fields = list[FieldLayout]


@dataclass(frozen=True)
class _Question:
    """Whom and what is asked for, and where.

    :param login: folded
    :param is_held: a run holds what would empty a field: nothing is emptied now either
    """

    person_id: int
    login: str
    facts: DirectoryFacts
    layout: Layout
    fields: Sequence[FieldLayout]
    is_held: bool


_Answer = tuple[list[Entry], Fields] | None
_attributes: dict[tuple[int, object, str, tuple[str, ...]], tuple[set[str], datetime]] = {}


@dataclass
class Asked:
    """A question that is on its way.

    :param question: None: nothing has to be asked
    :param until: of the clock of `time.monotonic`, in seconds
    """

    question: _Question | None = None
    until: float = 0.0
    answers: SimpleQueue[_Answer] = field(default_factory=SimpleQueue)
    answer: _Answer = None
    is_over: bool = False

    def wait(self) -> None:
        """Wait for the answer, as long as there is time; no transaction may be open meanwhile."""
        if self.question is None or self.is_over:
            return
        self.is_over = True
        try:
            self.answer = self.answers.get(timeout=max(0.001, self.until - time.monotonic()))
        except Empty:
            self.answer = None

    def store(self) -> bool | None:
        """Store what the other LDAP says; return whether it was read, None if it was not asked."""
        self.wait()
        if self.question is None:
            return None
        if self.answer is None:
            return False
        _store(self.question, *self.answer)
        return True


def ask(
    person_id: int, layout: Layout, secret_key: str, connect: Connect, *, limit_s: float
) -> Asked:
    """Begin to ask the other LDAP for a person, where a field needs it; call outside transactions.

    :param limit_s: how long somebody waits for the answer
    """
    question = _question(person_id, layout, secret_key)
    end_reading()
    if question is None:
        return Asked()
    asked = Asked(question, time.monotonic() + limit_s)

    def work() -> None:
        try:
            asked.answers.put(_ask(question, connect, limit_s))
        except (LupwebError, AskedInTransaction):  # nobody waits any more, and others go on
            asked.answers.put(None)

    Thread(target=copy_context().run, args=(work,), daemon=True).start()
    return asked


def _question(person_id: int, layout: Layout, secret_key: str) -> _Question | None:
    fields = fields_of(layout, Source.ALTERNATIVE_LDAP)
    directory = alternative() if fields else None
    if directory is None or not directory.is_enabled:
        return None
    login = db.session.scalar(select(Person.login_folded).where(Person.id == person_id))
    if not login:
        return None
    is_held = directory.state == RunState.HELD
    facts = facts_of(directory, secret_key)
    return _Question(person_id, login, facts, layout, fields, is_held)


def _ask(question: _Question, connect: Connect, limit_s: float) -> tuple[list[Entry], Fields]:
    facts = question.facts
    server = replace(facts.server, network_timeout_s=limit_s, timeout_s=limit_s)
    with connect(server) as session:
        session.bind(facts.bind_dn, facts.password)
        fields = _known(question, session)
        wanted = all_of(given(facts.user_filter), equals(facts.login_attribute, question.login))
        attributes = [facts.login_attribute, *(each.attribute for each in fields)]
        found = session.search(facts.user_base_dn, wanted, attributes, limit=2)
    own = [each for each in found if login_of(each, facts.login_attribute) == question.login]
    return own, fields


def _known(question: _Question, session: LdapSession) -> Fields:
    """Return the fields that the server can fill; its schema is large, and asked for seldom."""
    facts, fields = question.facts, question.fields
    place = (facts.id, facts.server, facts.bind_dn, tuple(each.attribute for each in fields))
    kept = _attributes.get(place)
    if kept is None or not kept[1] <= clock.now() < kept[1] + SCHEMA_IS_GOOD_FOR:
        known, _unknown = known_fields(session, fields)
        kept = _attributes[place] = ({each.attribute for each in known}, clock.now())
    return [each for each in fields if each.attribute in kept[0]]


def _store(question: _Question, found: list[Entry], fields: Fields) -> None:
    """Store it as a run would: two entries of one login are nobody's."""
    by = Deliverer(Source.ALTERNATIVE_LDAP, question.facts.key, None, clock.now())
    said = Said({}, [each.key for each in fields])
    if len(found) == 1:
        entries = {question.login: found[0]}
        said = next(said for _login, said, _problems in said_of(entries, fields, Naming()))
    if question.is_held:
        said = said.keeping(_emptied(question.person_id, said))
    with transaction():
        store_delivered(question.layout, {question.person_id: said}, by)


def _emptied(person_id: int, said: Said) -> list[str]:
    document = db.session.scalar(select(Person.document).where(Person.id == person_id)) or {}
    stored = values_of(document)
    return [key for key, value in said.values.items() if value == "" and stored.get(key)]
