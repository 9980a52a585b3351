"""How tests of connections try one."""

from pathlib import Path

from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN

ASKED_TO_BIND = "method=128"  # in slapd's log; the second one when it has said yes
BOUND = "mech=SIMPLE"


def quick(*uris: str, tls: Tls = Tls.NONE, ca_file: Path | str = "") -> Server:
    """Return a server that is not waited for long."""
    return Server(uris, tls, ca_file=str(ca_file), network_timeout_s=1, timeout_s=1)


def an_attempt(server: Server) -> None:
    """Connect, sign in and read one entry."""
    with LdapDirectory(server) as directory:
        directory.bind(READER_DN, PASSWORD)
        directory.read(PEOPLE, ["ou"])
