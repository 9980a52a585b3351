"""An invented company as LDIF (RFC 2849) for slapadd, written entry by entry.

Unique ids and change stamps are part of it, so that a company loaded twice holds the same people.
"""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TextIO
from uuid import NAMESPACE_DNS, uuid5

from lupweb.demo import work
from lupweb.demo.company import DOMAIN, NAME, Company
from lupweb.demo.groups import Group
from lupweb.demo.person import Person
from lupweb.demo.portraits import portrait
from lupweb.embedded.slapd import Layout, hashed
from lupweb.ldap.dn import escape_value, join

SUFFIX = "dc=nordhafen,dc=example"
PEOPLE_BASE = join("ou=people", SUFFIX)
GROUPS_BASE = join("ou=groups", SUFFIX)
SERVICES_BASE = join("ou=services", SUFFIX)
SERVICES = ("reader", "writer")
READER, WRITER = (join(f"cn={name}", SERVICES_BASE) for name in SERVICES)
WRITABLE = (
    "telephoneNumber", "mobile", "roomNumber", "description", "displayName", "jpegPhoto",
    "nordhafenSkill",
)  # fmt: skip
# What inetOrgPerson has no attribute for. The numbers are OpenLDAP's own range for experiments.
SCHEMA = """
attributetype ( 1.3.6.1.4.1.4203.666.1.7301 NAME 'nordhafenStart' DESC 'first day of work'
  EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.7302 NAME 'nordhafenBirthday' DESC 'day.month.year'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.7303 NAME 'nordhafenChat' DESC 'name in the company chat'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.7304 NAME 'nordhafenHours' DESC 'working hours'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.7305 NAME 'nordhafenSkill' DESC 'what a person knows'
  EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.4203.666.3.7306 NAME 'nordhafenPerson' AUXILIARY
  MAY ( nordhafenStart $ nordhafenBirthday $ nordhafenChat $ nordhafenHours $ nordhafenSkill ) )
"""
LAYOUT = Layout(suffix=SUFFIX, reader=READER, writer=WRITER, writable=WRITABLE, schema=SCHEMA)
MADE = "20260105080000"
IDENTITIES = uuid5(NAMESPACE_DNS, DOMAIN)
LONGEST_LINE = 76
PLACES = {place.name: place for place in work.PLACES}
PERSON = ("top", "person", "organizationalPerson", "inetOrgPerson", "nordhafenPerson")
# What RFC 2849 lets stand as it is: SAFE-STRING, and no blank at the end.
_is_safe = re.compile(r"[A-Za-z]+: [!-9;=-~](?:[ -~]*[!-~])?").fullmatch
Line = tuple[str, str | bytes | None]


def dn_of(person: Person) -> str:
    """Return the DN of a person's entry."""
    values = {"uid": person.uid, "cn": person.display_name}
    return join(
        "+".join(f"{name}={escape_value(values[name])}" for name in person.rdn), PEOPLE_BASE
    )


def dn_of_group(group: Group) -> str:
    """Return the DN of a group's entry."""
    return join(f"cn={escape_value(group.name)}", GROUPS_BASE)


def write_ldif(
    company: Company,
    path: Path,
    *,
    service_passwords: Mapping[str, str],
    with_passwords: bool = True,
) -> None:
    """Write the company to `path`, readable by its owner only; the same bytes for the same input.

    :param service_passwords: one for each of `SERVICES`
    :param with_passwords: whether people get theirs (`company.password_of`)
    """
    with open(path, "w", encoding="ascii", newline="\n", opener=_private) as file:
        for dn, lines in entries(company, service_passwords, with_passwords=with_passwords):
            _write_entry(file, dn, lines)


def entries(
    company: Company, service_passwords: Mapping[str, str], *, with_passwords: bool
) -> Iterator[tuple[str, list[Line]]]:
    """Yield DN and attributes of each entry, parents first; a value of None or "" is not there."""
    for serial, (dn, lines) in enumerate(_entries(company, service_passwords, with_passwords)):
        yield dn, [*lines, *_operational(dn, serial)]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _entries(
    company: Company, service_passwords: Mapping[str, str], with_passwords: bool
) -> Iterator[tuple[str, list[Line]]]:
    yield from _organization()
    for name in SERVICES:
        dn = join(f"cn={name}", SERVICES_BASE)
        classes = _classes("organizationalRole", "simpleSecurityObject")
        password = _hashed(service_passwords[name], dn)
        yield dn, [*classes, ("cn", name), ("userPassword", password)]
    dns = {person.uid: dn_of(person) for person in company.people}
    belongs = _memberships(company.groups)
    for person in company.people:
        dn = dns[person.uid]
        lines = _person(person, dns)
        if with_passwords:
            lines.append(("userPassword", _hashed(company.password_of(person.uid), dn)))
        lines += [("memberOf", group) for group in belongs.get(person.uid, ())]
        yield dn, lines
    yield from _groups(company.groups, dns)


def _organization() -> Iterator[tuple[str, list[Line]]]:
    domain = SUFFIX.split(",", maxsplit=1)[0].partition("=")[2]
    yield SUFFIX, [*_classes("dcObject", "organization"), ("dc", domain), ("o", NAME)]
    for dn in (PEOPLE_BASE, GROUPS_BASE, SERVICES_BASE):
        name = dn.split(",", maxsplit=1)[0].partition("=")[2]
        yield dn, [*_classes("organizationalUnit"), ("ou", name)]


def _person(person: Person, dns: Mapping[str, str]) -> list[Line]:
    place = PLACES[person.location]
    return [
        *_classes(*PERSON),
        ("uid", person.uid),
        ("cn", person.display_name),
        ("displayName", person.display_name),
        ("givenName", person.given_name),
        ("sn", person.family_name),
        ("mail", person.mail),
        ("telephoneNumber", person.phone),
        ("mobile", person.mobile),
        ("homePhone", person.emergency_phone),
        ("title", person.title),
        ("departmentNumber", person.department),
        ("ou", person.team),
        ("o", NAME),
        ("l", person.location),
        ("street", place.street),
        ("postalCode", place.postal_code),
        ("roomNumber", person.room),
        ("manager", _manager(person, dns)),
        ("employeeNumber", person.employee_number),
        ("employeeType", person.first_aid),
        ("description", person.about),
        ("preferredLanguage", person.language),
        ("nordhafenStart", f"{person.start:%Y%m%d}000000Z"),
        ("nordhafenBirthday", _day(person.birthday)),
        ("nordhafenChat", person.chat),
        ("nordhafenHours", person.hours),
        *(("nordhafenSkill", skill) for skill in person.skills),
        ("jpegPhoto", None if person.portrait is None else portrait(person.portrait)),
    ]


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"


def _manager(person: Person, dns: Mapping[str, str]) -> str | None:
    if person.manager is None:
        return None
    # Somebody names a manager who is not there.
    return dns.get(person.manager) or join(f"uid={escape_value(person.manager)}", PEOPLE_BASE)


def _groups(groups: Iterable[Group], dns: Mapping[str, str]) -> Iterator[tuple[str, list[Line]]]:
    by_key = {group.key: dn_of_group(group) for group in groups}
    inside = {key: group.key for group in groups for key in group.subgroups}
    for group in groups:
        members = [by_key[key] for key in group.subgroups] + [dns[uid] for uid in group.members]
        lines: list[Line] = [
            *_classes("groupOfNames"),
            ("cn", group.name),
            ("description", group.description),
            *(("member", member) for member in members),
        ]
        if group.key in inside:
            lines.append(("memberOf", by_key[inside[group.key]]))
        yield by_key[group.key], lines


def _memberships(groups: Iterable[Group]) -> dict[str, list[str]]:
    belongs: dict[str, list[str]] = {}
    for group in groups:
        dn = dn_of_group(group)
        for uid in group.members:
            belongs.setdefault(uid, []).append(dn)
    return belongs


def _operational(dn: str, serial: int) -> list[Line]:
    return [
        ("entryUUID", str(uuid5(IDENTITIES, dn))),
        ("createTimestamp", f"{MADE}Z"),
        ("modifyTimestamp", f"{MADE}Z"),
        ("entryCSN", f"{MADE}.{serial:06}Z#000000#000#000000"),
    ]


def _classes(*names: str) -> list[Line]:
    return [("objectClass", name) for name in names]


def _hashed(password: str, dn: str) -> str:
    return hashed(password, hashlib.blake2b(dn.encode(), digest_size=8).digest())


def _write_entry(file: TextIO, dn: str, lines: Iterable[Line]) -> None:
    written = [_line("dn", dn)]
    written += [_line(name, value) for name, value in lines if value]
    file.write("\n".join(written) + "\n\n")


def _line(name: str, value: str | bytes | None) -> str:
    if isinstance(value, bytes):
        return _encoded_picture(name, value)
    line = f"{name}: {value or ''}"
    if not _is_safe(line):
        line = f"{name}:: {b64encode((value or '').encode()).decode()}"
    return line if len(line) <= LONGEST_LINE else _folded(line)


@cache
def _encoded_picture(name: str, value: bytes) -> str:
    return _folded(f"{name}:: {b64encode(value).decode()}")


def _folded(line: str) -> str:
    first, rest = line[:LONGEST_LINE], line[LONGEST_LINE:]
    step = LONGEST_LINE - 1
    pieces = (rest[at : at + step] for at in range(0, len(rest), step))
    return "\n ".join((first, *pieces))
