"""The chain rule, and what a server may answer to it that is no plain list."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from lupweb.errors import DirectoryRefused, EntryNotFound
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import in_chain
from lupweb.sync.chain import ChainReader
from lupweb.sync.finding import Everybody
from lupweb.sync.group_members import DIRECT, Members

BASE = "dc=example,dc=com"
PEOPLE = f"ou=people,{BASE}"
GROUP, INNER = f"cn=all,{BASE}", f"cn=inner,{BASE}"
ANN, BOB = f"cn=ann,{PEOPLE}", f"cn=bob,{PEOPLE}"
EXPANDED = Members({9: DIRECT})
Attributes = Mapping[str, Sequence[bytes]]


class Server:
    """Answers the two questions, and a reading of one entry."""

    def __init__(self, groups: dict[str, Attributes], people: dict[str, Attributes]) -> None:
        self.groups, self.people = groups, people
        self.whole: dict[str, Attributes] = {GROUP: {}}

    def pages(self, base: str, _wanted: str, _attributes: Sequence[str]) -> Iterator[list[Entry]]:
        found = self.people if base == PEOPLE else self.groups
        yield [Entry(dn, values) for dn, values in found.items()]

    def read(self, dn: str, _attributes: Sequence[str]) -> Entry:
        if dn not in self.whole:
            raise EntryNotFound("There is no such entry.")
        return Entry(dn, self.whole[dn])


@pytest.fixture
def reader() -> Callable[[Server], ChainReader]:
    everybody = Everybody([(fold_dn(ANN), 1), (fold_dn(BOB), 2)])

    def of(server: Server) -> ChainReader:
        return ChainReader(server, everybody, PEOPLE, BASE, lambda _dn: EXPANDED)  # type: ignore[arg-type] # what is asked

    return of


def named_by(*groups: str) -> Attributes:
    return {"memberOf": [each.encode() for each in groups]}


def test_who_is_in_more_groups_than_come_at_once_is_read_whole(
    reader: Callable[[Server], ChainReader],
) -> None:
    first = {"memberOf": [], "memberOf;range=0-1499": [b"cn=other"]}
    server = Server({INNER: named_by(GROUP)}, {ANN: first, BOB: named_by(INNER)})
    server.whole[ANN] = named_by("cn=other", GROUP)

    found = reader(server).members_of(GROUP)

    assert found is not None
    assert (found.people, [each.dn for each in found.nested]) == ({1: DIRECT, 2: 0}, [INNER])


def test_a_hidden_way_is_no_answer(reader: Callable[[Server], ChainReader]) -> None:
    """Nobody loses a right because of it: the groups are read one after the other then."""
    server = Server({}, {ANN: {}})
    server.whole[ANN] = {}

    with pytest.raises(DirectoryRefused):
        reader(server).members_of(GROUP)


@pytest.mark.parametrize("attribute", ["memberUid", "uniqueMember"])
def test_groups_that_name_members_in_another_way_are_read_one_after_the_other(
    reader: Callable[[Server], ChainReader], attribute: str
) -> None:
    server = Server({INNER: {**named_by(GROUP), attribute: [b"bob"]}}, {})

    assert reader(server).members_of(GROUP) is EXPANDED


def test_a_group_that_is_not_there_is_gone(reader: Callable[[Server], ChainReader]) -> None:
    assert reader(Server({}, {})).members_of("cn=gone") is None


def test_more_than_twenty_levels_are_not_followed(reader: Callable[[Server], ChainReader]) -> None:
    """As by reading each."""
    dns = [f"cn=g{number},{BASE}" for number in range(25)]
    groups = {dn: named_by(above) for above, dn in zip([GROUP, *dns], dns, strict=False)}
    server = Server(groups, {ANN: named_by(dns[18]), BOB: named_by(dns[19])})

    found = reader(server).members_of(GROUP)

    assert found is not None
    assert (found.people, len(found.nested)) == ({1: 18}, 19)


def test_what_stands_in_a_dn_does_not_leave_the_filter() -> None:
    rule = "memberOf:1.2.840.113556.1.4.1941:"
    assert in_chain("memberOf", "cn=a)(b*") == f"({rule}=cn=a\\29\\28b\\2a)"
