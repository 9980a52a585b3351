"""Ask a directory whether a user name and a password belong together: one user bind."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lupweb import clock
from lupweb.directories.connect import Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    LupwebError,
)
from lupweb.ldap.connection import Server
from lupweb.ldap.dn import fold_dn, join
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals, given
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.texts import _

LONGEST_PASSWORD = 1024
LONGEST_NAME = 512
NOBODY = "cn=lupweb-nobody-3f0c2c1e-6f0b-4d0e-9d0a-5a1f7c1b9e42"
"""The name below the people that no entry has: somebody unknown costs a bind, too (B11)."""
INVISIBLE = frozenset({"Cc", "Cf"})
"""Unicode categories without a shape: what looks like a name must be one (B07)."""
ASKED_AGAIN_AFTER = timedelta(minutes=15)
PATIENCE_S = 2.5
"""How long each of the two connections of a sign-in may be silent: 5 seconds in all."""
LOOKS_LIKE_A_DN = re.compile(r"^\s*[\w.-]+\s*=")
"""Active Directory answers with a name of Windows instead; then the own entry is read."""
DATA_CODE = re.compile(r"\bdata ([0-9a-f]{3,4})\b")
REASONS = {  # Active Directory and Samba: the hexadecimal code behind "data" (MS-ERREF 2.2)
    "525": "no such user (525)",
    "52e": "wrong password (52e)",
    "530": "not at this time of day (530)",
    "531": "not from this computer (531)",
    "532": "password expired (532)",
    "533": "account disabled (533)",
    "701": "account expired (701)",
    "773": "password must be changed (773)",
    "775": "account locked (775)",
}
STATE_ATTRIBUTES = (
    "pwdAccountLockedTime",
    "pwdReset",
    "nsAccountLock",
    "lockoutTime",
    "userAccountControl",
)
"""What may say why a bind was refused; for the log alone, the server decides."""
ACCOUNT_DISABLED = 2  # bit of userAccountControl (MS-ADTS 2.2.16)


class AmbiguousLogin(LupwebError):
    """Two entries have the same login; nobody can say whose password it is."""


class WrongIdentity(CredentialsRefused):
    """The server took the password, but not for the entry that we meant."""


@dataclass(frozen=True)
class FoundEntry:
    """The entry that a login names.

    :param id_attribute: what `unique_id` was read from
    :param says_who_am_i: whether the server lists the question in its rootDSE
    :param state: what the entry says about being locked or disabled, for the log
    """

    dn: str
    unique_id: str
    id_attribute: str
    says_who_am_i: bool
    state: str = ""


@dataclass(frozen=True)
class _Traits:
    """What every sign-in needs to know of a server; asked seldom, the schema is large."""

    id_attribute: str | None
    says_who_am_i: bool
    known_at: datetime


_traits: dict[tuple[int, Server, str], _Traits] = {}


def is_worth_asking(name: str, password: str) -> bool:
    """Return whether a directory may be asked at all.

    An empty password would sign in as nobody on many servers (RFC 4513 section 5.1.2), and Samba
    cuts a password at a NUL: such attempts never become a packet.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        return False
    if any(unicodedata.category(char) in INVISIBLE for char in name):
        return False
    try:
        size = len(password.encode())
        name.encode()
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_PASSWORD and "\0" not in password


def find_entry(facts: DirectoryFacts, name: str, connect: Connect) -> FoundEntry | None:
    """Return the one entry whose login is `name`, or None.

    :raises AmbiguousLogin: if two entries have this login
    :raises InvalidValue: if its unique id cannot be used
    :raises DirectoryError: if the directory cannot be asked now; the attempt does not count
    """
    server = facts.server if _known_traits(facts) is None else _impatient(facts.server)
    with connect(server) as session:
        try:
            session.bind(facts.bind_dn, facts.password)
        except CredentialsRefused as error:
            raise DirectoryUnavailable(
                _("The directory refuses the service account; nobody can sign in with it.")
            ) from error
        traits = _traits_of(facts, session)
        key = traits.id_attribute
        if key is None:
            return None  # nobody of such a directory can have been synchronized
        wanted = all_of(given(facts.user_filter), equals(facts.login_attribute, name))
        attributes = [key, *STATE_ATTRIBUTES]
        entries = session.search(facts.user_base_dn, wanted, attributes, limit=2)
    if len(entries) > 1:
        ids = ", ".join(unique_id_of(entry, key) for entry in entries)
        raise AmbiguousLogin(_("ambiguous login: %(ids)s", ids=ids))
    if not entries:
        return None
    (entry,) = entries
    unique_id = unique_id_of(entry, key)
    return FoundEntry(entry.dn, unique_id, key, traits.says_who_am_i, _state_of(entry))


def prove(facts: DirectoryFacts, found: FoundEntry, password: str, connect: Connect) -> None:
    """Sign in as an entry: exactly one bind.

    :raises CredentialsRefused: if the password is wrong, or proved somebody else
    :raises DirectoryError: if the directory cannot be asked now; the attempt does not count
    """
    with connect(_impatient(facts.server)) as session:
        session.bind(found.dn, password)
        if not _is_the_one(session, found):
            raise WrongIdentity(_("The server takes this sign-in for somebody else."))


def prove_nobody(facts: DirectoryFacts, password: str, connect: Connect) -> None:
    """Spend on an unknown name what `prove` spends on a known one: one bind that must fail."""
    with connect(_impatient(facts.server)) as session:
        session.bind(join(NOBODY, facts.user_base_dn), password)


def reason_of(error: CredentialsRefused, found: FoundEntry) -> str:
    """Return why a bind was refused, for the log and for nobody else."""
    if isinstance(error, WrongIdentity):
        return "signed in as somebody else"
    code = DATA_CODE.search(str(error))
    if code:
        return REASONS.get(code[1], f"refused with data {code[1]}")
    return found.state or "wrong password"


def _is_the_one(session: LdapSession, found: FoundEntry) -> bool:
    """Return whether the server takes us for the entry (hostile-input.md B06)."""
    name = session.who_am_i() if found.says_who_am_i else None
    if name is not None and (not name or LOOKS_LIKE_A_DN.search(name)):
        return fold_dn(name.strip()) == fold_dn(found.dn)
    try:
        own = session.read(found.dn, [found.id_attribute])
    except DirectoryRefused:
        return False
    return unique_id_of(own, found.id_attribute) == found.unique_id


def _traits_of(facts: DirectoryFacts, session: LdapSession) -> _Traits:
    known = _known_traits(facts)
    if known is None:
        told = session.traits()
        known = _Traits(told.unique_id_attribute, told.says_who_am_i, clock.now())
        _traits[_place_of(facts)] = known
    return known


def _known_traits(facts: DirectoryFacts) -> _Traits | None:
    known = _traits.get(_place_of(facts))
    if known is None or not known.known_at <= clock.now() < known.known_at + ASKED_AGAIN_AFTER:
        return None
    return known


def _place_of(facts: DirectoryFacts) -> tuple[int, Server, str]:
    return (facts.id, facts.server, facts.bind_dn)


def _impatient(server: Server) -> Server:
    return replace(
        server,
        network_timeout_s=min(server.network_timeout_s, PATIENCE_S),
        timeout_s=min(server.timeout_s, PATIENCE_S),
    )


def _state_of(entry: Entry) -> str:
    """Return what an entry says about itself that may explain a refusal; "" if nothing."""
    told = {name: (entry.first(name) or b"").decode(errors="replace") for name in STATE_ATTRIBUTES}
    flags = told["userAccountControl"]
    if flags.isdecimal() and int(flags) & ACCOUNT_DISABLED:
        return "account disabled (userAccountControl)"
    for name in ("pwdAccountLockedTime", "lockoutTime"):
        if told[name].strip("0"):
            return f"account locked ({name})"
    for name in ("nsAccountLock", "pwdReset"):
        if told[name].upper() == "TRUE":
            return f"account locked or to be changed ({name})"
    return ""
