"""New people, stored as columns: a first load makes a hundred thousand, and looks at none alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

from lupweb.people.models import Person
from lupweb.profiles.bulk import allot_ids, insert_columns
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.references import REFERENCE_COLUMNS, ReferenceRow
from lupweb.profiles.service import changed, named_by_number

COLUMNS = (
    "id", "state", "login", "login_folded", "name", "sort_name", "email", "document", "provenance",
    "content_hash", "rev", "is_listed", "picture_hash",
)  # fmt: skip


class Named(Protocol):
    """What some people are called, and their values; each column in the same order."""

    @property
    def logins(self) -> Sequence[str]:
        """Return their logins."""

    @property
    def names(self) -> Sequence[str]:
        """Return their shown names."""

    @property
    def emails(self) -> Sequence[str]:
        """Return their mail addresses."""

    def column(self, key: str) -> Sequence[str]:
        """Return the value of this field of each, "" where there is none."""


class Ahead(Protocol):
    """Makes texts of new people, who are in no group yet, in a process that has no database."""

    def made_of(self, people: Named) -> Sequence[Sequence[str]]:
        """Return columns of texts, of each of these people one in each."""


@dataclass(frozen=True)
class NewPeople:
    """What new people are to be; each column in the order of `ids`.

    :param ids: of `allot`
    :param states: as they are stored
    :param documents: as JSON (`document.as_json`)
    :param provenance: as JSON; that of them all
    :param values: those of the documents: field key -> value of each, "" where there is none
    :param references: single values that name people
    :param ahead: who made texts ahead, and the columns of texts
    """

    ids: Sequence[int]
    states: Sequence[str]
    listed: Sequence[bool]
    logins: Sequence[str]
    logins_folded: Sequence[str]
    names: Sequence[str]
    sort_names: Sequence[str]
    emails: Sequence[str]
    documents: Sequence[str]
    provenance: str
    hashes: Sequence[bytes]
    values: Mapping[str, Sequence[str]]
    references: Sequence[ReferenceRow] = ()
    ahead: tuple[Ahead, Sequence[Sequence[str]]] | None = None

    def column(self, key: str) -> Sequence[str]:
        """Return the value of this field of each, "" where there is none."""
        return self.values.get(key) or [""] * len(self.ids)

    @property
    def names_anybody(self) -> bool:
        """Return whether a value names somebody who is known already."""
        return any(row.referred_id is not None for row in self.references)


def allot(count: int) -> Sequence[int]:
    """Return ids for new people; call inside the transaction that inserts them."""
    return allot_ids(Person, count)


def insert_people(people: NewPeople) -> None:
    """Store new people, and send `changed` for them; call inside a transaction."""
    columns = (
        people.ids, people.states, people.logins, people.logins_folded, people.names,
        people.sort_names, people.emails, people.documents, repeat(people.provenance),
        people.hashes, repeat(1), people.listed, repeat(""),
    )  # fmt: skip
    insert_columns(Person, dict(zip(COLUMNS, columns, strict=True)))
    references = [*_settled(people.references)]
    if references:
        by_name = zip(REFERENCE_COLUMNS, zip(*references, strict=True), strict=True)
        insert_columns(IndexedValue, dict(by_name))
    changed.send(list(people.ids), new=people)


def _settled(references: Sequence[ReferenceRow]) -> Iterator[ReferenceRow]:
    """Yield the rows; numbers name who has them at once."""
    named = named_by_number([row.value for row in references if not row.is_dn])
    if not named:
        yield from references
        return
    for row in references:
        number = named.get(row.value)
        yield row._replace(referred_id=number) if number and not row.is_dn else row
