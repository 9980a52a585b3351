"""Attributes of directories that are never read, or never written, as values of people. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from lupweb.ldap.dn import fold_type, rdn_attributes
from lupweb.ldap.schema import Schema, base_name

# writeback.md section 14; policies and groups read some of them through their own code.
NEVER_READ = frozenset(
    {
        "userpassword", "unicodepwd", "dbcspwd", "authpassword", "supplementalcredentials",
        "ntpwdhistory", "lmpwdhistory", "sambantpassword", "sambalmpassword", "krbprincipalkey",
        "sshpublickey", "pwdhistory", "uniquemember", "useraccountcontrol", "ms-mcs-admpwd",
        "mslaps-password", "mslaps-encryptedpassword", "msds-managedpassword", "ipanthash",
        "userpkcs12", "msfve-recoverypassword", "mssfu30password",
    }
)  # fmt: skip
NEVER_READ_BEGINNINGS = ("member", "olc")  # olcRootPW and the rest of OpenLDAP's own set-up
# The numbers of the same attributes (RFC 4519, RFC 2798, MS-ADA): a server takes either.
NEVER_READ_NUMBERS = frozenset(
    {
        "2.5.4.35", "2.5.4.31", "2.5.4.50", "1.3.6.1.4.1.4203.1.3.4", "1.2.840.113556.1.4.90",
        "1.2.840.113556.1.4.55", "1.2.840.113556.1.4.125", "1.2.840.113556.1.4.94",
        "1.2.840.113556.1.4.160", "1.3.6.1.4.1.7165.2.1.24", "1.3.6.1.4.1.7165.2.1.25",
        "2.16.840.1.113719.1.301.4.39.1", "1.3.6.1.4.1.24552.500.1.1.1.13",
        "1.3.6.1.4.1.42.2.27.8.1.20", "1.2.840.113556.1.2.102", "1.3.6.1.1.1.1.12",
        "1.2.840.113556.1.4.8",
    }
)  # fmt: skip
# What decides who somebody is and what they may do, beside what is never read.
NEVER_WRITTEN = frozenset(
    {
        "objectclass", "memberof", "uid", "userid", "samaccountname", "userprincipalname",
        "accountexpires", "lockouttime", "objectguid", "objectsid", "sidhistory", "entryuuid",
        "nsuniqueid", "uidnumber", "gidnumber", "homedirectory", "loginshell",
        "serviceprincipalname", "admincount", "aci",
    }
)  # fmt: skip
NEVER_WRITTEN_BEGINNINGS = ("ns", "pwd", "msds-")
NEVER_WRITTEN_NUMBERS = frozenset(
    {
        "2.5.4.0", "0.9.2342.19200300.100.1.1", "1.2.840.113556.1.4.221", "1.2.840.113556.1.4.656",
        "1.2.840.113556.1.4.159", "1.2.840.113556.1.4.662", "1.2.840.113556.1.4.2",
        "1.2.840.113556.1.4.146", "1.2.840.113556.1.4.609", "1.3.6.1.1.16.4", "1.3.6.1.1.1.1.0",
        "1.3.6.1.1.1.1.1", "1.3.6.1.1.1.1.3", "1.3.6.1.1.1.1.4", "1.2.840.113556.1.4.44",
        "1.2.840.113556.1.4.771", "1.2.840.113556.1.4.150", "2.16.840.1.113730.3.1.55",
    }
)  # fmt: skip


def is_never_written(
    attribute: str, *, schema: Schema | None = None, dn: str = "", also: Iterable[str] = ()
) -> bool:
    """Return whether an attribute of people must not be changed; case and options do not matter.

    :param schema: of the directory: all names of the attribute are looked at then, and whether
        anybody but the server may change it
    :param dn: of an entry: what is part of its name is not changed here
    :param also: the attributes of key, login and correlation, and what an administrator added
    """
    known = schema or Schema()
    if not known.is_modifiable(attribute):
        return True
    return is_barred(known.names_of(attribute), dn=dn, barred=also)


def is_barred(names: Iterable[str], *, dn: str = "", barred: Iterable[str] = ()) -> bool:
    """Return whether an attribute of these names must not be changed, by its names alone.

    :param names: all names of one attribute, and its number
    :param dn: of an entry: what is part of its name is not changed here
    """
    plain = {_plain(name) for name in names}
    folded = {fold_type(_plain(name)) for name in barred} | rdn_attributes(dn)
    return any(
        fold_type(name) in folded
        or is_never_read(name)
        or name in NEVER_WRITTEN
        or name in NEVER_WRITTEN_NUMBERS
        or name.startswith(NEVER_WRITTEN_BEGINNINGS)
        for name in plain
    )


def barred_attributes(
    login: str, email: str, chosen: Mapping[str, Any], *, key: str = ""
) -> list[str]:
    """Return what is not written in one directory beside what never is.

    That is what tells who somebody is there, and what administrators added (writeback.md 14).

    :param login: the attribute of the directory that holds logins
    :param email: the one that holds addresses
    :param chosen: the options of the site
    :param key: the one that was chosen to tell people apart, if one was
    """
    by = chosen.get("match_people_by", "login")
    matched = {"login": login, "email": email}.get(by, by)
    return [name for name in (login, matched, key, *chosen.get("never_written", ())) if name]


def is_never_read(attribute: str) -> bool:
    """Return whether an attribute must not become a field; case and options do not matter."""
    name = _plain(attribute)
    return (
        name in NEVER_READ or name in NEVER_READ_NUMBERS or name.startswith(NEVER_READ_BEGINNINGS)
    )


def _plain(attribute: str) -> str:
    """Return the name or number in the form that is compared: 2.5.4.035 is 2.5.4.35."""
    name = base_name(attribute)
    if name[:1].isdigit():
        return ".".join(part.lstrip("0") or "0" for part in name.split("."))
    return name
