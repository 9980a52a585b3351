"""A run of changes: who differs from what is stored is read whole, and nobody else is."""

from copy import deepcopy

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lupweb.database import db, transaction
from lupweb.directories.models import DirectoryRole, Identity
from lupweb.directories.service import get_directory
from lupweb.ldap.dn import fold_dn
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.models import IndexedValue
from lupweb.sync import apply
from tests.databases import both_databases
from tests.factories import SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, manager_of, synchronized, values


def test_nothing_changed_is_a_success(company: FakeDirectory) -> None:
    synchronized(company)

    document = changes_read(company)

    assert (document["state"], document["mode"], document["unchanged"]) == ("done", "changes", 5)
    assert document["message"].startswith("0 changed of 5 people seen")


def test_a_changed_value_is_brought_by_reading_one_entry(company: FakeDirectory) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])
    before = company.server.rows_sent

    document = changes_read(company)

    assert (document["mode"], document["changed"], document["unchanged"]) == ("changes", 1, 4)
    assert values("ada")["phone"] == "+49 611 99999"
    assert company.server.rows_sent - before <= 5 + 1 + 2 + 1  # the server itself


def test_an_entry_that_only_moved_is_followed(company: FakeDirectory) -> None:
    synchronized(company)
    before = get_person("ben").id
    company.rename("ben", f"uid=ben,ou=groups,{SUFFIX}")  # out of scope, and back elsewhere
    company.rename(f"uid=ben,ou=groups,{SUFFIX}", f"uid=ben,ou=south,ou=people,{SUFFIX}")

    document = changes_read(company)

    assert (document["mode"], document["new"], document["missing"]) == ("changes", 0, 0)
    assert get_person("ben").id == before
    assert identity("ben").dn == f"uid=ben,ou=south,ou=people,{SUFFIX}"


def test_a_renamed_branch_moves_no_stamp_and_is_seen_all_the_same(company: FakeDirectory) -> None:
    """Measured: renaming an OU changes no stamp of the entries below it."""
    south, north = (f"ou={name},ou=people,{SUFFIX}" for name in ("south", "north"))
    company.add(south, {"objectClass": [b"organizationalUnit"]})
    company.rename("dea", f"uid=dea,{south}")
    synchronized(company)
    stamp = company.get("dea", "entryCSN")
    company.rename(south, north)

    document = changes_read(company)

    assert company.get("dea", "entryCSN") == stamp
    assert (document["mode"], document["missing"]) == ("changes", 0)
    assert identity("dea").dn == f"uid=dea,ou=north,ou=people,{SUFFIX}"


@both_databases
def test_people_come_go_and_come_back(company: FakeDirectory) -> None:
    synchronized(company)
    kept = company.server.entries.pop(fold_dn(f"uid=dea,ou=people,{SUFFIX}"))
    an_entry(company, "fay", "Fay")

    document = changes_read(company)

    assert (document["mode"], document["new"], document["missing"]) == ("changes", 1, 1)
    assert get_person("dea").state == PersonState.MISSING
    company.server.entries[fold_dn(kept.dn)] = kept
    assert changes_read(company)["back"] == 1
    assert get_person("dea").state == PersonState.ACTIVE


def test_an_entry_made_anew_under_an_old_login_is_a_new_person(company: FakeDirectory) -> None:
    synchronized(company)
    old = get_person("dea").id
    company.delete("dea")
    an_entry(company, "dea", "Dea Nova")

    document = changes_read(company)

    assert (document["new"], document["missing"]) == (1, 1)
    people = {person.id: person.state for person in db.session.scalars(select(Person))}
    assert people[old] == PersonState.MISSING


def test_two_people_who_swap_their_logins_follow_their_entries(company: FakeDirectory) -> None:
    for number in range(5):
        an_entry(company, f"more{number}")
    synchronized(company)
    ada, ben = get_person("ada").id, get_person("ben").id
    swap(company, "ada", "ben")

    document = changes_read(company)

    assert document["mode"] == "changes"
    assert (get_person("ben").id, get_person("ada").id) == (ada, ben)


def test_whoever_leaves_the_scope_of_the_filter_is_gone(company: FakeDirectory) -> None:
    with transaction():
        get_directory("main").user_filter = "(&(objectClass=inetOrgPerson)(!(l=Paris)))"
    synchronized(company)
    company.set("dea", "l", [b"Paris"])

    assert changes_read(company)["missing"] == 1


def test_a_directory_that_was_restored_is_read_again_although_its_stamps_went_back(
    company: FakeDirectory,
) -> None:
    """X33: stamps are compared for being the same, never for being later."""
    backup = deepcopy(company.server.entries)
    company.set("cem", "homePhone", [b"+49 611 2"])
    synchronized(company)
    company.server.entries = backup

    document = changes_read(company)

    assert (document["mode"], document["changed"]) == ("changes", 1)
    assert values("cem")["emergency"] == "+49 611 1"


def test_an_account_that_expires_without_a_change_of_its_stamp_is_switched_off(
    company: FakeDirectory,
) -> None:
    company.set("dea", "shadowExpire", [b"30000"])
    synchronized(company)
    entry = company.server.entries[fold_dn(f"uid=dea,ou=people,{SUFFIX}")]
    entry.values["shadowExpire"] = [b"1"]  # as if the day had come: the stamp stays

    document = changes_read(company)

    assert (document["mode"], document["disabled"]) == ("changes", 1)
    assert get_person("dea").state == PersonState.DISABLED


def test_a_person_who_could_not_be_written_is_tried_again(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])
    with monkeypatch.context() as patched:
        patched.setattr(apply, "update_people", refuse)
        document = changes_read(company)
    assert (document["state"], document["failed"]) == ("partial", 1)

    assert changes_read(company)["changed"] == 1
    assert values("ada")["phone"] == "+49 611 99999"


def test_more_than_thirty_percent_that_differ_are_read_with_everybody(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    for login in ("ada", "ben"):
        company.set(login, "title", [b"Boss"])

    document = changes_read(company)

    assert (document["mode"], document["changed"]) == ("full", 2)
    assert "2 of 5 entries differ" in document["reason"]


def test_nobody_found_hides_nobody(company: FakeDirectory) -> None:
    """I3: an empty answer is a fact about the search."""
    synchronized(company)
    company.server.entries = {
        dn: entry for dn, entry in company.server.entries.items() if "uid" not in entry.values
    }

    document = changes_read(company)

    assert (document["state"], document["missing"], document["held"]) == ("held", 0, 5)
    assert active_people() == 5


def test_who_was_rewritten_by_the_server_when_a_manager_moved_is_read_again(
    company: FakeDirectory,
) -> None:
    """Measured: with refint the subordinates' value changes, and their stamps do not."""
    for number in range(3):
        an_entry(company, f"more{number}")
    synchronized(company)
    stamp = company.get("ben", "entryCSN")
    new = f"uid=ada,ou=board,ou=people,{SUFFIX}"
    company.rename("ada", new)
    for login in ("ben", "cem"):
        entry = company.server.entries[fold_dn(f"uid={login},ou=people,{SUFFIX}")]
        entry.values["manager"] = [new.encode()]

    document = changes_read(company)

    assert company.get("ben", "entryCSN") == stamp
    assert (document["mode"], document["changed"]) == ("changes", 2)
    assert manager_of("ben") == manager_of("cem") == "ada"


def test_an_interrupted_sweep_begins_again(company: FakeDirectory) -> None:
    """X04, for a run of changes."""
    synchronized(company)
    company.fail_at_page(1)

    document = changes_read(company)

    assert (document["state"], document["missing"]) == ("failed", 0)
    company.fail_at_page(0)
    assert changes_read(company)["state"] == "done"


def test_strangers_of_a_delegated_directory_are_skipped_and_differ_for_nobody(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").role = DirectoryRole.DELEGATED
    for number in range(9):
        an_entry(company, f"more{number}")
    synchronized(company)

    document = changes_read(company)

    assert (document["mode"], document["new"], document["skipped"]) == ("changes", 0, 9)


def test_changes_of_a_directory_that_nobody_has_read_are_everything(
    company: FakeDirectory,
) -> None:
    document = changes_read(company)

    assert (document["mode"], document["new"]) == ("full", 5)
    assert "nobody of this directory is known yet" in document["reason"]


def swap(company: FakeDirectory, one: str, other: str) -> None:
    company.rename(one, f"uid=x,ou=people,{SUFFIX}")
    company.rename(other, f"uid={one},ou=people,{SUFFIX}")
    company.rename(f"uid=x,ou=people,{SUFFIX}", f"uid={other},ou=people,{SUFFIX}")
    for login in (one, other):
        company.set(f"uid={login},ou=people,{SUFFIX}", "uid", [login.encode()])


def refuse(_rows: object) -> None:
    raise IntegrityError("UPDATE person", None, ValueError("refused"))


def identity(login: str) -> Identity:
    person_id = get_person(login).id
    return db.session.scalars(select(Identity).where(Identity.person_id == person_id)).one()


def test_references_are_looked_at_again_unless_nothing_moved(company: FakeDirectory) -> None:
    synchronized(company)
    leader = manager_of("ben")
    _forget_references()

    changes_read(company)
    assert manager_of("ben") is None
    company.rename("dea", f"uid=dora,ou=people,{SUFFIX}")
    changes_read(company)

    assert leader is not None
    assert manager_of("ben") == leader


def test_references_are_looked_at_after_a_run_that_broke_off(company: FakeDirectory) -> None:
    synchronized(company)
    leader = manager_of("ben")
    _forget_references()
    company.go_down()
    assert changes_read(company)["state"] == "failed"
    company.come_up()

    changes_read(company)

    assert leader is not None
    assert manager_of("ben") == leader


def _forget_references() -> None:
    with transaction():
        db.session.execute(update(IndexedValue).values(referred_id=None))
