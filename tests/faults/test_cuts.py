"""X04, X07: a connection that breaks in the middle of a list, at any byte of it.

Eight places of the answers by default; all of them with LUPWEB_ALL_OFFSETS=1.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import get_directory
from lupweb.ldap.connection import Server
from lupweb.people.models import Group
from lupweb.sync import phases
from tests.factories import SUFFIX
from tests.faults import changing
from tests.faults.ldif import PEOPLE, company, person, record, tree
from tests.faults.site import Ran, Site, a_site, impatient
from tests.faults.steps import OnConnection
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd

COUNT = 60
PAGES = 20
ALL = bool(os.environ.get("LUPWEB_ALL_OFFSETS"))
PLACES = 4
ANSWERS = COUNT + 1 + 4
"""Messages of a complete list: each entry, and the end of each page."""
FATES = ("rst", "fin", "hang")
GROUP = f"cn=crew,ou=groups,{SUFFIX}"
MEMBERS = [f"uid=p{number:03},{PEOPLE}" for number in range(10)]
LDIF = (
    tree()
    + person("bad", uid=b"\x00bad", dn=f"cn=bad,{PEOPLE}")
    + company(COUNT)
    + record(GROUP, {"objectClass": "groupOfNames", "member": MEMBERS})
)


@dataclass(frozen=True)
class Scene:
    """A server that has changed since `before` read it, and what a clean run makes of that.

    :param before: an installation that has not seen the changes
    :param listed: everybody after a clean run
    :param listing: bytes of answers before the list begins
    :param enumeration: bytes of answers up to the end of the list
    :param everything: bytes of answers of the whole run
    """

    server: RunningSlapd
    before: Site
    listed: dict[str, Any]
    document: dict[str, Any]
    listing: int
    enumeration: int
    everything: int


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (PAGES, 10, 5))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    with (
        pytest.MonkeyPatch.context() as patched,
        running_slapd(folder / "slapd", LDIF, suffix=SUFFIX) as server,
    ):
        patched.setattr(phases, "PAGE_SIZES", (PAGES, 10, 5))
        before = a_site(folder / "before", sqlite_with_tables, server.uri)
        with_group(before)
        assert before.sync().verdict == ("partial", 0)
        change_the_company(server)
        (folder / "clean").mkdir()
        clean = before.copied_to(folder / "clean")
        with running_proxy(server.uri) as proxy:
            ends: list[int] = []
            clean.change(uris=[proxy.uri])
            clean.connect = OnConnection(connect, lambda: ends.extend(proxy.ends), 2)
            ran = clean.sync()
            everything = proxy.ends[-1]
        yield Scene(
            server,
            before,
            clean.people("--all"),
            ran.document,
            listing=ends[-1 - ANSWERS],
            enumeration=ends[-1],
            everything=everything,
        )


@pytest.fixture
def proxy(scene: Scene) -> Iterator[Proxy]:
    with running_proxy(scene.server.uri) as running:
        yield running


@pytest.fixture
def site(scene: Scene, proxy: Proxy, tmp_path: Path) -> Site:
    """An installation that reads through the proxy, and has not seen the changes yet."""
    site = scene.before.copied_to(tmp_path)
    site.change(uris=[proxy.uri])
    return site


def with_group(site: Site) -> None:
    with site.inside(), transaction():
        id_ = get_directory("main").id
        db.session.add(Group(key="crew", name="Crew", directory_id=id_, dn=GROUP))


def change_the_company(server: RunningSlapd) -> None:
    """Five get another number, one loses it, two leave, two join; the group changes too."""
    for number in range(5):
        dn = f"uid=p{number:03},{PEOPLE}"
        changing.set_values(server, dn, "telephoneNumber", f"+49 30 {number}".encode())
    changing.set_values(server, f"uid=p030,{PEOPLE}", "telephoneNumber")
    for number in (58, 59):
        changing.delete(server, f"uid=p{number:03},{PEOPLE}")
    for name in ("new1", "new2"):
        changing.add(
            server,
            f"uid={name},{PEOPLE}",
            {
                "objectClass": [b"inetOrgPerson"],
                **{each: [name.encode()] for each in ("uid", "cn", "sn")},
            },
        )
    changing.set_values(server, GROUP, "member", *(each.encode() for each in MEMBERS[:5]))


def offsets(scene: Scene) -> list[int]:
    """Return behind which bytes of the answers the connection breaks: mostly inside the list."""
    if ALL:
        return list(range(1, scene.enumeration))
    step = (scene.enumeration - scene.listing) // (PLACES - 3)
    inside = range(scene.listing, scene.enumeration - 1, step)
    return [1, scene.listing // 2, *inside, scene.enumeration - 1][:PLACES]


def break_after(site: Site, proxy: Proxy, fate: str, n: int) -> None:
    """Let the connection break once behind byte `n`; the next one is made without fault."""
    if fate == "hang":
        proxy.hang_after_bytes(n)
        site.connect = OnConnection(impatient, proxy.heal, number=2)
    else:
        proxy.cut_after_bytes(n, rst=fate == "rst")


def is_as_clean(scene: Scene, site: Site, ran: Ran) -> None:
    """Everything is as after a run that nothing disturbed."""
    assert site.people("--all") == scene.listed
    told = {"run", "started", "seconds", "message"}
    assert {key: value for key, value in ran.document.items() if key not in told} == {
        key: value for key, value in scene.document.items() if key not in told
    }


@pytest.mark.parametrize("place", ["all"] if ALL else range(PLACES))
@pytest.mark.parametrize("fate", FATES)
def test_g9_16_x04_a_list_that_breaks_off_is_begun_again_and_ends_as_a_clean_run(
    scene: Scene, site: Site, proxy: Proxy, fate: str, place: int
) -> None:
    for n in offsets(scene) if ALL else [offsets(scene)[place]]:
        site = scene.before.copied_to(site.instance)
        site.change(uris=[proxy.uri])
        break_after(site, proxy, fate, n)

        ran = site.sync()

        assert ran.verdict == ("partial", 0), (n, ran.message)
        assert "restarted once" in ran.message, n
        is_as_clean(scene, site, ran)


@pytest.mark.parametrize("fate", FATES)
def test_x04_a_first_load_that_breaks_off_is_begun_again_and_nobody_comes_twice(
    scene: Scene, proxy: Proxy, fate: str, site_at: Callable[[str], Site]
) -> None:
    site = site_at(proxy.uri)
    with_group(site)
    break_after(site, proxy, fate, scene.enumeration - 200)

    ran = site.sync()

    assert ran.verdict == ("partial", 0)
    assert "restarted once" in ran.message
    assert (ran.document["new"], ran.document["failed"]) == (COUNT, 1)
    assert len(ran.document["errors"]) == len(scene.document["errors"])
    expected = {
        login: {**each, "id": None}
        for login, each in scene.listed.items()
        if each["state"] != "missing"
    }
    assert {login: {**each, "id": None} for login, each in site.people("--all").items()} == expected


@pytest.mark.parametrize("fate", FATES)
def test_x04_a_connection_that_breaks_while_groups_are_read_is_made_again(
    scene: Scene, site: Site, proxy: Proxy, fate: str
) -> None:
    break_after(site, proxy, fate, (scene.enumeration + scene.everything) // 2)
    if fate == "hang":
        site.connect = OnConnection(impatient, proxy.heal, number=3)

    ran = site.sync()

    assert ran.verdict == ("partial", 0), ran.message
    is_as_clean(scene, site, ran)


@pytest.mark.parametrize(("mode", "number"), [("full", 2), ("changes", 3)])
def test_x04_a_server_that_dies_while_groups_are_read_takes_nothing_away_and_is_told_truly(
    scene: Scene, site: Site, proxy: Proxy, mode: str, number: int
) -> None:
    before = site.people()
    site.connect = OnConnection(connect, proxy.refuse, number=number)

    ran = site.sync("--mode", mode)

    assert ran.verdict == ("failed", 1)
    assert "not reachable" in ran.message
    assert "groups" in ran.message
    assert (ran.document["new"], ran.document["changed"], ran.document["missing"]) == (2, 6, 0)
    after = site.people()
    assert set(after) == {*before, "new1", "new2"}
    assert {login: each["groups"] for login, each in after.items()} == {
        **{login: each["groups"] for login, each in before.items()},
        "new1": [],
        "new2": [],
    }
    proxy.heal()
    site.connect = connect
    assert site.sync().verdict == ("partial", 0)
    assert site.people("--all") == scene.listed


@pytest.mark.parametrize("page", [1, 2, 3])
def test_x04_a_list_that_breaks_off_again_and_again_fails_and_changes_nobody(
    scene: Scene, site: Site, proxy: Proxy, page: int
) -> None:
    before = site.people("--all")

    def cut_again(server: Server) -> Any:
        proxy.cut_at_message(5 + page * (PAGES + 1))
        return connect(server)

    site.connect = cut_again

    ran = site.sync()

    assert ran.verdict == ("failed", 1)
    assert proxy.connections == phases.TRIES
    assert site.people("--all") == before
    site.connect = connect
    proxy.heal()
    assert site.sync().verdict == ("partial", 0)
    assert site.people("--all") == scene.listed
