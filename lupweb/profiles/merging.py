"""What becomes of one field on save: base, mine, theirs. Pure.

A form carries digests of what it was made from, no values: they are enough to see who changed
what, and a form that says nonsense only makes us ask.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

VERSION = "1"
LONGEST = 100_000  # characters of a revision that are read at all
ENTRY = re.compile(
    r"(?P<key>[A-Za-z0-9_-]{1,64}):(?P<may>[el])(?P<stored>[\w-]{12}):(?P<typed>[\w-]{12})"
    r"(?::(?P<asked>[\w-]{12}))?",
    re.ASCII,
)


class Choice(StrEnum):
    """Whose value is kept, where two people changed the same field."""

    MINE = "mine"
    THEIRS = "theirs"


class Outcome(StrEnum):
    """What becomes of a field.

    `TOLD`: others changed it and I did not, so theirs stays, and I am told.
    """

    NOTHING = "nothing"
    TAKE_MINE = "take_mine"
    KEEP_THEIRS = "keep_theirs"
    TOLD = "told"
    CLASH = "clash"


@dataclass(frozen=True)
class Mark:
    """What one field was when a form was made.

    :param stored: digest of the stored value
    :param typed: digest of what stood in the controls
    :param is_editable: whether it could be edited in that form
    :param asked: digest of the stored value that was shown beside mine to choose from; "" if none
    """

    stored: str
    typed: str
    is_editable: bool = True
    asked: str = ""


UNKNOWN = Mark("-" * 12, "-" * 12)
"""The mark of a field in a form that does not say what it was made from: it fits no value."""


@dataclass(frozen=True)
class Revision:
    """What a form was made from: of whom, and the mark of every field that was shown."""

    person_id: int
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def encode(self) -> str:
        """Return it as one text for a hidden control."""
        entries = [_entry(key, mark) for key, mark in self.marks.items()]
        return ".".join([VERSION, str(self.person_id), *entries])

    @classmethod
    def decode(cls, text: str, person_id: int) -> "Revision":
        """Return what `text` says about this person.

        Whatever cannot be read, or is about somebody else, says nothing: such a form is stale.
        """
        version, _dot, rest = text[:LONGEST].partition(".")
        about, _dot, entries = rest.partition(".")
        if (version, about) != (VERSION, str(person_id)):
            return cls(person_id)
        found = [ENTRY.fullmatch(entry) for entry in entries.split(".")]
        return cls(person_id, {each["key"]: _mark(each) for each in found if each})


@dataclass(frozen=True)
class Value:
    """One side of a comparison: digests of a stored value and of its controls."""

    stored: str
    typed: str


def is_touched(base: Mark | None, typed: str) -> bool:
    """Return whether somebody changed what stood in the controls."""
    return base is None or base.typed != typed


def merge(base: Mark | None, mine: Value, theirs: Value, choice: str = "") -> Outcome:
    """Compare the three sides of one field.

    Mine is taken only over a value that I have seen: the one that the form was made from, or the
    one that was shown beside mine when I chose (product.md section 3).

    :param base: None if the form does not say what it was made from
    :param mine: what was sent
    :param theirs: what is stored now
    :param choice: what the person chose, as it was sent
    """
    if mine.stored == theirs.stored or mine.typed == theirs.typed:
        return Outcome.NOTHING
    if not is_touched(base, mine.typed):
        return Outcome.NOTHING if base and base.stored == theirs.stored else Outcome.TOLD
    if base and base.stored == theirs.stored:
        return Outcome.TAKE_MINE
    if base and base.asked == theirs.stored and choice in set(Choice):
        return Outcome.TAKE_MINE if choice == Choice.MINE else Outcome.KEEP_THEIRS
    if base and base.stored == mine.stored:  # the same, put another way: “b, a” for “a, b”
        return Outcome.TOLD
    return Outcome.CLASH


def digest(*texts: str) -> str:
    """Return 12 characters that differ when any of `texts` differs."""
    sized = "".join(f"{len(text)}:{text}" for text in texts)
    found = hashlib.blake2b(sized.encode("utf-8", "surrogatepass"), digest_size=9).digest()
    return base64.urlsafe_b64encode(found).decode()


def controls_digest(typed: Sequence[str]) -> str:
    """Return the digest of what stands in the controls of a field.

    Line breaks, outer blanks and empty controls make no difference: browsers send them as they
    like. Neither does the order: several values stand in that of the list they are chosen from.
    """
    plain = ["\n".join(text.split("\r\n")).strip() for text in typed]
    return digest(*sorted(text for text in plain if text))


def _entry(key: str, mark: Mark) -> str:
    may = "e" if mark.is_editable else "l"
    parts = [key, may + mark.stored, mark.typed, mark.asked]
    return ":".join(part for part in parts if part)


def _mark(found: re.Match[str]) -> Mark:
    return Mark(found["stored"], found["typed"], found["may"] == "e", found["asked"] or "")
