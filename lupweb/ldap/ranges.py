"""All values of an attribute, where a server hands out only so many at a time.

Active Directory gives 1,500 values under a name such as `member;range=0-1499`, beside an empty
`member`; the rest is asked for piece by piece (MS-ADTS, 3.1.1.3.1.3.3).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lupweb.errors import DirectoryRefused
from lupweb.ldap.entry import Entry
from lupweb.texts import _

RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9}|\*)", re.I)
MOST_PIECES = 10_000

Read = Callable[[str, Sequence[str]], Entry]
"""Reads one entry with these attributes, as the server gives it."""


@dataclass(frozen=True)
class _Piece:
    name: str
    first: int
    end: int | None
    """The place behind its last value; None if the attribute ends here."""
    values: Sequence[bytes]


def complete(entry: Entry, read: Read) -> Entry:
    """Return `entry` with all values of the attributes of which the server gave a first piece.

    :raises DirectoryRefused: if the server does not go on where it stopped
    """
    pieces = [piece for name, values in entry.attributes.items() if (piece := _piece(name, values))]
    if not pieces:
        return entry
    attributes = {
        name: values for name, values in entry.attributes.items() if not _piece(name, values)
    }
    for piece in pieces:
        found = [*attributes.get(piece.name, ()), *_all_values(entry.dn, piece, read)]
        attributes[piece.name] = list(dict.fromkeys(found))  # members may move up meanwhile
    return Entry(entry.dn, attributes)


def _all_values(dn: str, piece: _Piece, read: Read) -> list[bytes]:
    values = list(piece.values)
    for _number in range(MOST_PIECES):
        if piece.end is None:
            return values
        piece = _next(dn, piece, read)
        values += piece.values
    raise _broken(piece.name)


def _next(dn: str, piece: _Piece, read: Read) -> _Piece:
    answer = read(dn, [f"{piece.name};range={piece.end}-*"])
    for name, values in answer.attributes.items():
        found = _piece(name, values)
        if found and found.name.casefold() == piece.name.casefold():
            if found.first == piece.end and (found.values or found.end is None):
                return found
            break
    raise _broken(piece.name)


def _piece(name: str, values: Sequence[bytes]) -> _Piece | None:
    match = RANGE.fullmatch(name)
    if match is None:
        return None
    end = None if match["last"] == "*" else int(match["last"]) + 1
    return _Piece(match["name"], int(match["first"]), end, values)


def _broken(attribute: str) -> DirectoryRefused:
    return DirectoryRefused(
        _(
            "The server gives the values of %(attribute)s piece by piece, but does not go on where"
            " it stopped. They are not complete, so nothing is changed because of them."
            " Its administrator must look at this entry.",
            attribute=attribute[:200],
        )
    )
