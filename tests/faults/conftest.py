"""A company on a real server, installations that know it and installations that do not yet."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lupweb.directories.connect import connect
from tests.factories import SUFFIX
from tests.faults.ldif import company, rooms, tree
from tests.faults.mending import RIGHTS, Mended, kept, ldif, look_at, put_back, set_up
from tests.faults.site import Site, a_site
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd

EVERYBODY = 620
"""More than the 500 entries at which OpenLDAP stops unless it is told otherwise."""
ROOMS = 20
"""Entries beside the people, whom only a wrong base lets in; few enough to go again unasked."""
RETCODES = {"timelimit": 3, "adminlimit": 11, "busy": 51, "unavailable": 52, "other": 80}
LIMITS = f"""\
access to attrs=userPassword by anonymous auth by * none
access to attrs=telephoneNumber by dn.exact="cn=nophone,{SUFFIX}" none by users read by * none
access to dn.onelevel="ou=people,{SUFFIX}" by dn.exact="cn=blind,{SUFFIX}" none by users read
access to dn.base="ou=people,{SUFFIX}" by dn.exact="cn=denied,{SUFFIX}" disclose by users read
access to * by users read by * none
limits dn.exact="cn=paging,{SUFFIX}" size.soft=500 size.hard=500 size.prtotal=unlimited
limits dn.exact="cn=cut,{SUFFIX}" size.soft=500 size.hard=500 size.prtotal=hard
limits dn.exact="cn=unchecked,{SUFFIX}" size.unchecked=100
limits * size=unlimited
overlay retcode
retcode-parent "ou=retcodes,{SUFFIX}"
""" + "".join(f'retcode-item "cn={name}" {code:#04x}\n' for name, code in RETCODES.items())


@pytest.fixture(scope="package")
def big_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A server with 620 people, accounts of every kind of limit, and bases that answer badly."""
    require_slapd()
    accounts = tree("paging", "cut", "unchecked", "blind", "denied", "nophone")
    ldif = accounts + company(EVERYBODY) + rooms(ROOMS)
    with running_slapd(
        tmp_path_factory.mktemp("slapd"),
        ldif,
        suffix=SUFFIX,
        extra_config="moduleload retcode",
        database_config=LIMITS,
    ) as server:
        yield server


@pytest.fixture(scope="package")
def _big_site(
    big_server: RunningSlapd, sqlite_with_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    site = a_site(tmp_path_factory.mktemp("known"), sqlite_with_tables, big_server.uri)
    ran = site.sync()
    assert (*ran.verdict, ran.document["new"]) == ("done", 0, EVERYBODY)
    return site


@pytest.fixture
def new_site(big_server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path) -> Site:
    """An installation that has not read the big server yet."""
    return a_site(tmp_path, sqlite_with_tables, big_server.uri)


@pytest.fixture
def known_site(_big_site: Site, tmp_path: Path) -> Iterator[Site]:
    """An installation that knows everybody of the big server.

    Whatever a test does to it: nobody is hidden, and one good run repairs everything.
    """
    return _big_site.copied_to(tmp_path)


@pytest.fixture
def site_at(sqlite_with_tables: Path, tmp_path: Path) -> Callable[[str], Site]:
    """Makes an installation that reads the server at an address."""
    return lambda uri: a_site(tmp_path, sqlite_with_tables, uri)


@pytest.fixture(scope="package")
def reasons_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A server with one person for each reason why a value is not there."""
    require_slapd()
    folder = tmp_path_factory.mktemp("slapd")
    with running_slapd(folder, ldif(), suffix=SUFFIX, database_config=RIGHTS) as running:
        yield running


@pytest.fixture(scope="package")
def _reasons_site(
    reasons_server: RunningSlapd, sqlite_with_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mended, bytes]:
    site = set_up(tmp_path_factory.mktemp("site"), sqlite_with_tables, reasons_server.uri)
    mended = look_at(reasons_server, site)
    return mended, kept(site)


@pytest.fixture
def lup(_reasons_site: tuple[Mended, bytes]) -> Iterator[Mended]:
    """A site that has read it; whatever a test does to it is put back."""
    mended, content = _reasons_site
    yield mended
    mended.site.connect = connect
    put_back(mended.site, content)
