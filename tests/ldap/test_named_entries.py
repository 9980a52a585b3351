"""DNs with ids in front of them, as Active Directory writes them on demand."""

from dataclasses import replace

import pytest

from lupweb.ldap.entry import Entry
from lupweb.ldap.named_entries import (
    EXTENDED_DN,
    LONGEST,
    NAMED,
    apart,
    asking_ids,
    attributes_with_ids,
    ids_named,
    parted_wishes,
)
from lupweb.ldap.paging import Question
from lupweb.ldap.writing import Wish
from tests.ldap.company import PEOPLE, person_dn
from tests.ldap.conftest import Company
from tests.servers.samba import RunningSamba

GUID = "8a91dab9-016e-46a8-8d27-944550da7d7b"
BOSS = "CN=Böss,OU=people,DC=example,DC=com"
LONG = f"<GUID={GUID.upper()}>;<SID=S-1-5-21-1-2-3-1102>;{BOSS}"


def test_values_are_plain_dns_and_the_ids_stand_aside() -> None:
    row = (LONG, {"manager": [LONG.encode()], "title": [LONG.encode()]})

    ((dn, values),) = apart([row], {"manager"})

    assert (dn, values["manager"]) == (BOSS, [BOSS.encode()])
    assert values["title"] == [LONG.encode()]  # text that looks like it
    assert ids_named(Entry(dn, values)) == {BOSS.casefold(): GUID}


def test_a_piece_of_many_values_keeps_its_name() -> None:
    ((_dn, values),) = apart([("cn=g", {"member;range=0-1499": [LONG.encode()]})], {"member"})

    assert values["member;range=0-1499"] == [BOSS.encode()]


def test_an_id_in_raw_bytes_is_the_same_id() -> None:
    raw = f"<GUID=b9da918a6e01a8468d27944550da7d7b>;{BOSS}".encode()

    ((dn, values),) = apart([("cn=x", {"manager": [raw]})], {"manager"})

    assert ids_named(Entry(dn, values)) == {BOSS.casefold(): GUID}


def test_what_is_no_id_is_taken_off_and_says_nothing() -> None:
    only_sid, broken = f"<SID=S-1-5-18>;{BOSS}", f"<GUID={'-' * 36}>;{BOSS}"
    values = {"manager": [only_sid.encode(), broken.encode(), b"\xff<", b""]}

    ((dn, found),) = apart([("cn=x", values)], {"manager"})

    assert found["manager"] == [BOSS.encode(), BOSS.encode(), b"\xff<", b""]
    assert ids_named(Entry(dn, found)) == {}


@pytest.mark.parametrize(
    "named", ["CN=\0,DC=x", "id:7", "", f"CN={'x' * LONGEST},DC=x", "CN=\ufffd\0"]
)
def test_what_no_database_takes_is_not_kept(named: str) -> None:
    value = f"<GUID={GUID}>;{named}".encode()

    ((dn, found),) = apart([("cn=x", {"manager": [value, LONG.encode()]})], {"manager"})

    assert found["manager"] == [named.encode(), BOSS.encode()]
    assert ids_named(Entry(dn, found)) == {BOSS.casefold(): GUID}


def test_a_server_cannot_say_itself_which_ids_it_told() -> None:
    ((dn, found),) = apart([("cn=x", {NAMED: [b"junk;cn=foo"], "cn": [b"x"]})], {"manager"})

    assert (dn, found) == ("cn=x", {"cn": [b"x"]})


def test_references_to_other_servers_stay_what_they_are() -> None:
    assert apart([(None, ["ldap://other"])], {"manager"}) == [(None, ["ldap://other"])]


def test_a_wish_for_ids_is_no_attribute() -> None:
    assert parted_wishes(["cn", asking_ids("Manager")]) == (["cn"], frozenset({"manager"}))


def test_only_active_directory_is_asked_for_ids_and_only_for_dns(
    company: Company,
) -> None:
    with company.signed_in() as session:
        traits = session.traits()

    found = attributes_with_ids(traits, ["title", "manager"])

    assert found == (["manager"] if company.is_active_directory else [])
    without = replace(traits, controls=traits.controls - {EXTENDED_DN})
    assert attributes_with_ids(without, ["manager"]) == []


def test_a_list_and_one_entry_come_with_ids_and_a_save_still_compares_plain_dns(
    company_of_samba: Company, samba: RunningSamba
) -> None:
    wanted = ["uid", "manager", asking_ids("manager")]
    with company_of_samba.connect() as session:
        session.bind(samba.bind_dn, samba.password)
        before = session.read(person_dn(3), ["objectGUID", "manager", "uSNChanged"])
        boss = person_dn(4).encode()
        session.compare_and_set(before, [Wish("manager", tuple(before.values("manager")), (boss,))])
        after = session.read(person_dn(3), wanted)
        (page,) = session.made_of_pages(Question(PEOPLE, "(uid=u3)", wanted), list)
        plain = session.read(person_dn(3), ["manager", "objectGUID", "uSNChanged"])
        session.compare_and_set(plain, [Wish("manager", tuple(plain.values("manager")), ())])

    assert page[0].dn == after.dn == plain.dn
    assert page[0].values("manager") == after.values("manager") == plain.values("manager")
    assert b"<" not in after.values("manager")[0]
    assert ids_named(page[0]) == ids_named(after) != {}
    assert after.dn.casefold() == person_dn(3).casefold()
    assert NAMED not in plain
