"""Group entries of a directory, so that one can be chosen instead of typed: within a second."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from lupweb.database import end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.schemas import LONGEST_S
from lupweb.directories.service import DirectoryFacts, facts_of, get_directory
from lupweb.errors import LupwebError
from lupweb.ldap.dn import first_value
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, any_of, contains, given

MOST = 50
NAMES = ("cn", "description")
LONGEST = 200


@dataclass(frozen=True)
class GroupEntry:
    """A group of a directory, as it calls itself."""

    dn: str
    name: str
    description: str


@dataclass(frozen=True)
class EntriesFound:
    """What a directory has; `is_silent` if it did not answer, `is_cut` if there are more."""

    entries: Sequence[GroupEntry] = ()
    is_silent: bool = False
    is_cut: bool = False


def group_entries(key: str, words: str, secret_key: str, connect: Connect) -> EntriesFound:
    """Return groups of a directory, by name; asks it, and ends the read of the database session.

    :param words: what stands in their name or description; "" for the first that it gives
    :raises NotFound: if there is no such directory
    """
    directory = get_directory(key)
    with suppress(LupwebError):
        facts = facts_of(directory, secret_key)
        end_reading()
        return _asked(facts, words.strip()[:LONGEST], connect)
    return EntriesFound(is_silent=True)


def _asked(facts: DirectoryFacts, words: str, connect: Connect) -> EntriesFound:
    named = [any_of(*(contains(name, words) for name in NAMES))] if words else []
    wanted = all_of(given(facts.group_filter), *named)
    quick = replace(facts.server, network_timeout_s=LONGEST_S, timeout_s=LONGEST_S)
    with connect(quick) as session:
        session.bind(facts.bind_dn, facts.password)
        found = session.search(facts.group_base_dn, wanted, NAMES, limit=MOST + 1)
    entries = sorted(map(_group, found), key=lambda each: each.name.casefold())
    return EntriesFound(entries[:MOST], is_cut=len(entries) > MOST)


def _group(entry: Entry) -> GroupEntry:
    name, description = (_text(entry, each) for each in NAMES)
    return GroupEntry(entry.dn, name or first_value(entry.dn), description)


def _text(entry: Entry, name: str) -> str:
    raw = (entry.first(name) or b"").decode("utf-8", "replace")
    return " ".join(raw.split())[:LONGEST]
