"""In which line of a TOML text a key stands. Pure: the parser of the library does not say."""

import re

HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?")
KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
LONG_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', re.DOTALL)

Position = tuple[str, int, str]
"""Kind, number of its table counted from 0, name of the key; "" for the head of the table."""


def positions(text: str) -> dict[Position, int]:
    """Return where tables and keys stand; lines are counted from 1.

    What is written in another way than a table of plain keys is left out.
    """
    found: dict[Position, int] = {}
    tables: dict[str, int] = {}
    kind = ""
    for line, written in enumerate(_without_long_texts(text).splitlines(), start=1):
        header, key = HEADER.fullmatch(written), KEY.match(written)
        if header:
            kind = header[1]
            tables[kind] = tables.get(kind, -1) + 1
            found[kind, tables[kind], ""] = line
        elif key:
            place = (kind, tables[kind], key[1]) if kind else (key[1], 0, "")
            found.setdefault(place, line)
    return found


def _without_long_texts(text: str) -> str:
    return LONG_TEXT.sub(lambda match: "0" + "\n" * match[0].count("\n"), text)
