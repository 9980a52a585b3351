"""Ask the other LDAP: who is there, and what it says of them. It is only ever read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lupweb.directories.service import DirectoryFacts
from lupweb.directories.stamps import probe_pattern, recognised_pattern
from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given, one_of
from lupweb.ldap.patterns import format_java
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.names import fold_login
from lupweb.profiles.delivering import Said
from lupweb.profiles.layout import FieldLayout
from lupweb.sources.people import Naming, blocks, read_values
from lupweb.sources.running import Refused
from lupweb.texts import Text, _

PLACEHOLDER = "[last_sync_timestamp]"
OVERLAP = timedelta(hours=1)
"""So much further back is asked for: clocks differ (sync.md section 12)."""
LOGINS_AT_ONCE = 100
LONGEST_LOGIN = 512


@dataclass(frozen=True)
class Question:
    """What is asked, and where; a plain value, so that no transaction stays open.

    :param since: None: everybody is read
    :param why_all: why everybody is, where changes were asked for
    """

    facts: DirectoryFacts
    fields: Sequence[FieldLayout]
    update_filter: str = ""
    pattern: str = ""
    since: datetime | None = None
    why_all: Text | str = ""


@dataclass
class Found:
    """What the other LDAP says.

    :param people: folded login -> the entry
    :param twice: logins that several entries have
    :param is_complete: everybody was read
    """

    people: dict[str, Entry] = field(default_factory=dict)
    twice: Counter[str] = field(default_factory=Counter)
    nameless: int = 0
    is_complete: bool = False

    @property
    def seen(self) -> int:
        """Return how many entries there are."""
        return len(self.people) + self.twice.total() + self.nameless

    def add(self, entry: Entry, attribute: str) -> None:
        """Take an entry; two of the same login are nobody's."""
        login = login_of(entry, attribute)
        if not login:
            self.nameless += 1
        elif login in self.twice:
            self.twice[login] += 1
        elif self.people.pop(login, None) is not None:
            self.twice[login] = 2
        else:
            self.people[login] = entry


def login_of(entry: Entry, attribute: str) -> str:
    """Return the folded login that an entry stands for; "" if it has none that can be read."""
    values = entry.values(attribute)
    try:
        return fold_login(clean_text(min(values), max_length=LONGEST_LOGIN)) if values else ""
    except InvalidValue:
        return ""


def known_fields(
    session: LdapSession, fields: Sequence[FieldLayout]
) -> tuple[list[FieldLayout], list[FieldLayout]]:
    """Return the fields whose attribute the server knows, and the others.

    A server that hides its schema is taken at its word.
    """
    schema = session.traits().schema
    unknown = [each for each in fields if schema.is_readable and not schema.knows(each.attribute)]
    return [each for each in fields if each not in unknown], unknown


def said_of(
    entries: Mapping[str, Entry], fields: Sequence[FieldLayout], naming: Naming
) -> Iterator[tuple[str, Said, list[tuple[str, str]]]]:
    """Yield what entries say: folded login, what is said, problems; two queries at most.

    An attribute that an entry does not have empties its field.
    """
    read = {
        login: read_values(fields, {each.key: entry.values(each.attribute) for each in fields})
        for login, entry in entries.items()
    }
    naming.learn(
        fields,
        ({key: text for key, text in values.items() if text} for values, _why in read.values()),
    )
    by_key = {each.key: each for each in fields}
    for login, (values, problems) in read.items():
        numbered = {
            key: value and naming.numbered(by_key[key], value) for key, value in values.items()
        }
        yield login, Said(numbered), problems


def ask(
    session: LdapSession, question: Question, fields: Sequence[FieldLayout]
) -> tuple[Found, Text | str]:
    """Return what is found, and why everybody was read where changes were asked for.

    :raises Refused: if nobody is
    :raises DirectoryError: if the answer is not complete
    """
    since, why = question.since, question.why_all
    if since is not None:
        try:
            pattern = question.pattern or recognised_pattern(session, question.facts)
            probe_pattern(session, question.facts, pattern)
        except InvalidValue as error:
            since, why = None, error.message
        else:
            return _changed(session, question, fields, format_java(pattern, since)), ""
    facts = question.facts
    found = Found(is_complete=True)
    wanted = _wanted(facts, fields)
    for page in session.pages(facts.user_base_dn, given(facts.user_filter), wanted):
        for entry in page:
            found.add(entry, facts.login_attribute)
    if not found.people:
        raise Refused(
            _(
                "Nobody was found with the filter %(filter)s. Stored values stay. Check base DN,"
                " filter and user attribute, and what the account may read.",
                filter=facts.user_filter,
            )
        )
    return found, why


def _changed(
    session: LdapSession, question: Question, fields: Sequence[FieldLayout], stamp: str
) -> Found:
    """Return who changed: found by the filter for updates, read again by login.

    So two entries of one login are seen even if only one of them changed.
    """
    facts = question.facts
    update_filter = given(question.update_filter.replace(PLACEHOLDER, stamp))
    logins: set[str] = set()
    for page in session.pages(facts.user_base_dn, update_filter, [facts.login_attribute]):
        logins |= {login_of(entry, facts.login_attribute) for entry in page}
    found = Found()
    for some in blocks(sorted(logins - {""}), LOGINS_AT_ONCE):
        asked = all_of(given(facts.user_filter), one_of(facts.login_attribute, some))
        for page in session.pages(facts.user_base_dn, asked, _wanted(facts, fields)):
            for entry in page:
                found.add(entry, facts.login_attribute)
    return found


def _wanted(facts: DirectoryFacts, fields: Iterable[FieldLayout]) -> list[str]:
    return [facts.login_attribute, *dict.fromkeys(each.attribute for each in fields)]
