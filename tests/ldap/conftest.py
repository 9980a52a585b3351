"""One company in two directories: a fake one and, where it is installed, a real slapd."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lupweb.ldap.client import Directory, LdapDirectory
from lupweb.ldap.connection import Server, Tls
from tests.fakes import FakeDirectory
from tests.ldap.company import LIMITED_DN, PASSWORD, READER_DN, SUFFIX, as_ldif, entries
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd

LIMITS = f"""\
limits dn.exact="{LIMITED_DN}" size.soft=10 size.hard=10 size.prtotal=hard
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""


@dataclass
class Company:
    """A directory with the people of `tests.ldap.company`; `connect` makes a connection."""

    connect: Callable[[], Directory]
    check: list[str]
    """When not empty, nobody may ask: the caller is inside a transaction."""

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


@pytest.fixture(params=["fake", "slapd"])
def company(request: pytest.FixtureRequest) -> Company:
    """The same people in a fake and in a real directory."""
    in_transaction: list[str] = []

    def check() -> None:
        if in_transaction:
            raise RuntimeError("a directory was asked inside a transaction")

    if request.param == "slapd":
        slapd: RunningSlapd = request.getfixturevalue("slapd")
        server = Server((slapd.uri,), Tls.NONE)
        return Company(lambda: LdapDirectory(server, check=check), in_transaction)
    fake = FakeDirectory(SUFFIX, check=check)
    for dn, values in entries():
        fake.add(dn, values)
    return Company(lambda: FakeDirectory(check=check, server=fake.server), in_transaction)


@pytest.fixture
def directory(company: Company) -> Iterator[Directory]:
    """A connection of an account that may read all people."""
    with company.signed_in() as connection:
        yield connection
