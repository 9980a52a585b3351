"""What directories hold of one person now: asked side by side, within a limit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from lupweb.diagnosis.together import together
from lupweb.directories.attributes import is_never_read
from lupweb.directories.connect import AskedInTransaction, Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import own_words
from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    InvalidValue,
    LupwebError,
)
from lupweb.ldap.by_id import id_filter
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals, given, present
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.session import Directory as LdapSession
from lupweb.texts import Text, _

LIMIT_S = 4.0
"""How long all directories together may take."""
TIMES = ("modifyTimestamp", "whenChanged")


class Contact(StrEnum):
    """What became of asking a directory.

    `NO_BASE`, `NOT_SEARCHED`: it answers, and what it is asked with by its settings is wrong.
    """

    ANSWERS = "answers"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NO_BASE = "no_base"
    NOT_SEARCHED = "not_searched"
    FAILED = "failed"


@dataclass(frozen=True)
class Question:
    """What one directory is asked.

    :param unique_id: of the entry that is known; "" if the person is looked for by the login
    :param attributes: that are asked for
    """

    facts: DirectoryFacts
    unique_id: str
    login: str
    attributes: Collection[str]


@dataclass(frozen=True)
class Answer:
    """What one directory said.

    :param text: what happened, if it did not answer, without the words of the server
    :param has_entry: the person's entry is there, and inside base and filter
    :param knows: the schema has the attribute, or is not shown
    :param nearest: the known name that looks most like it, or ""
    :param may_read: this account may read the attribute there, as far as anybody can tell
    :param changed_at: when the entry changed, as the server writes it; "" if it does not say
    """

    contact: Contact
    text: Text | str = ""
    uri: str = ""
    has_entry: bool = False
    dn: str = ""
    knows: bool = True
    nearest: str = ""
    may_read: bool = True
    values: Sequence[bytes] = ()
    stamp: str = ""
    changed_at: str = ""


@dataclass(frozen=True)
class Told:
    """What one directory said, attribute by attribute.

    :param rest: what counts for those that were not asked for
    """

    rest: Answer
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def about(self, attribute: str) -> Answer:
        """Return what concerns one attribute; "" is none."""
        return self.answers.get(attribute, self.rest)


def ask(
    questions: Iterable[Question], connect: Connect, *, limit_s: float = LIMIT_S
) -> dict[str, Told]:
    """Return what each directory says, by its key; call outside transactions.

    :param limit_s: who has not answered by then counts as unreachable
    """
    asked = {each.facts.key: each for each in questions}
    asks = {key: partial(_told, each, connect, limit_s) for key, each in asked.items()}
    silent = Answer(Contact.UNREACHABLE, _("It gave no answer within %(n)s seconds.", n=limit_s))
    return {**dict.fromkeys(asked, Told(silent)), **together(asks, limit_s)}


def _told(question: Question, connect: Connect, limit_s: float) -> Told:
    try:
        return _answers(question, connect, limit_s)
    except (LupwebError, AskedInTransaction) as error:
        return Told(failed(error))


def failed(error: Exception) -> Answer:
    """Return what became of asking a directory that did not answer, in our own words."""
    contact = next((found for kind, found in _CONTACTS if isinstance(error, kind)), Contact.FAILED)
    return Answer(contact, own_words(error) if isinstance(error, LupwebError) else str(error))


def _answers(question: Question, connect: Connect, limit_s: float) -> Told:
    facts = question.facts
    server = replace(facts.server, network_timeout_s=limit_s, timeout_s=limit_s)
    with connect(server) as session:
        session.bind(facts.bind_dn, facts.password)
        traits, uri = session.traits(), session.connected_uri or ""
        try:
            entry = _entry(question, session, traits)
        except CredentialsRefused:
            raise
        except (DirectoryRefused, InvalidValue) as error:
            is_missing = isinstance(error, EntryNotFound)
            contact = Contact.NO_BASE if is_missing else Contact.NOT_SEARCHED
            return Told(Answer(contact, own_words(error), uri=uri))
        found = {
            name: _answer(name, entry, traits, uri) for name in sorted({"", *question.attributes})
        }
        for name, answer in found.items():
            if name and answer.has_entry and answer.knows and not answer.values:
                may_read = _may_read(question, name, session, traits)
                found[name] = replace(answer, may_read=may_read)
        return Told(found[""], found)


def _answer(attribute: str, entry: Entry | None, traits: ServerTraits, uri: str) -> Answer:
    answer = _of_schema(attribute, traits, uri)
    return answer if entry is None else _of_entry(answer, attribute, entry, traits)


def _of_schema(attribute: str, traits: ServerTraits, uri: str) -> Answer:
    schema = traits.schema
    knows = not attribute or not schema.is_readable or schema.knows(attribute)
    nearest = "" if knows else schema.nearest(attribute) or ""
    return Answer(Contact.ANSWERS, uri=uri, knows=knows, nearest=nearest)


def _entry(question: Question, session: LdapSession, traits: ServerTraits) -> Entry | None:
    facts = question.facts
    names = (*question.attributes, traits.stamp_attribute, *TIMES)
    wanted = [name for name in names if name and not is_never_read(name)]
    found = session.search(
        facts.user_base_dn,
        all_of(given(facts.user_filter), _is_the_one(question, traits)),
        wanted,
        limit=1,
    )
    return found[0] if found else None


def _is_the_one(question: Question, traits: ServerTraits) -> str:
    if question.unique_id and traits.unique_id_attribute:
        return id_filter(traits.unique_id_attribute, question.unique_id)
    return equals(question.facts.login_attribute, question.login)


def _of_entry(answer: Answer, attribute: str, entry: Entry, traits: ServerTraits) -> Answer:
    times = [entry.first(name) for name in TIMES]
    return replace(
        answer,
        has_entry=True,
        dn=entry.dn,
        may_read=not is_never_read(attribute),
        values=tuple(entry.values(attribute)) if attribute else (),
        stamp=(entry.first(traits.stamp_attribute) or b"").decode("ascii", "replace"),
        changed_at=next((value.decode("ascii", "replace") for value in times if value), ""),
    )


def _may_read(
    question: Question, attribute: str, session: LdapSession, traits: ServerTraits
) -> bool:
    """Return whether an attribute without a value has none, rather than being hidden.

    A server lets no condition match, not even a negated one, on what the account may not search
    (RFC 4511 section 4.5.1.7: Undefined); what it may search and not read matches and comes empty.
    """
    if is_never_read(attribute):
        return False
    is_absent = f"(!{present(attribute)})"
    facts = question.facts
    found = session.search(
        facts.user_base_dn, all_of(_is_the_one(question, traits), is_absent), [], limit=1
    )
    return bool(found)


_CONTACTS = (
    (DirectoryUnavailable, Contact.UNREACHABLE),
    (CredentialsRefused, Contact.REFUSED),
)
