"""Nested groups found by Active Directory itself; the result is that of reading each."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.nesting import chain_works
from lupweb.directories.service import facts_of, get_directory
from lupweb.directories.steps import Failure
from lupweb.people.models import Group, Membership, NestedGroup, Person
from lupweb.sync import chain
from tests.factories import SECRET_KEY, an_empty_directory
from tests.fakes import FakeDirectory
from tests.servers.samba import RunningSamba, require_samba, running_samba
from tests.sync.domain import KEY, Domain, a_domain, members

Ways = dict[tuple[str, str], str]


@pytest.fixture
def directory() -> FakeDirectory:
    """What the application would ask if nobody told it whom."""
    return an_empty_directory()


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSamba]:
    """An empty domain controller."""
    require_samba()
    with running_samba(tmp_path_factory.mktemp("chain")) as server:
        yield server


@pytest.fixture
def domain(in_app: Flask, samba: RunningSamba) -> Iterator[Domain]:
    """A > B > C > A, where B is in D as well; each has people of its own, and Eve is in two."""
    with a_domain(samba) as branch:
        branch.configure()
        ann, bob, cem, dea, eve = map(branch.person, ("ann", "bob", "cem", "dea", "eve"))
        branch.person("fay")
        stranger = branch.person("guest", under=branch.outside)
        third = branch.group("c", cem, eve, stranger)
        second = branch.group("b", bob, third)
        first = branch.group("a", ann, second, eve)
        branch.set(third, "member", cem, eve, stranger, first)
        fourth = branch.group("d", dea, second)
        for key, dn in zip("abcd", (first, second, third, fourth), strict=True):
            branch.declare(key, dn)
        yield branch


def use(how: str) -> None:
    with transaction():
        get_directory(KEY).nested_groups = how


def ways() -> Ways:
    """Return group, login -> the group through which; "" for the group itself."""
    rows = (
        select(Group.key, Person.login, NestedGroup.dn)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .join(NestedGroup, NestedGroup.id == Membership.nested_id, isouter=True)
    )
    found = {(key, login): dn or "" for key, login, dn in db.session.execute(rows)}
    end_reading()
    return found


def nested() -> list[tuple[str, str]]:
    """Return which groups are inside which."""
    rows = select(Group.key, NestedGroup.dn).join(Group, Group.id == NestedGroup.group_id)
    found = sorted((key, dn) for key, dn in db.session.execute(rows))
    end_reading()
    return found


def test_rings_and_people_in_several_groups_come_out_as_by_reading_each(domain: Domain) -> None:
    assert domain.read("full")["state"] == "done"
    expanded = ways(), nested()
    use("chain")

    found = domain.read("groups")

    assert found["errors"] == []
    assert (ways(), nested()) == expanded
    assert members("d") == {"ann", "bob", "cem", "dea", "eve"}


def test_each_group_takes_two_lists_however_many_are_inside(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("chain")
    asked: list[str] = []
    entries = chain.ChainReader._entries

    def counted(self: chain.ChainReader, base: str, wanted: str) -> Iterator[object]:
        asked.append(wanted)
        return entries(self, base, wanted)

    monkeypatch.setattr(chain.ChainReader, "_entries", counted)
    domain.read("full")

    assert len(asked) == 2 * 4


def test_left_out_only_whom_a_group_names_itself_is_in_it(domain: Domain) -> None:
    domain.read("full")
    use("off")

    domain.read("groups")

    assert (members("a"), members("d"), nested()) == ({"ann", "eve"}, {"dea"}, [])


def test_a_change_deep_inside_is_seen(domain: Domain) -> None:
    use("chain")
    domain.read("full")
    domain.handle.modify_s(
        f"CN=c {domain.base[3:8]},{domain.outside}",
        [(0, "member", [f"CN=fay,{domain.people}".encode()])],
    )

    domain.read("groups")

    assert "fay" in members("d")


def test_a_server_that_does_not_know_the_rule_any_more_is_read_group_by_group(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that a server does not know matches nobody (RFC 4511 4.5.1.7)."""
    use("chain")
    domain.read("full")
    before = ways()
    monkeypatch.setattr("lupweb.ldap.filters.IN_CHAIN", "1.2.840.113556.1.4.99999")
    domain.handle.delete_s(f"CN=ann,{domain.people}")

    found = domain.read("full")

    assert "Nested groups were expanded" in found["errors"][0]["text"]
    assert ways() == {pair: way for pair, way in before.items() if pair[1] != "ann"}


def test_where_no_group_is_inside_another_nothing_proves_the_rule(
    in_app: Flask, samba: RunningSamba
) -> None:
    with a_domain(samba) as branch:
        branch.configure(nested_groups="chain", additional_group_dn="OU=outside")
        branch.declare("g", branch.group("g", branch.person("ann")))

        found = branch.read("full")

    assert "no group inside another" in found["errors"][0]["text"]
    assert members("g") == {"ann"}


def test_a_connection_test_and_the_form_try_the_rule(domain: Domain) -> None:
    use("chain")
    facts = facts_of(get_directory(KEY), SECRET_KEY)
    end_reading()
    with domain.connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)

        assert "by the chain rule" in str(chain_works(session, facts))
        with pytest.raises(Failure, match="no group inside another"):
            chain_works(session, replace(facts, group_base_dn=domain.people))
