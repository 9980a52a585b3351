"""Runs of changes against a real server: what each of its stamps says, and what none says."""

import ldap
import pytest

from lupweb.database import transaction
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from tests.faults.changing import add, administrator, delete, set_values
from tests.faults.conftest import EVERYBODY
from tests.faults.ldif import PEOPLE
from tests.faults.site import Site
from tests.servers.slapd import RunningSlapd

SOUTH, NORTH = (f"ou={name},{PEOPLE}" for name in ("south", "north"))


def dn(number: int) -> str:
    return f"uid=p{number:03},{PEOPLE}"


def rename(server: RunningSlapd, old: str, rdn: str, parent: str | None = None) -> None:
    with administrator(server) as handle:
        handle.rename_s(old, rdn, parent)


def test_nothing_changed_is_a_success_and_said_so(known_site: Site) -> None:
    """One of the documented faults: "0 changed" looked like an error."""
    known_site.sync()  # stamps of what other tests have changed and put back

    ran = known_site.sync()

    assert ran.verdict == ("done", 0)
    document = ran.document
    assert (document["mode"], document["unchanged"]) == ("changes", EVERYBODY)
    assert ran.message.startswith(f"0 changed of {EVERYBODY} people seen")


@pytest.mark.parametrize("account", ["reader", "paging"])
def test_more_changes_than_one_question_can_name_are_brought(
    known_site: Site, big_server: RunningSlapd, account: str
) -> None:
    known_site.read_as(account)
    known_site.sync()  # another account may see something else: everything is read
    place = f"place of {account}"
    move_150(big_server, place)
    try:
        document = known_site.sync("--mode", "changes").document
    finally:
        move_150(big_server, "Wiesbaden")

    assert (document["mode"], document["changed"]) == ("changes", 150)
    assert known_site.people()["p149"]["values"]["location"] == place


def move_150(server: RunningSlapd, place: str) -> None:
    with administrator(server) as handle:
        for number in range(150):
            handle.modify_s(dn(number), [(ldap.MOD_REPLACE, "l", [place.encode()])])


def test_a_branch_that_was_renamed_is_followed_although_no_stamp_moved(
    known_site: Site, big_server: RunningSlapd
) -> None:
    person = {"objectClass": [b"inetOrgPerson"], "cn": [b"s"], "sn": [b"s"], "uid": [b"south"]}
    add(big_server, SOUTH, {"objectClass": [b"organizationalUnit"]})
    add(big_server, f"uid=south,{SOUTH}", person)
    branch = SOUTH
    try:
        known_site.sync()
        before = known_site.people()["south"]["id"]
        rename(big_server, SOUTH, "ou=north")
        branch = NORTH
        ran = known_site.sync()
    finally:
        delete(big_server, f"uid=south,{branch}")
        delete(big_server, branch)

    assert (ran.document["mode"], ran.document["missing"]) == ("changes", 0)
    assert known_site.people()["south"]["id"] == before


def test_the_reports_of_a_manager_who_moved_keep_their_manager(
    known_site: Site, big_server: RunningSlapd
) -> None:
    """The server here rewrites nothing: the stale value is told, and mended with the value."""
    rename(big_server, dn(9), "uid=p009x")
    try:
        ran = known_site.sync()
        told = [each["login"] for each in ran.document["errors"] if each["field"] == "manager"]
        set_values(big_server, dn(10), "manager", f"uid=p009x,{PEOPLE}".encode())
        mended = known_site.sync().document
    finally:
        rename(big_server, f"uid=p009x,{PEOPLE}", "uid=p009")
        set_values(big_server, dn(10), "manager", dn(9).encode())

    assert told == ["p010"]
    assert [each for each in mended["errors"] if each["field"] == "manager"] == []


def test_a_new_field_is_there_for_everybody_after_the_next_run_of_changes(
    known_site: Site, big_server: RunningSlapd
) -> None:
    """The support article: a mapping added later stayed empty until the date was emptied."""
    set_values(big_server, dn(3), "roomNumber", b"4.17")
    known_site.sync()
    with known_site.inside(), transaction():
        define_field("room", "Room", category="work", source=Source.LDAP, attribute="roomNumber")

    ran = known_site.sync()

    assert (ran.document["mode"], ran.document["changed"]) == ("fill", 1)
    assert known_site.people()["p003"]["values"]["room"] == "4.17"
    set_values(big_server, dn(3), "roomNumber")


def test_one_person_is_read_by_the_command_line(known_site: Site, big_server: RunningSlapd) -> None:
    set_values(big_server, dn(4), "title", b"Boss")
    try:
        ran = known_site.sync("--user", "p004")
    finally:
        set_values(big_server, dn(4), "title", b"Engineer")

    assert (ran.document["mode"], ran.document["changed"]) == ("person", 1)
    assert ran.verdict == ("done", 0)


def test_an_interrupted_list_of_changes_begins_again(known_site: Site) -> None:
    """X04: nobody is hidden by half a list."""
    known_site.change(uris=["ldap://127.0.0.1:1"])

    ran = known_site.sync()

    assert ran.verdict == ("failed", 1)
    assert len(known_site.people()) == EVERYBODY
