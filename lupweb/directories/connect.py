"""Connect to a directory. The caller says when; nothing is asked inside a transaction."""

from collections.abc import Callable

from lupweb.database import in_transaction
from lupweb.directories.models import Directory
from lupweb.directories.secrets import unlock
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory as LdapSession

Connect = Callable[[Server], LdapSession]
"""Opens a connection that is not signed in yet. Tests hand in one to a FakeDirectory."""


class AskedInTransaction(RuntimeError):
    """A directory was asked while a transaction was open: a fault in the program."""


def refuse_in_transaction() -> None:
    """Raise `AskedInTransaction` if the database session holds a transaction."""
    if in_transaction():
        raise AskedInTransaction("no LDAP call is made inside a database transaction")


def connect(server: Server) -> LdapSession:
    """Return a connection to a real server; the first question opens it."""
    return LdapDirectory(server, check=refuse_in_transaction)


def server_of(directory: Directory) -> Server:
    """Return how a directory is reached."""
    return Server(
        uris=tuple(directory.uris),
        tls=Tls(directory.tls),
        allow_cleartext=directory.allow_cleartext,
        ca_file=directory.ca_file,
        id_attribute=directory.id_attribute,
    )


def password_of(directory: Directory, secret_key: str) -> str:
    """Return the password of the directory's service account."""
    return unlock(directory.bind_password, secret_key)
