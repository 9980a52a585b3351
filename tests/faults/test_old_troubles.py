"""The faults that the products of before admit in their documentation, replayed on a real server.

And a history with a line that is cut at random: what is read in the end is what stands there.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import ldap
import pytest

from lupweb.database import transaction
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from tests.factories import SECRET_KEY, SUFFIX
from tests.faults.changing import add, administrator, set_values
from tests.faults.ldif import PASSWORD, PEOPLE, READER, company, person, record, tree
from tests.faults.site import Site, a_site, impatient
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd

pytestmark = pytest.mark.thorough
COUNT = 24
SECOND, HIDDEN = f"ou=second,{SUFFIX}", f"ou=hidden,ou=empty,{SUFFIX}"
STEPS, SEED = 12, 20_260
ATTRIBUTES = {"phone": "telephoneNumber", "position": "title", "location": "l"}
BRANCHES = "".join(record(dn, {"objectClass": "organizationalUnit"}) for dn in (SECOND, HIDDEN))
TWICE = "".join(
    person(login, dn=f"uid={login},{SECOND}", title="Elsewhere", telephoneNumber="+49 30 1")
    for login in ("P003", "only")
)
LATE = "".join(person(f"late{n}", dn=f"uid=late{n},{HIDDEN}") for n in range(3))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    ldif = tree() + company(COUNT) + BRANCHES + TWICE + LATE
    with running_slapd(tmp_path_factory.mktemp("old"), ldif, suffix=SUFFIX) as running:
        yield running


@pytest.fixture
def changed_server(tmp_path: Path) -> Iterator[RunningSlapd]:
    """A server of its own, which stays changed."""
    folder = tmp_path / "changed"
    with running_slapd(folder, tree() + company(COUNT), suffix=SUFFIX) as running:
        yield running


@pytest.fixture
def site(server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path) -> Site:
    return a_site(tmp_path, sqlite_with_tables, server.uri)


def add_second(site: Site, uri: str) -> None:
    with site.inside(), transaction():
        add_directory(
            "second",
            "Second LDAP",
            uris=[uri],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=PASSWORD,
            base_dn=SECOND,
            secret_key=SECRET_KEY,
        )


def test_b78_a_user_in_two_directories_is_one_person_whom_the_first_one_supplies(
    site: Site, server: RunningSlapd
) -> None:
    add_second(site, server.uri)

    first, second = site.sync().documents

    assert (first["new"], second["new"], second["shadowed"]) == (COUNT, 1, 1)
    found = site.people()
    assert len(found) == COUNT + 1
    assert found["p003"]["values"]["position"] == "Engineer"
    again = site.sync().documents
    assert [(each["changed"], each["missing"]) for each in again] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("pattern", ["dd.MM.yyyy", "nonsense {"])
def test_b83_a_wrong_pattern_or_two_different_ones_lose_no_change(
    site: Site, server: RunningSlapd, pattern: str
) -> None:
    """A date was entered, too: what is asked beside the sweep finds nobody, or everybody."""
    add_second(site, server.uri)
    site.sync()
    site.change(timestamp_pattern=pattern, last_sync_date="01-01-2020 00:00:00")
    set_values(server, f"uid=p004,{PEOPLE}", "title", b"Boss")
    set_values(server, f"uid=only,{SECOND}", "title", b"Chief")
    try:
        first, second = site.sync().documents
    finally:
        set_values(server, f"uid=p004,{PEOPLE}", "title", b"Engineer")
        set_values(server, f"uid=only,{SECOND}", "title", b"Elsewhere")

    assert [(each["state"], each["changed"]) for each in (first, second)] == [("done", 1)] * 2
    found = site.people()
    assert [found[login]["values"]["position"] for login in ("p004", "only")] == ["Boss", "Chief"]


def test_who_is_shown_late_with_an_old_stamp_is_found(site: Site, server: RunningSlapd) -> None:
    """A branch moves into the scope: the stamps of the people in it are older than the last run."""
    site.sync()
    with administrator(server) as handle:
        handle.rename_s(HIDDEN, "ou=hidden", PEOPLE)
    try:
        document = site.sync("--mode", "changes").document
        names = {login for login in site.people() if login.startswith("late")}
    finally:
        with administrator(server) as handle:
            handle.rename_s(f"ou=hidden,{PEOPLE}", "ou=hidden", f"ou=empty,{SUFFIX}")

    assert (document["mode"], document["new"]) == ("changes", 3)
    assert names == {"late0", "late1", "late2"}


def test_x04_a_history_over_a_line_that_is_cut_at_random_ends_as_the_directory_says(
    changed_server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path
) -> None:
    server = changed_server
    site = a_site(tmp_path, sqlite_with_tables, server.uri)
    site.sync()
    dice = Random(SEED)  # noqa: S311 a history that can be repeated
    with running_proxy(server.uri) as proxy:
        site.change(uris=[proxy.uri])
        site.connect = impatient
        for step in range(STEPS):
            happen(server, dice, step)
            before = {login: each["id"] for login, each in site.people().items()}
            ran = cut_run(site, proxy, dice)
            there = directory_says(server)
            after = {each["id"] for each in site.people().values()}
            lost = {id_ for login, id_ in before.items() if login in there} - after
            assert not lost, (step, ran)
        proxy.cut()
    site.change(uris=[server.uri])
    good = site.sync("--mode", "changes").document

    assert good["state"] == "done"
    assert {login: said(each) for login, each in site.people().items()} == directory_says(server)
    final = site.sync("--mode", "full").document
    assert [final[key] for key in ("new", "changed", "missing", "back")] == [0, 0, 0, 0]


def cut_run(site: Site, proxy: Proxy, dice: Random) -> str:
    """Read changes while the line is cut once or twice; return how it ended."""
    proxy.cut_at_message(dice.randint(1, 60), rst=dice.random() < 0.5)
    ran = site.sync("--mode", dice.choice(["changes", "full"]))
    assert ran.document["state"] in {"done", "failed"}
    return f"{ran.document['state']}: {ran.message}"


def happen(server: RunningSlapd, dice: Random, step: int) -> None:
    """Let three things happen to people."""
    for number in range(3):
        login = dice.choice(sorted(directory_says(server)))
        dn, kind = f"uid={login},{PEOPLE}", dice.randrange(4)
        if kind == 0:
            name = f"new{step}.{number}"
            values = {each: [name.encode()] for each in ("uid", "cn", "sn")}
            add(server, f"uid={name},{PEOPLE}", {"objectClass": [b"inetOrgPerson"], **values})
        with administrator(server) as handle:
            if kind == 1:
                handle.delete_s(dn)
            elif kind == 2:
                handle.rename_s(dn, f"uid=name{step}.{number}")
            elif kind == 3:
                attribute = dice.choice(sorted(ATTRIBUTES.values()))
                value = dice.choice([None, b"+49 611 %d" % step])
                handle.modify_s(dn, [(ldap.MOD_REPLACE, attribute, value)])


def directory_says(server: RunningSlapd) -> dict[str, dict[str, str]]:
    """Return login -> what is to be known, read plainly."""
    with administrator(server) as handle:
        found = handle.search_s(PEOPLE, ldap.SCOPE_SUBTREE, "(objectClass=inetOrgPerson)")
    return {
        min(entry["uid"]).decode(): {
            key: min(entry[name]).decode() for key, name in ATTRIBUTES.items() if name in entry
        }
        for _dn, entry in found
    }


def said(listed: dict[str, dict[str, str]]) -> dict[str, str]:
    return {key: value for key, value in listed["values"].items() if key in ATTRIBUTES}
