"""Whom a directory would supply with the settings of a form, before they are saved (B80, B82)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.database import db, end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.models import Identity
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.switching import SwitchedOff
from lupweb.errors import InvalidValue
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import unique_id_of
from lupweb.people.models import Person

SAMPLES = 10
LONGEST_S = 8.0
"""How long a page waits for the directory; then it says “at least”."""
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Sample:
    """Somebody who would come, stay or go."""

    login: str
    name: str


@dataclass(frozen=True)
class FilterPreview:
    """Whom a directory would supply.

    :param count: how many entries are found
    :param is_all: False if there are more: it took too long to count them
    :param others: how many of them the person filter takes for no people; None: not counted
    :param new: how many are not known from this directory yet; None where that cannot be told
    :param gone: how many who are known would not be found any more; None likewise
    :param samples: some who are found, those who are new first
    :param leaving: some who would not be found any more
    :param off: how many of them the attribute of the settings switches off; None: none is named
    """

    count: int
    is_all: bool
    others: int | None
    new: int | None
    gone: int | None
    samples: Sequence[Sample]
    leaving: Sequence[Sample] = ()
    off: int | None = None


def preview_filter(facts: DirectoryFacts, connect: Connect) -> FilterPreview:
    """Count whom the filter finds, and compare with who is known; asks the directory, reads only.

    :param facts: `id` is 0 for a directory that is not there yet
    :raises DirectoryError: if the directory does not answer, or refuses
    """
    end_reading()
    latest = time.monotonic() + LONGEST_S
    user_filter = given(facts.user_filter)
    with connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)
        key = session.traits().unique_id_attribute
        attributes = [facts.login_attribute, facts.name_attribute or "cn", "cn", key or "cn"]
        attributes += [facts.switched_off.attribute] if facts.switched_off else []
        found: list[Entry] = []
        is_all = True
        for page in session.pages(facts.user_base_dn, user_filter, attributes):
            found += page
            if time.monotonic() > latest:
                is_all = False
                break
        others = None
        if facts.person_filter and is_all:
            wanted = all_of(user_filter, given(facts.person_filter))
            shown = session.pages(facts.user_base_dn, wanted, [facts.login_attribute])
            others = len(found) - sum(map(len, shown))
    by_id = _by_unique_id(found, key) if key else {}
    return _compared(facts, by_id, found, is_all, others)


def _compared(
    facts: DirectoryFacts,
    by_id: Mapping[str, Entry],
    found: Sequence[Entry],
    is_all: bool,
    others: int | None,
) -> FilterPreview:
    known = _known(facts.id)
    new = [entry for unique_id, entry in by_id.items() if unique_id not in known]
    gone = [known[each] for each in known.keys() - by_id.keys()]
    can_tell = is_all and (bool(by_id) or not found)
    seen = set(map(id, new))
    shown = [*new, *(entry for entry in found if id(entry) not in seen)]
    return FilterPreview(
        count=len(found),
        is_all=is_all,
        others=others,
        new=len(new) if can_tell else None,
        gone=len(gone) if can_tell else None,
        samples=[_sample(entry, facts) for entry in shown[:SAMPLES]],
        leaving=_people(sorted(gone)[:SAMPLES]) if can_tell else (),
        off=_count_off(found, facts.switched_off),
    )


def _count_off(found: Sequence[Entry], rule: SwitchedOff | None) -> int | None:
    if rule is None:
        return None
    return sum(rule.is_among(entry.values(rule.attribute)) for entry in found)


def _known(directory_id: int) -> dict[str, int]:
    """Return unique id -> person, of those whom the last complete reading had."""
    rows = select(Identity.unique_id, Identity.person_id).where(
        Identity.directory_id == directory_id, Identity.is_gone.is_(False)
    )
    return dict(db.session.execute(rows).all())


def _people(ids: Sequence[int]) -> list[Sample]:
    rows = select(Person.login, Person.name).where(Person.id.in_(ids)).order_by(Person.sort_name)
    return [Sample(login, name) for login, name in db.session.execute(rows)]


def _by_unique_id(entries: Sequence[Entry], key: str) -> dict[str, Entry]:
    found = {}
    for entry in entries:
        try:
            found[unique_id_of(entry, key)] = entry
        except InvalidValue:
            continue  # a run lists it
    return found


def _sample(entry: Entry, facts: DirectoryFacts) -> Sample:
    name = _text(entry, facts.name_attribute) or _text(entry, "cn")
    login = _text(entry, facts.login_attribute)
    return Sample(login, name or login or entry.dn[:LONGEST_SHOWN])


def _text(entry: Entry, attribute: str) -> str:
    value = entry.first(attribute) if attribute else None
    text = (value or b"")[:LONGEST_SHOWN].decode("utf-8", "replace")
    return "".join(sign for sign in text if sign.isprintable())
