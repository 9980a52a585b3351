"""One company in three directories: a fake one and, where they are installed, slapd and Samba."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from lupweb.errors import DirectoryError, DirectoryUnavailable, EntryNotFound
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory
from tests.fakes import FakeDirectory
from tests.ldap.company import (
    LIMITED_DN,
    PASSWORD,
    READER_DN,
    SUFFIX,
    as_ldif,
    entries,
    entries_of_active_directory,
)
from tests.servers.samba import RunningSamba, can_run, require_samba, running_samba
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd

LIMITS = f"""\
limits dn.exact="{LIMITED_DN}" size.soft=10 size.hard=10 size.prtotal=hard
access to attrs=userPassword by anonymous auth by * none
access to attrs=displayName,telephoneNumber,facsimileTelephoneNumber,jpegPhoto,mobile,description
    by dn.exact="{READER_DN}" write by users read
access to * by users read by * none
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where Samba cannot run, keep one of its tests: it skips, and says once what is missing."""
    if can_run():
        return
    left_out = [item for item in items if _needs_samba(item)][1:]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@dataclass
class Company:
    """A directory with the people of `tests.ldap.company`; `connect` makes a connection."""

    kind: str
    """fake, slapd or samba."""
    connect: Callable[[], Directory]
    check: list[str]
    """When not empty, nobody may ask: the caller is inside a transaction."""

    @property
    def is_active_directory(self) -> bool:
        """Return whether it is one."""
        return self.kind == "samba"

    @property
    def not_seen(self) -> type[DirectoryError]:
        """Return what a stranger is told: slapd hides the entry, Active Directory says why."""
        return DirectoryUnavailable if self.is_active_directory else EntryNotFound

    def limited(self) -> Directory:
        """Return a connection that gets ten entries and no more. Samba has no such limit."""
        directory = self.signed_in(LIMITED_DN)
        if isinstance(directory, FakeDirectory):
            directory.limit_size(10)
        return directory

    def signed_in(self, dn: str = READER_DN) -> Directory:
        """Return a connection of the account `dn`."""
        directory = self.connect()
        directory.bind(dn, PASSWORD)
        return directory


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A real server with the company, which lets an empty password in as nobody."""
    require_slapd()
    folder = tmp_path_factory.mktemp("slapd")
    with running_slapd(
        folder,
        as_ldif(),
        suffix=SUFFIX,
        extra_config="allow bind_anon_dn",
        database_config=LIMITS,
    ) as server:
        yield server


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSamba]:
    """A real domain controller with the company."""
    require_samba()
    with running_samba(tmp_path_factory.mktemp("samba")) as server:
        server.add(entries_of_active_directory())
        yield server


@pytest.fixture(params=["fake", "slapd", "samba"])
def company(request: pytest.FixtureRequest) -> Company:
    """The same people in a fake and in two real directories."""
    if request.param == "fake":
        return _fake_company()
    return _real_company(request.param, request.getfixturevalue(request.param))


@pytest.fixture
def company_of_samba(samba: RunningSamba) -> Company:
    """The people in Active Directory only."""
    return _real_company("samba", samba)


@pytest.fixture
def directory(company: Company) -> Iterator[Directory]:
    """A connection of an account that may read all people."""
    with company.signed_in() as connection:
        yield connection


def _needs_samba(item: pytest.Item) -> bool:
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    is_chosen = "samba" in (chosen.get("company"), chosen.get("writable"))
    return is_chosen or "samba" in getattr(item, "fixturenames", ())


def _fake_company() -> Company:
    in_transaction: list[str] = []
    check = partial(_refuse, in_transaction)
    fake = FakeDirectory(SUFFIX, check=check)
    for dn, values in entries():
        fake.add(dn, values)
    return Company("fake", partial(FakeDirectory, check=check, server=fake.server), in_transaction)


def _real_company(kind: str, running: RunningSlapd | RunningSamba) -> Company:
    in_transaction: list[str] = []
    if isinstance(running, RunningSlapd):
        server = Server((running.uri,), Tls.NONE)
    else:
        server = Server((running.ldaps_uri,), Tls.LDAPS, ca_file=str(running.ca_file))
    check = partial(_refuse, in_transaction)
    return Company(kind, partial(LdapDirectory, server, check=check), in_transaction)


def _refuse(in_transaction: list[str]) -> None:
    if in_transaction:
        raise RuntimeError("a directory was asked inside a transaction")
