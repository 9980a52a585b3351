"""The faults that the products of before admit, replayed on OpenLDAP and on Active Directory.

New fields, stamps that nobody understands, people in two directories, runs without news, entries
that are shown late: all end right without an administrator (product.md section 11).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.models import Directory
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.people.models import Group
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.sync import phases
from tests.factories import SECRET_KEY, SUFFIX, an_entry
from tests.faults.ldif import PASSWORD, PEOPLE, READER, record
from tests.faults.site import Site, a_site
from tests.faults.steps import AfterPage
from tests.servers.faultproxy import running_proxy
from tests.servers.samba import require_samba, running_samba
from tests.servers.slapd import running_slapd, wait_until
from tests.sync.real_directory import ACCESS, RealDirectory
from tests.sync.samba_directory import SambaDirectory
from tests.sync.world import NEVER, PAST

pytestmark = pytest.mark.thorough
SECOND, HIDDEN = f"ou=second,ou=groups,{SUFFIX}", f"ou=hidden,ou=groups,{SUFFIX}"
SAFETY = f"cn=safety,ou=groups,{SUFFIX}"
COUNT = 12
SCHEMA = "include /etc/ldap/schema/nis.schema\nmoduleload refint"
REFINT = f"{ACCESS}overlay refint\nrefint_attributes member manager\n"
EMPTY = record(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "Example"})
Real = RealDirectory | SambaDirectory


@pytest.fixture(scope="module")
def openldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirectory]:
    folder = tmp_path_factory.mktemp("slapd")
    started = partial(running_slapd, suffix=SUFFIX, extra_config=SCHEMA, database_config=REFINT)
    with started(folder, EMPTY) as slapd, running_proxy(slapd.uri) as proxy:
        yield RealDirectory(slapd, proxy)


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaDirectory]:
    require_samba()
    with (
        running_samba(tmp_path_factory.mktemp("samba")) as running,
        running_proxy(running.ldaps_uri.replace("ldaps://", "ldap://")) as proxy,
    ):
        yield SambaDirectory(running, proxy)


@pytest.fixture(params=["openldap", "samba"])
def directory(request: pytest.FixtureRequest) -> Real:
    """A server of each kind with twelve people."""
    server: Real = request.getfixturevalue(request.param)
    fill(server)
    return server


def fill(server: Real) -> None:
    """Let there be twelve people, whom p00 leads, a group of two, and two branches beside them."""
    server.make_empty()
    server.add(READER, {"objectClass": [b"person"], "userPassword": [PASSWORD.encode()]})
    for branch in (SECOND, HIDDEN):
        server.add(branch, {"objectClass": [b"organizationalUnit"]})
    for number in range(COUNT):
        manager = {"manager": f"uid=p00,{PEOPLE}"} if number else {}
        an_entry(server, f"p{number:02}", title="Clerk", roomNumber="4.17", **manager)
    dns = [f"uid={login},{PEOPLE}".encode() for login in ("p01", "p02")]
    server.add(SAFETY, {"objectClass": [b"groupOfNames"], "member": dns})


@pytest.fixture
def new_site(directory: Real, sqlite_with_tables: Path, tmp_path: Path) -> Site:
    """An installation that has read nothing yet."""
    site = a_site(tmp_path, sqlite_with_tables, directory.proxy.uri)
    with site.inside(), transaction():
        row = db.session.scalars(select(Directory)).one()
        directory.configure(row)
        db.session.add(Group(key="safety", name="Safety", directory_id=row.id, dn=SAFETY))
    return site


@pytest.fixture
def site(new_site: Site) -> Site:
    """An installation that has read everything."""
    ran = new_site.sync()
    assert (*ran.verdict, ran.document["new"]) == ("done", 0, COUNT), ran.message
    return new_site


def add_person(directory: Real, login: str, branch: str, **attributes: bytes) -> None:
    values = {"objectClass": b"inetOrgPerson", "cn": login.encode(), "sn": login.encode()}
    found = {name: [each] for name, each in {**values, **attributes}.items()}
    directory.add(f"uid={login},{branch}", found)


def add_second(site: Site, directory: Real, base: str) -> None:
    with site.inside(), transaction():
        row = add_directory(
            "second",
            "Second LDAP",
            uris=[directory.proxy.uri],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=PASSWORD,
            base_dn=base,
            secret_key=SECRET_KEY,
        )
        directory.configure(row)


def changes(site: Site) -> dict[str, Any]:
    ran = site.sync("--mode", "changes")
    assert ran.verdict == ("done", 0), ran.message
    return ran.document


def value(site: Site, login: str, key: str) -> Any:
    return site.people()[login]["values"].get(key)


def test_x38_a_new_field_is_filled_by_the_next_run_of_changes(site: Site) -> None:
    with site.inside(), transaction():
        define_field("room", "Room", category="work", source=Source.LDAP, attribute="roomNumber")

    document = changes(site)

    assert (document["mode"], document["changed"]) == ("fill", COUNT)
    assert {each["values"]["room"] for each in site.people().values()} == {"4.17"}
    assert (changes(site)["mode"], changes(site)["changed"]) == ("changes", 0)


@pytest.mark.parametrize("pattern", ["dd.MM.yyyy", "yyyyMMddHHmmss'Z'", "nonsense {"])
def test_b83_a_wrong_pattern_finds_nobody_or_everybody_and_loses_no_change(
    site: Site, directory: Real, pattern: str
) -> None:
    site.change(timestamp_pattern=pattern, last_sync_date="01-01-2020 00:00:00")
    directory.set("p04", "title", [b"Boss"])

    document = changes(site)

    assert (document["changed"], document["missing"]) == (1, 0)
    assert value(site, "p04", "position") == "Boss"


def test_b83_two_servers_that_write_times_differently_are_read_side_by_side(
    openldap: RealDirectory, samba: SambaDirectory, sqlite_with_tables: Path, tmp_path: Path
) -> None:
    """The pattern of one of them stands at both: each is recognised by itself all the same."""
    fill(openldap)
    fill(samba)
    for number in range(3):
        an_entry(samba, f"own{number}")
    site = a_site(tmp_path, sqlite_with_tables, openldap.proxy.uri)
    add_second(site, samba, SUFFIX)
    with site.inside(), transaction():
        row = db.session.scalars(select(Directory).where(Directory.key == "second")).one()
        row.additional_user_dn = "ou=people"
    first, second = site.sync().documents
    assert (first["new"], second["new"], second["shadowed"]) == (COUNT, 3, COUNT)

    with site.inside(), transaction():
        for row in db.session.scalars(select(Directory)):
            row.timestamp_pattern, row.last_sync_date = "yyyyMMddHHmmssZ", "01-01-2020 00:00:00"
    openldap.set("p04", "title", [b"Boss"])
    samba.set("p05", "title", [b"Nobody hears of it"])
    samba.set("own1", "title", [b"Chief"])
    first, second = site.sync("--mode", "changes").documents

    assert [each["state"] for each in (first, second)] == ["done", "done"]
    assert [value(site, login, "position") for login in ("p04", "p05", "own1")] == [
        "Boss", "Clerk", "Chief",
    ]  # fmt: skip


def test_b78_a_user_in_two_directories_is_one_person_whom_the_first_one_supplies(
    site: Site, directory: Real
) -> None:
    for login in ("p03", "only"):
        add_person(directory, login, SECOND, title=b"Elsewhere")
    add_second(site, directory, SECOND)

    first, second = site.sync().documents

    assert (first["state"], second["state"]) == ("done", "done")
    assert (first["unchanged"], second["new"], second["shadowed"]) == (COUNT, 1, 1)
    assert value(site, "p03", "position") == "Clerk"
    assert value(site, "only", "position") == "Elsewhere"
    assert len(site.people()) == COUNT + 1


def test_a_run_without_news_is_a_success_with_numbers(site: Site) -> None:
    document = changes(site)

    assert document["message"].startswith(f"0 changed of {COUNT} people seen")
    assert (document["unchanged"], document["values_changed"]) == (COUNT, 0)


def test_who_is_shown_late_with_an_old_stamp_is_found(new_site: Site, directory: Real) -> None:
    for number in range(3):
        add_person(directory, f"late{number}", HIDDEN)
    assert new_site.sync().document["new"] == COUNT
    directory.rename(HIDDEN, f"ou=hidden,{PEOPLE}")

    document = changes(new_site)

    assert (document["mode"], document["new"]) == ("changes", 3)
    assert {"late0", "late1", "late2"} <= new_site.people().keys()


def test_who_reports_to_somebody_renamed_still_does(site: Site, directory: Real) -> None:
    """The server writes the value anew, and moves no stamp of those who report."""
    directory.rename("p00", f"uid=boss,{PEOPLE}")
    wait_until(lambda: b"boss" in directory.get("p01", "manager")[0])

    changes(site)

    found = site.people()
    assert "p00" not in found
    assert {each["manager"] for login, each in found.items() if login != "boss"} == {"boss"}


def test_who_came_to_a_group_is_a_member_after_the_next_run(site: Site, directory: Real) -> None:
    """No stamp of a person moves by it."""
    assert site.people()["p07"]["groups"] == []
    directory.set(SAFETY, "member", [f"uid=p07,{PEOPLE}".encode()])

    changes(site)

    groups = {login: each["groups"] for login, each in site.people().items() if each["groups"]}
    assert groups == {"p07": ["safety"]}


def test_an_account_that_is_switched_off_is_hidden_and_comes_back_whole(
    site: Site, directory: Real
) -> None:
    before = site.people()["p05"]
    directory.set("p05", "shadowExpire", [PAST])
    assert changes(site)["disabled"] == 1
    assert "p05" not in site.people()

    directory.set("p05", "shadowExpire", [NEVER])
    changes(site)

    assert site.people()["p05"] == before


def test_b76_an_account_that_is_made_anew_is_somebody_else(site: Site, directory: Real) -> None:
    before = site.people()["p06"]["id"]
    directory.delete("p06")
    an_entry(directory, "p06", title="Trainee")

    document = changes(site)

    assert (document["new"], document["missing"]) == (1, 1)
    assert site.people()["p06"]["id"] != before
    assert value(site, "p06", "position") == "Trainee"


def test_values_are_there_as_soon_as_their_page_was_read(
    new_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (4, 2, 1))
    seen: list[int] = []
    new_site.connect = AfterPage(connect, lambda: seen.append(stored(new_site)), number=3)

    assert new_site.sync().document["new"] == COUNT

    assert seen[0] >= 4


def stored(site: Site) -> int:
    """Return how many people others see now."""
    with closing(sqlite3.connect(site.instance / "lupweb.sqlite")) as other:
        return int(other.execute("SELECT count(*) FROM person").fetchone()[0])
