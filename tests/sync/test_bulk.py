"""What keeps a run of very many people quick and small; the same on both databases."""

import pytest
from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.ldap.dn import fold_dn
from lupweb.people.models import Membership, Person
from lupweb.people.queries import get_person, groups_by_key
from lupweb.profiles.document import origin_of_value
from lupweb.profiles.newcomers import NewPeople
from lupweb.profiles.service import PersonRow, changed
from lupweb.runs.states import RunState
from lupweb.sync import phases, reading
from lupweb.sync.records import record
from tests.databases import both_databases, counted_queries
from tests.factories import SUFFIX, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import manager_of, synchronized, values

WRITES = ("INSERT", "UPDATE person", "UPDATE identity", "DELETE", "COPY")


@both_databases
def test_a_first_load_stores_what_a_later_run_finds_unchanged(company: FakeDirectory) -> None:
    first = synchronized(company)
    with counted_queries() as sent:
        again = synchronized(company)

    assert (first["new"], again["unchanged"], again["changed"]) == (5, 5, 0)
    assert [each for each in sent if "person.document" in each] == []
    assert [
        each for each in sent if each.startswith(WRITES) and "run" not in each.split("(")[0]
    ] == []


@both_databases
def test_people_are_tied_named_and_explained_in_a_first_load(company: FakeDirectory) -> None:
    synchronized(company)

    ben = get_person("ben")
    tied = db.session.scalars(select(Identity).where(Identity.person_id == ben.id)).one()
    origin = origin_of_value(ben.provenance, "phone")
    assert tied.dn_folded == fold_dn(tied.dn) == f"uid=ben,ou=people,{SUFFIX}"
    assert (ben.rev, ben.state, ben.picture_hash) == (1, "active", "")
    assert (origin["source"], origin["directory"], origin["rev"]) == ("ldap", "main", 1)
    assert manager_of("ben") == manager_of("cem") == "ada"
    assert (manager_of("ada"), manager_of("eve")) == (None, None)


@both_databases
def test_one_changed_value_has_an_origin_of_its_own(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ben", "title", [b"Director"])

    synchronized(company)

    provenance = get_person("ben").provenance
    assert values("ben")["position"] == "Director"
    assert origin_of_value(provenance, "position")["rev"] == 2
    assert origin_of_value(provenance, "manager")["rev"] == 1


@both_databases
def test_whoever_keeps_tables_is_handed_the_people_who_were_written(
    company: FakeDirectory,
) -> None:
    made: list[str] = []
    heard: list[PersonRow] = []

    def hear(
        ids: list[int],
        rows: list[PersonRow] | None = None,
        new: NewPeople | None = None,
        **_more: bool,
    ) -> None:
        assert ids == list(new.ids if new else [row.id for row in rows or ()])
        made.extend(new.logins if new else ())
        heard.extend(rows or ())

    with changed.connected_to(hear):
        synchronized(company)
        company.set("dea", "title", [b"Director"])
        synchronized(company)

    assert made == ["ada", "ben", "cem", "dea", "eve"]
    assert [(row.login, row.values["position"]) for row in heard] == [("dea", "Director")]


@both_databases
def test_a_manager_who_comes_later_is_found_at_the_end(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (1,))
    boss = f"uid=zoe,ou=people,{SUFFIX}"
    company.set("ada", "manager", [boss.encode()])
    an_entry(company, "zoe", "Zoe")

    synchronized(company)

    assert (manager_of("ada"), manager_of("ben")) == ("zoe", "ada")


@both_databases
@pytest.mark.parametrize("value", ["ZOE", "Zoe@Example.com"])
def test_a_login_or_a_mail_address_names_one_person(company: FakeDirectory, value: str) -> None:
    an_entry(company, "zoe", "Zoe")
    company.set("ada", "manager", [value.encode()])
    synchronized(company)
    assert manager_of("ada") == "zoe"

    other = an_entry(company, "other", "Other")
    company.set(other, "uid", [b"zoe"])
    company.set(other, "mail", [b"zoe@example.com"])
    synchronized(company)

    assert manager_of("ada") is None


@both_databases
def test_large_groups_are_written_in_pieces(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.sync.memberships.BLOCK", 2)
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", _dns("ada", "ben", "cem", "dea"))
    synchronized(company)
    assert _members("safety") == {"ada", "ben", "cem", "dea"}

    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", _dns("eve"))
    synchronized(company)

    assert _members("safety") == {"eve"}


def test_blocks_of_a_first_load_grow_and_nothing_is_left_over(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (5,))
    monkeypatch.setattr(reading, "PARTS", 2)
    for number in range(48):
        an_entry(company, f"p{number:02}")
    sizes: list[int] = []

    def hear(ids: list[int], *, new: NewPeople | None = None, **_more: object) -> None:
        sizes.extend([len(ids)] if new else ())

    with changed.connected_to(hear):
        document = synchronized(company)

    assert document["new"] == sum(sizes) == 53
    assert sizes[:4] == [5, 5, 10, 20]


def test_a_first_load_that_breaks_off_for_good_says_what_it_wrote(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (2,))
    company.fail_at_page(3)

    document = record(a_run(company))

    assert document["state"] == RunState.FAILED
    assert (document["seen"], document["new"]) == (4, 4)
    assert db.session.query(Person).count() == 4


def _dns(*uids: str) -> list[bytes]:
    return [f"uid={uid},ou=people,{SUFFIX}".encode() for uid in uids]


def _members(key: str) -> set[str]:
    db.session.rollback()
    rows = (
        select(Person.login)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == groups_by_key()[key])
    )
    return set(db.session.scalars(rows))
