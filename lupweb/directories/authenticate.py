"""Ask a directory whether a user name and a password belong together: one user bind."""

from lupweb.directories.connect import Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import CredentialsRefused, DirectoryUnavailable, LupwebError
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals, given
from lupweb.ldap.server import unique_id_of
from lupweb.texts import _

LONGEST_PASSWORD = 1024
LONGEST_NAME = 512


class AmbiguousLogin(LupwebError):
    """Two entries have the same login; nobody can say whose password it is."""


def is_worth_asking(name: str, password: str) -> bool:
    """Return whether a directory may be asked at all.

    An empty password would sign in as nobody on many servers (RFC 4513 section 5.1.2), and Samba
    cuts a password at a NUL: such attempts never become a packet.
    """
    if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        return False
    try:
        size = len(password.encode())
        name.encode()
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_PASSWORD and "\0" not in password


def authenticate(facts: DirectoryFacts, name: str, password: str, connect: Connect) -> str | None:
    """Return the unique id of the entry that signed in, or None if there is no such entry.

    :raises CredentialsRefused: if the password is wrong
    :raises AmbiguousLogin: if two entries have this login
    :raises DirectoryUnavailable: if the directory cannot be asked now; the attempt does not count
    """
    if not is_worth_asking(name, password):
        raise CredentialsRefused(_("User name or password is wrong."))
    found = _find_entry(facts, name, connect)
    if found is None:
        return None
    entry, unique_id = found
    with connect(facts.server) as session:
        session.bind(entry.dn, password)
    return unique_id


def _find_entry(facts: DirectoryFacts, name: str, connect: Connect) -> tuple[Entry, str] | None:
    with connect(facts.server) as session:
        try:
            session.bind(facts.bind_dn, facts.password)
        except CredentialsRefused as error:
            raise DirectoryUnavailable(
                _("The directory refuses the service account; nobody can sign in with it.")
            ) from error
        key = session.traits().unique_id_attribute
        if key is None:
            return None  # nobody of such a directory can have been synchronized
        wanted = all_of(given(facts.user_filter), equals(facts.login_attribute, name))
        entries = session.search(facts.user_base_dn, wanted, [key], limit=2)
    if len(entries) > 1:
        ids = ", ".join(unique_id_of(entry, key) for entry in entries)
        raise AmbiguousLogin(_("Two entries have this login: %(ids)s", ids=ids))
    return (entries[0], unique_id_of(entries[0], key)) if entries else None
