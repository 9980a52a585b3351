"""Attributes with more values than a server gives at once (pitfall 23 of many programs)."""

from collections.abc import Sequence

import pytest

from lupweb.errors import DirectoryRefused, EntryNotFound
from lupweb.ldap.entry import Entry
from lupweb.ldap.ranges import complete
from tests.fakes import FakeDirectory
from tests.ldap.company import NUMBER_OF_PEOPLE, PASSWORD, READER_DN, SUFFIX, entries, person_dn
from tests.ldap.conftest import Company
from tests.servers.samba import RunningSamba

GROUP = f"cn=all,{SUFFIX}"
MEMBERS = [person_dn(number).encode() for number in range(NUMBER_OF_PEOPLE)]


@pytest.fixture
def fake() -> FakeDirectory:
    directory = FakeDirectory(SUFFIX)
    for dn, values in entries():
        directory.add(dn, values)
    directory.add(GROUP, {"objectClass": [b"groupOfNames"], "cn": [b"all"], "member": MEMBERS})
    directory.bind(READER_DN, PASSWORD)
    return directory


@pytest.mark.parametrize("at_most", [0, 1, 4, 5, 24, 25, 26, 1500])
def test_a_group_is_read_whole_however_few_values_come_at_once(
    fake: FakeDirectory, at_most: int
) -> None:
    fake.give_at_most(at_most)

    assert fake.read_all_values(GROUP, "member") == MEMBERS
    assert fake.read(GROUP, ["cn", "MEMBER"]).values("member") == MEMBERS
    assert "member" in fake.read(GROUP, ["member"])


def test_a_piece_that_was_asked_for_is_completed_too(fake: FakeDirectory) -> None:
    assert fake.read(GROUP, ["member;range=0-2"]).values("member") == MEMBERS


def test_an_attribute_without_values_has_none(fake: FakeDirectory) -> None:
    assert fake.read_all_values(GROUP, "owner") == []
    with pytest.raises(EntryNotFound):
        fake.read_all_values(f"cn=none,{SUFFIX}", "member")


def test_active_directory_gives_the_rest_of_an_attribute(
    samba: RunningSamba, company_of_samba: Company
) -> None:
    """Samba has no limit of 1,500 values, but knows ranges."""
    members = [f"CN=Person {number},OU=people,DC=example,DC=com" for number in range(20)]
    texts = [member.encode() for member in members]
    samba.add(iter([(GROUP, {"objectClass": [b"group"], "member": texts})]))
    with company_of_samba.signed_in() as directory:
        whole = directory.read_all_values(GROUP, "member")
        pieces = directory.read(GROUP, ["member;range=0-6"]).values("member")

    assert sorted(whole) == sorted(pieces)
    assert len(whole) == 20


def answers(*pieces: dict[str, Sequence[bytes]]) -> Entry:
    """Complete the first piece by a server that answers the others in turn."""
    rest = iter(pieces[1:])
    return complete(Entry(GROUP, pieces[0]), lambda dn, _names: Entry(dn, next(rest, {})))


def test_the_empty_attribute_beside_a_piece_is_looked_through() -> None:
    entry = answers(
        {"cn": [b"all"], "member": [], "member;range=0-1": [b"a", b"b"]},
        {"Member;Range=2-*": [b"c", b"a"]},
    )

    assert entry.values("member") == [b"a", b"b", b"c"]
    assert entry.values("cn") == [b"all"]


@pytest.mark.parametrize(
    "second",
    [
        {},
        {"member": [b"c"]},
        {"member;range=1-*": [b"b"]},
        {"member;range=2-5": []},
        {"owner;range=2-*": [b"c"]},
        {"member;range=x-*": [b"c"]},
    ],
)
def test_b87_a_server_that_does_not_go_on_gives_no_half_group(
    second: dict[str, Sequence[bytes]],
) -> None:
    with pytest.raises(DirectoryRefused, match="not complete"):
        answers({"member;range=0-1": [b"a", b"b"]}, second)


def test_b87_pieces_without_end_are_broken_off() -> None:
    def read(dn: str, names: Sequence[str]) -> Entry:
        first = int(names[0].split("=")[1].split("-")[0])
        return Entry(dn, {f"member;range={first}-{first}": [b"again"]})

    with pytest.raises(DirectoryRefused, match="not complete"):
        complete(Entry(GROUP, {"member;range=0-0": [b"again"]}), read)
