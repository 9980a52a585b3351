"""The lines of which vCards and calendars are made: how values stand in them. Pure."""

import re
import unicodedata

LINE = 75
"""Octets of a line (RFC 6350 section 3.2, RFC 5545 section 3.1)."""
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
SPECIAL = re.compile(r"([\\,;])")


def escaped(text: str) -> str:
    """Return `text` as a value; no line of it begins another property.

    RFC 6350 section 3.4 and RFC 5545 section 3.3.11.
    """
    lines = LINE_BREAKS.sub("\n", text)
    clean = "".join(
        each for each in lines if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )
    return SPECIAL.sub(r"\\\1", clean).replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, none of which cuts a character."""
    if line.isascii():
        starts = range(LINE, len(line), LINE - 1)
        return "\r\n ".join([line[:LINE], *(line[at : at + LINE - 1] for at in starts)]) + "\r\n"
    pieces, room = [""], LINE
    for sign in line:
        octets = len(sign.encode())
        if octets > room:
            pieces.append(" ")
            room = LINE - 1
        pieces[-1] += sign
        room -= octets
    return "\r\n".join(pieces) + "\r\n"
