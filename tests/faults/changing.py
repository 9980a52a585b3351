"""Change what stands in a real server, as its administrator does."""

from collections.abc import Iterator
from contextlib import contextmanager

import ldap
from ldap.ldapobject import SimpleLDAPObject

from tests.servers.slapd import RunningSlapd


@contextmanager
def administrator(server: RunningSlapd) -> Iterator[SimpleLDAPObject]:
    """Be signed in as the administrator of the server."""
    handle = ldap.initialize(server.uri)
    handle.set_option(ldap.OPT_NETWORK_TIMEOUT, 5)
    handle.set_option(ldap.OPT_TIMEOUT, 5)
    handle.simple_bind_s(server.bind_dn, server.password)
    try:
        yield handle
    finally:
        handle.unbind_ext_s()


def set_values(server: RunningSlapd, dn: str, attribute: str, *values: bytes) -> None:
    """Give an entry these values of an attribute; none: take them away."""
    with administrator(server) as handle:
        handle.modify_s(dn, [(ldap.MOD_REPLACE, attribute, list(values) or None)])


def delete(server: RunningSlapd, dn: str) -> None:
    """Delete an entry."""
    with administrator(server) as handle:
        handle.delete_s(dn)


def add(server: RunningSlapd, dn: str, attributes: dict[str, list[bytes]]) -> None:
    """Add an entry."""
    with administrator(server) as handle:
        handle.add_s(dn, list(attributes.items()))
