"""Members of a group on all levels, found by the server: the chain rule of Active Directory.

Two questions for each group, however many there are inside it; the result is that of reading them
one after the other, who is in through which one among it (sync.md section 9).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupweb.database import transaction
from lupweb.directories.nesting import not_proven, prove_chain
from lupweb.errors import (
    DirectoryRefused,
    EntryNotFound,
    InvalidValue,
    LimitExceeded,
    LupwebError,
)
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, any_of, in_chain, present
from lupweb.ldap.session import Directory as LdapSession
from lupweb.runs import service as runs
from lupweb.sync import finding
from lupweb.sync.group_members import DEEPEST, DIRECT, MEMBER_ATTRIBUTES, Members, Nested
from lupweb.sync.task import Task
from lupweb.texts import _

MEMBER_OF = "memberOf"
BY_OTHER_NAMES = MEMBER_ATTRIBUTES[1:]
"""Attributes that name members, and that the rule does not follow."""


@dataclass(frozen=True)
class ChainReader:
    """Reads groups by the chain rule.

    :param people_base: below which people are read
    :param base: below which everything lies, groups inside groups among it
    :param expand: reads a group level by level: where one names members in a way of its own
    """

    session: LdapSession
    everybody: finding.Everybody
    people_base: str
    base: str
    expand: Callable[[str], Members | None]

    def members_of(self, dn: str) -> Members | None:
        """Return the people of a group and of the groups inside it; None if it is not there.

        :raises DirectoryRefused: if the server does not answer the question
        :raises EntryNotFound: if there is nothing where people are read
        :raises LimitExceeded: if the server does not name all of them
        """
        try:
            root = self.session.read(dn, BY_OTHER_NAMES)
        except (EntryNotFound, InvalidValue):
            return None
        groups = {fold_dn(each.dn): each for each in self._groups(root.dn)}
        if any(name in each for each in (root, *groups.values()) for name in BY_OTHER_NAMES):
            return self.expand(dn)
        nested, places = self._nested(fold_dn(root.dn), groups)
        found = Members({}, nested)
        for entry in self._entries(self.people_base, in_chain(MEMBER_OF, root.dn)):
            person = self.everybody.get(fold_dn(entry.dn))
            ways = [places[each] for each in _parents(entry) if each in places]
            if person is not None and ways:
                found.people[person] = min(ways)
        return found

    @staticmethod
    def _nested(root: str, groups: Mapping[str, Entry]) -> tuple[list[Nested], dict[str, int]]:
        """Return the groups inside, level by level and by name; and the place of each."""
        inside: dict[str, list[str]] = {}
        for folded in sorted(groups):
            for parent in _parents(groups[folded]):
                inside.setdefault(parent, []).append(folded)
        nested: list[Nested] = []
        places, met = {root: DIRECT}, {root}
        level = _new(inside.get(root, ()), DIRECT, met)
        for _depth in range(1, DEEPEST):
            below: list[tuple[str, int]] = []
            for folded, place_of_parent in level:
                places[folded] = len(nested)
                nested.append(Nested(groups[folded].dn, place_of_parent))
                below += _new(inside.get(folded, ()), places[folded], met)
            level = below
        return nested, places

    def _groups(self, dn: str) -> Iterator[Entry]:
        has_members = any_of(*map(present, MEMBER_ATTRIBUTES))
        yield from self._entries(self.base, all_of(in_chain(MEMBER_OF, dn), has_members))

    def _entries(self, base: str, wanted: str) -> Iterator[Entry]:
        """Yield what is found, each with all the groups that name it, however many."""
        wishes = [MEMBER_OF, *BY_OTHER_NAMES]
        pages = self.session.pages(base, wanted, wishes)
        for entry in [each for page in pages for each in page]:
            whole = entry if MEMBER_OF in entry else self.session.read(entry.dn, wishes)
            if MEMBER_OF not in whole:  # hidden from this account
                raise DirectoryRefused(not_proven())
            yield whole


def chain_or_expand(
    task: Task, session: LdapSession, chain: ChainReader
) -> Callable[[str], Members | None]:
    """Return what reads a group by the rule; where that does not work, level by level.

    Which is told once in the run. Nobody loses a right because a server has no answer.
    """
    told: list[LupwebError] = []
    try:
        prove_chain(session, task.facts)
    except InvalidValue as error:
        _tell(task, told, error)
        return chain.expand

    def members_of(dn: str) -> Members | None:
        try:
            return chain.members_of(dn)
        except (DirectoryRefused, EntryNotFound, LimitExceeded) as error:
            _tell(task, told, error)
            return chain.expand(dn)

    return members_of


def _tell(task: Task, told: list[LupwebError], error: LupwebError) -> None:
    if not told:
        told.append(error)
        text = _("Nested groups were expanded, one after the other: %(why)s", why=error.message)
        with transaction():
            runs.note_problem(task.run_id, text)


def _parents(entry: Entry) -> list[str]:
    """Return the folded DNs of the groups that name an entry themselves."""
    return [fold_dn(each.decode("utf-8", "replace")) for each in entry.values(MEMBER_OF)]


def _new(groups: Sequence[str], place: int, met: set[str]) -> list[tuple[str, int]]:
    """Return the groups that were not met before, with the place of the one that names them."""
    new = [each for each in groups if each not in met]
    met.update(new)
    return [(each, place) for each in new]
