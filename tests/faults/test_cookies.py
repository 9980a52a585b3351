"""The cookie of syncrepl as a mark, against a real server: who is removed is seen at once (12)."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lupweb.database import transaction
from lupweb.directories.service import get_directory
from tests.factories import SUFFIX
from tests.faults.changing import add, administrator, delete, set_values
from tests.faults.ldif import PEOPLE, READER, company, tree
from tests.faults.site import Site
from tests.servers.slapd import RunningSlapd, running_slapd

COUNT = 30
LOG = "overlay syncprov\nsyncprov-sessionlog 100\n"
RIGHTS = """\
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""
BY_COOKIE = "written or removed since the last run"
BRANCH = f"ou=branch,{PEOPLE}"
AWAY = f"ou=empty,{SUFFIX}"
Serve = Callable[[str], RunningSlapd]
Known = Callable[[RunningSlapd], Site]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with thirty people and these lines for its database."""
    with ExitStack() as stack:
        yield lambda lines: stack.enter_context(
            running_slapd(
                tmp_path / "slapd",
                tree() + company(COUNT),
                suffix=SUFFIX,
                extra_config="moduleload syncprov",
                database_config=RIGHTS + lines,
            )
        )


@pytest.fixture
def known(site_at: Callable[[str], Site]) -> Known:
    """Makes a site that relies on marks and has read everybody of a server."""

    def made(server: RunningSlapd) -> Site:
        site = site_at(server.uri)
        site.change(marks=True)
        site.sync()
        return site

    return made


def changes(site: Site) -> dict[str, Any]:
    return site.sync("--mode", "changes").document


def cookie_of(site: Site) -> str:
    with site.inside():
        return str(get_directory("main").server.get("cookie", ""))


def put_cookie(site: Site, cookie: bytes) -> None:
    with site.inside(), transaction():
        main = get_directory("main")
        main.server = {**main.server, "cookie": b64encode(cookie).decode()}


def write(server: RunningSlapd, *numbers: int, title: bytes = b"Boss") -> None:
    for number in numbers:
        set_values(server, f"uid=p{number:03},{PEOPLE}", "title", title)


def move(server: RunningSlapd, dn: str, branch: str) -> None:
    with administrator(server) as handle:
        handle.rename_s(dn, dn.partition(",")[0], newsuperior=branch)


def test_who_is_removed_or_moved_away_is_hidden_by_a_run_that_compares_nobody(
    serve: Serve, known: Known
) -> None:
    server = serve(LOG)
    site = known(server)
    write(server, 1)
    person = {"objectClass": [b"inetOrgPerson"], "cn": [b"New"], "sn": [b"New"]}
    add(server, f"uid=new,{PEOPLE}", person)
    delete(server, f"uid=p002,{PEOPLE}")
    move(server, f"uid=p003,{PEOPLE}", AWAY)

    by_cookie = changes(site)
    quiet = changes(site)
    delete(server, f"uid=p004,{PEOPLE}")
    later = changes(site)

    assert BY_COOKIE in by_cookie["reason"]
    counted = ("changed", "new", "missing", "unchanged")
    assert [by_cookie[each] for each in counted] == [1, 1, 2, COUNT - 3]
    assert "nobody was compared" in quiet["reason"]
    assert (BY_COOKIE in later["reason"], later["missing"]) == (True, 1)
    assert {"p002", "p003", "p004"}.isdisjoint(site.people())
    nightly = site.sync("--mode", "full").document
    assert [nightly[each] for each in counted] == [0, 0, 0, COUNT - 2]


def test_entries_that_are_nobody_and_people_who_came_back_are_not_hidden(
    serve: Serve, known: Known
) -> None:
    server = serve(LOG)
    site = known(server)
    add(server, BRANCH, {"objectClass": [b"organizationalUnit"]})
    delete(server, BRANCH)
    move(server, f"uid=p005,{PEOPLE}", AWAY)
    move(server, f"uid=p005,{AWAY}", PEOPLE)
    write(server, 6)

    document = changes(site)

    assert (BY_COOKIE in document["reason"], document["missing"]) == (True, 0)
    assert len(site.people()) == COUNT


def test_more_than_the_brake_allows_are_held_and_the_mark_is_not_kept(
    serve: Serve, known: Known
) -> None:
    server = serve(LOG)
    site = known(server)
    before = cookie_of(site)
    for number in range(11):
        delete(server, f"uid=p{number:03},{PEOPLE}")

    by_cookie = changes(site)

    assert BY_COOKIE in by_cookie["reason"]
    assert (by_cookie["state"], by_cookie["missing"], by_cookie["held"]) == ("held", 0, 11)
    assert cookie_of(site) == before
    again = changes(site)
    assert (BY_COOKIE in again["reason"], again["held"]) == (False, 11)
    assert len(site.people()) == COUNT


@pytest.mark.parametrize(
    ("lines", "cookie", "why"),
    [
        (LOG, b"garbage", "sends everything again"),
        (LOG, b"rid=000,csn=19990101000000.000000Z#000000#000#000000", "who is there instead of"),
        (LOG, b"rid=000,csn=20990101000000.000000Z#000000#000#000000", "does not take the mark"),
        (
            LOG + "syncprov-reloadhint TRUE\n",
            b"rid=000,csn=19990101000000.000000Z#000000#000#000000",
            "does not take the mark",
        ),
    ],
    ids=["garbage", "old", "newer than the server", "old, and the server says so"],
)
def test_a_cookie_that_is_of_no_use_lets_everybody_be_compared_by_the_same_run(
    serve: Serve, known: Known, lines: str, cookie: bytes, why: str
) -> None:
    server = serve(lines)
    site = known(server)
    put_cookie(site, cookie)
    delete(server, f"uid=p002,{PEOPLE}")

    document = changes(site)

    assert (document["state"], document["mode"], document["missing"]) == ("done", "changes", 1)
    assert why in document["reason"]
    write(server, 3)
    assert BY_COOKIE in changes(site)["reason"]  # it has a new one


def test_a_size_limit_lets_everybody_be_compared(serve: Serve, known: Known) -> None:
    limits = f'limits dn.exact="{READER}" size.soft=2 size.hard=2 size.prtotal=unlimited\n'
    server = serve(limits + LOG)
    site = known(server)
    write(server, 1, 2, 3)

    document = changes(site)

    assert ("size limit" in document["reason"], document["changed"]) == (True, 3)


def test_a_server_without_a_session_log_is_asked_twice_in_vain_and_then_as_it_can(
    serve: Serve, known: Known
) -> None:
    server = serve("overlay syncprov\n")
    site = known(server)
    reasons = []
    for title in (b"One", b"Two", b"Three", b"Four"):
        write(server, 1, title=title)
        document = changes(site)
        reasons.append(document["reason"])
        assert (document["changed"], document["unchanged"]) == (1, COUNT - 1)

    assert ["who is there instead of" in each for each in reasons] == [True, True, False, False]
    assert all("only what was written since the last run" in each for each in reasons[2:])
    assert not cookie_of(site)
    site.sync("--mode", "full")
    assert cookie_of(site)  # it may have one by now


def test_no_cookie_is_asked_for_where_marks_are_off(
    serve: Serve, site_at: Callable[[str], Site]
) -> None:
    server = serve(LOG)
    site = site_at(server.uri)
    site.sync()
    delete(server, f"uid=p002,{PEOPLE}")

    assert changes(site)["missing"] == 1
    assert not cookie_of(site)
