"""The control that brings an entry back as it is behind a change (post-read, RFC 4527).

Its answer is read here: pyasn1, by which python-ldap reads it, takes as long as all the rest of a
change. LDAP uses one form of BER only, with lengths that are told beforehand (RFC 4511 5.1).
"""

from collections.abc import Iterator
from functools import lru_cache

from ldap.controls import RequestControl, ResponseControl
from ldap.controls.readentry import PostReadControl

from lupweb.ldap.entry import Entry

SEARCH_RESULT_ENTRY = 0x64
"""[APPLICATION 4], constructed: RFC 4511 section 4.5.2. Some servers leave it a plain sequence."""
SEQUENCE, SET, OCTET_STRING = 0x30, 0x31, 0x04
LONG = 0x80
"""The bit of a length that says how many bytes tell it."""
Element = tuple[int, memoryview]
"""Tag and content."""


@lru_cache(maxsize=256)
def asking_back(attributes: tuple[str, ...]) -> RequestControl:
    """Return the control, critical, that asks for these attributes."""
    control = PostReadControl(True, list(attributes))
    return RequestControl(control.controlType, True, control.encodeControlValue())


class BroughtBack(ResponseControl):
    """The answer, as it came."""

    encoded = b""

    def decodeControlValue(self, encodedControlValue: bytes) -> None:  # noqa: N802, N803
        """Keep it: the change took effect, whether or not this can be read."""
        self.encoded = encodedControlValue


ANSWERS = {PostReadControl.controlType: BroughtBack}
"""By which class python-ldap takes the answer in."""


def entry_in(encoded: bytes) -> Entry | None:
    """Return the entry of a SearchResultEntry; None if it is none, or a part is missing."""
    try:
        return _entry(memoryview(encoded))
    except (IndexError, ValueError):  # also of text that is not UTF-8
        return None


def _entry(encoded: memoryview) -> Entry:
    ((tag, content),) = _elements(encoded)
    if tag not in {SEARCH_RESULT_ENTRY, SEQUENCE}:
        raise ValueError("no entry")
    name, attributes = _elements(content)
    found = {}
    for attribute in _elements(_inside(attributes, SEQUENCE)):
        described, values = _elements(_inside(attribute, SEQUENCE))
        each = [bytes(_inside(value, OCTET_STRING)) for value in _elements(_inside(values, SET))]
        found[str(_inside(described, OCTET_STRING), "utf-8")] = each
    return Entry(str(_inside(name, OCTET_STRING), "utf-8"), found)


def _inside(element: Element, wanted: int) -> memoryview:
    tag, content = element
    if tag != wanted:
        raise ValueError("another type")
    return content


def _elements(content: memoryview) -> Iterator[Element]:
    """Yield what stands one behind the other. :raises ValueError: if the last is cut off"""
    at = 0
    while at < len(content):
        tag, length = content[at], content[at + 1]
        at += 2
        if length & LONG:
            told_by = length & ~LONG
            length = int.from_bytes(content[at : at + told_by], "big")
            at += told_by
        if at + length > len(content):
            raise ValueError("cut off")
        yield tag, content[at : at + length]
        at += length
