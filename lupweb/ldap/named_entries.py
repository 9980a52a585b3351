"""Which entries the values of an entry name: by what stays the same when those are moved.

Active Directory tells it in the values themselves, `<GUID=…>;<SID=…>;CN=…`, if it is asked with the
extended DN control (MS-ADTS 3.1.1.3.4.1.5); the name of the entry comes in that form as well. Here
they become plain DNs again, so that nobody else meets the ids, and the ids stand aside. Pure.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ldap.controls import RequestControl

from lupweb.ldap.dn import folded_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import base_name
from lupweb.ldap.server import ServerTraits

NAMED = "<named>"
"""Where the ids of an answer stand, and what a request for them begins with (`asking_ids`). No
attribute can be called that."""
EXTENDED_DN = "1.2.840.113556.1.4.529"
AS_TEXT = RequestControl(EXTENDED_DN, False, bytes((0x30, 3, 2, 1, 1)))
"""Flag 1: ids as text. Not critical: a server that ignores it answers with plain DNs."""
LONGEST = 2_000
"""Bytes of a DN whose id is kept; PostgreSQL finds nothing by a key of more than 2,704."""
DN_SYNTAX = "1.3.6.1.4.1.1466.115.121.1.12"
IDS = re.compile(r"(?:<[A-Za-z_]+=[^<>]*>;)+")
GUID = re.compile(r"<GUID=([0-9A-Fa-f-]{32,36})>")
Row = tuple[Any, Mapping[str, Sequence[bytes]]]


def attributes_with_ids(traits: ServerTraits, attributes: Iterable[str]) -> list[str]:
    """Return those attributes whose values a server can give with ids: none but on AD."""
    if not traits.is_active_directory or EXTENDED_DN not in traits.controls:
        return []
    return [name for name in attributes if traits.schema.syntax(name) == DN_SYNTAX]


def asking_ids(attribute: str) -> str:
    """Return what to ask for beside an attribute to get the ids of the entries that it names."""
    return f"{NAMED};{attribute}"


def parted_wishes(wanted: Iterable[str]) -> tuple[list[str], frozenset[str]]:
    """Return the attributes to ask for, and the folded names of those that shall come with ids."""
    wishes = [*wanted]
    plain = [name for name in wishes if not name.startswith(NAMED)]
    ids = (name.removeprefix(f"{NAMED};") for name in wishes if name.startswith(NAMED))
    return plain, frozenset(map(base_name, ids))


def apart(rows: Sequence[Row], attributes: Collection[str]) -> list[Row]:
    """Return rows with plain DNs; what the entries name stands in each under `NAMED`.

    :param attributes: those that hold DNs, as `parted_wishes` gives them
    """
    return [row if row[0] is None else _apart(row, attributes) for row in rows]


def ids_named(entry: Entry) -> dict[str, str]:
    """Return folded DN -> unique id of the entries that an entry names, as far as it is told.

    Nothing of what is no DN, which a database may not take, nor of a DN that is too long for it.
    """
    pairs = (each.decode("utf-8", "replace").partition(";") for each in entry.values(NAMED))
    folded = ((folded_dn(dn), unique_id) for unique_id, _parting, dn in pairs)
    return {dn: unique_id for dn, unique_id in folded if dn and len(dn.encode()) <= LONGEST}


def _apart(row: Row, attributes: Collection[str]) -> Row:
    dn, values = row
    found = {name: values[name] for name in values if name != NAMED}  # whoever sends that lies
    told: list[bytes] = []
    for name, each in values.items():
        if base_name(name) in attributes:
            found[name] = [_plain(value, told) for value in each]
    if told:
        found[NAMED] = told
    return _split(dn)[1], found


def _plain(value: bytes, told: list[bytes]) -> bytes:
    if not value.startswith(b"<"):
        return value
    unique_id, dn = _split(value.decode("utf-8", "surrogateescape"))
    plain = dn.encode("utf-8", "surrogateescape")
    if unique_id:
        told.append(unique_id.encode() + b";" + plain)
    return plain


def _split(text: str) -> tuple[str, str]:
    """Return the unique id in front of a DN, "" if there is none, and the DN without any id."""
    ids = IDS.match(text)
    if ids is None:
        return "", text
    guid = GUID.search(ids[0])
    return _as_kept(guid[1]) if guid else "", text[ids.end() :]


def _as_kept(guid: str) -> str:
    """Return a GUID as unique ids are kept; "" if it is none. Without dashes it is in raw bytes."""
    try:
        return str(UUID(guid) if "-" in guid else UUID(bytes_le=bytes.fromhex(guid)))
    except ValueError:
        return ""
