"""Kinds of directory servers: default values, one file each, and no behaviour."""

from collections.abc import Mapping

from lupweb.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from lupweb.ldap.dialects.dialect import Dialect
from lupweb.ldap.dialects.generic import GENERIC
from lupweb.ldap.dialects.openldap import OPENLDAP

DIALECTS: Mapping[str, Dialect] = {
    "openldap": OPENLDAP,
    "active_directory": ACTIVE_DIRECTORY,
    "generic": GENERIC,
}


def defaults_of(kind: str) -> Dialect:
    """Return the default values for a kind of server; the generic ones for an unknown kind."""
    return DIALECTS.get(kind, GENERIC)
