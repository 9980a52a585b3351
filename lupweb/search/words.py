"""The words by which people are found, and what a query asks for. Pure.

**Words.** A text is cut at blanks, commas, semicolons, slashes, brackets, quotes and all other
signs, except those that stand inside a word: dots, hyphens, apostrophes, “_”, “&”, “+” and “@”.
What is left is a *chunk*. A chunk of several parts is found from the start of each part on, without
the signs: “Karl-Heinz” by “karlheinz” and by “heinz”. A mail address is found as a whole, and from
each part on up to the “@” or, behind it, to the end. In scripts without blanks (Chinese, Japanese,
Korean, Thai, Lao, Burmese, Khmer) a word is found from each letter on. Words count up to 60
letters, chunks from their first 24 starts on.

**Letters.** Case, accents and invisible characters do not count. Umlauts do in three ways: “Müller”
is found as “muller” and as “mueller”; what is written “Mueller” also as “muller”. Digits of all
scripts are the same.

**A query** is cut in the same way; 200 characters of it count, and 12 chunks. Each has to be found,
and is the beginning of a word: “ann schm” finds Anna Schmidt. A chunk of several parts is found as
one word without the signs, or by all its parts in any order; a mail address only as one word. A
single letter belongs to the part behind it, the last one to the part before it: “O’Neil” is “oneil”
and nothing else. A word is asked as it is and, with umlauts, spelled out. One of five letters or
more with “ae”, “oe”, “ue” or “aa” is asked with one letter for the two as well, so that “Mueller”
finds Muller.

**Numbers.** Values of five digits or more that are telephone numbers, or nothing but a number, are
found by four digits or more anywhere inside; “(0)” does not count. A telephone number of the
country is found in its international form as well. Of the chunks of a telephone number only the
last one is a word, the extension: “777” finds “+49 40 66969-777”. Neighbouring chunks of digits in
a query are one number if they have four digits together: “040 66969777”. Two zeros or one at its
start may be missing in the value. The chunks may also be found as words, each by itself.

**Nothing typed** leaves everybody; nothing but signs, such as “%”, finds nobody.

**Whose words.** Name, login and mail address are found by everybody. So are the values of
searchable fields, unless they are restricted: those are found by whoever may read them, and by
oneself. A person is found if each chunk is found in what the one who searches may find.

**Typos.** See `typos.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from lupweb.search.folding import (
    AT,
    JOINER,
    chunks,
    collapsed,
    has_pair,
    plain,
    signs_sorted,
    spelled_out,
)

VERSION = 2
"""Counts up with every change of what is stored, so that an upgrade writes the words anew."""
LONGEST_QUERY = 200
MOST_WORDS = 12
LONGEST_WORD = 60
MOST_STARTS = 24
"""From how many places on a chunk is found: enough for a name, and nobody's essay fills a disk."""
FEWEST_DIGITS = 4
LONGEST_NUMBER = 40
FEWEST_COLLAPSED = 5
TRUNK_ZERO = "(0)"
_no_digits = re.compile(r"[^0-9]+")
_number_only = re.compile(r"[+(]*[0-9][-+0-9 ()./]{0,58}")
_digits = re.compile(r"[0-9]+")
_part = re.compile(r"[^.@]+")
_unspaced = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Word:
    """One word of a query: a person has a word that begins with one of `forms`.

    :param typed: the folded word, which similar names are looked for by
    :param instead: similar names that are asked for in place of `forms`, in what everybody may find
    """

    typed: str
    forms: tuple[str, ...]
    instead: tuple[str, ...] = ()

    @property
    def public_forms(self) -> tuple[str, ...]:
        """Return what is asked for in what everybody may find."""
        return self.instead or self.forms


@dataclass(frozen=True)
class Number:
    """A number of a query: one of `forms` stands inside a number of the person."""

    forms: tuple[str, ...]


Alternative = tuple[Word | Number, ...]
"""What has to be found together."""


@dataclass(frozen=True)
class Term:
    """One word as somebody typed it: one of its alternatives has to be found."""

    alternatives: tuple[Alternative, ...]


def words_of(text: str) -> str:
    """Return the words by which `text` is found, parted by blanks; some more than once."""
    return " ".join(filter(None, map(_part_words, text.split())))


def address_words(address: str) -> str:
    """Return what `words_of` does; several times as fast for a plain mail address."""
    written = address.lower() if address.isascii() else ""
    local, _at, domain = written.partition(AT)
    parts = local.split(JOINER)
    # letters, digits and single dots before the “@”: nothing else means something there
    is_plain = all(map(str.isalnum, parts)) and len(parts) <= MOST_WORDS and not has_pair(local)
    known = _domain_words(domain) if is_plain and len(written) <= LONGEST_WORD else None
    if known is None:
        return words_of(address)
    whole, ends = known
    shorter = ["".join(parts[start:]) for start in range(1, len(parts))]
    return " ".join(["".join(parts) + whole, *shorter, ends])


@lru_cache(maxsize=1_024)
def _domain_words(domain: str) -> tuple[str, str] | None:
    """Return a plain domain without its dots, and its words; None if it is not plain."""
    written = signs_sorted(domain)
    if not written or " " in written or AT in written:
        return None
    return written.replace(JOINER, ""), _part_words(domain)


@lru_cache(maxsize=16_384)
def _part_words(text: str) -> str:
    """Return the words of a text without blanks: most names are those of many people."""
    if text.isascii() and text.isalnum():
        written = text.lower()[:LONGEST_WORD]
        if not has_pair(written):
            return written
    return " ".join(word for chunk in chunks(text) for word in chunk_words(chunk))


def chunk_words(chunk: str) -> Iterable[str]:
    """Return the words by which a chunk is found, in all its spellings."""
    found: dict[str, None] = {}
    for spelling in _spellings(chunk):
        for start in _starts(spelling):
            found[start[:LONGEST_WORD]] = None
    return found


def name_words(name: str) -> set[str]:
    """Return the words of a name, its parts one by one, that a typo may be compared with."""
    found: set[str] = set()
    for chunk in chunks(name):
        for spelling in _spellings(chunk):
            parts = _parts(spelling)
            found.update(parts, ["".join(parts)])
    return found


def phone_words(text: str) -> str:
    """Return the words of a telephone number: its last chunk, or all if letters are among them."""
    if _number_only.fullmatch(text):
        return str(_digits.findall(text)[-1])
    words = words_of(text).split()
    return " ".join(words if any(not word.isdigit() for word in words) else words[-1:])


def digits_of(text: str) -> str:
    """Return the digits in `text`, without a “(0)”."""
    kept = text.replace(TRUNK_ZERO, "")
    if not kept.isascii():
        kept = "".join(chunks(kept))
    return _no_digits.sub("", kept)[:LONGEST_NUMBER]


def suffixes(digits: str) -> Iterator[str]:
    """Yield what a number is from each place on, so that a prefix finds what is inside."""
    for start in range(len(digits) - FEWEST_DIGITS + 1):
        yield digits[start:]


def terms_of(query: str) -> list[Term]:
    """Return what `query` asks for; nothing if it has no word. Never fails, whatever it is."""
    found: list[Term] = []
    typed = chunks(query[:LONGEST_QUERY].replace(TRUNK_ZERO, ""))[:MOST_WORDS]
    for is_number, run in groupby(typed, key=_is_number):
        together = list(run)
        digits = ["".join(_parts(chunk)) for chunk in together]
        if is_number and sum(map(len, digits)) >= FEWEST_DIGITS:
            found.append(_number_term(digits))
        else:
            found.extend(_term(chunk) for chunk in together)
    return found


def is_blank(query: str) -> bool:
    """Return whether nothing was typed that anybody could see."""
    return not any(sign.isprintable() and not sign.isspace() for sign in query)


def _is_number(chunk: str) -> bool:
    return chunk.replace(JOINER, "").isdecimal()


def _number_term(parts: Sequence[str]) -> Term:
    digits = "".join(parts)
    shorter = [digits[2:]] if digits.startswith("00") else []
    shorter += [digits[1:]] if digits.startswith("0") else []
    forms = (digits, *(form for form in shorter if len(form) >= FEWEST_DIGITS))
    return Term(((Number(forms),), tuple(_word(part) for part in parts)))


def _term(chunk: str) -> Term:
    whole = _word(chunk)
    parts = _merged([part for part in _parts(chunk) if plain(part)])
    if AT in chunk or not 1 < len(parts) <= MOST_WORDS:
        return Term(((whole,),))
    return Term(((whole,), tuple(_word(part) for part in parts)))


def _word(chunk: str) -> Word:
    forms: dict[str, None] = {}
    for spelling in (plain(chunk), spelled_out(chunk)):
        forms["".join(_parts(spelling))[:LONGEST_WORD]] = None
    shorter = [
        collapsed(part) if len(part) >= FEWEST_COLLAPSED else part for part in _parts(plain(chunk))
    ]
    forms["".join(shorter)[:LONGEST_WORD]] = None
    return Word("".join(_parts(plain(chunk)))[:LONGEST_WORD], tuple(forms))


def _merged(parts: Sequence[str]) -> list[str]:
    """Return the parts, single letters joined to a neighbour."""
    found: list[str] = []
    waiting = ""
    for part in parts:
        waiting += part
        if len(part) > 1:
            found.append(waiting)
            waiting = ""
    if waiting and found:
        found[-1] += waiting
    return found or [waiting]


def _spellings(chunk: str) -> list[str]:
    written = plain(chunk)
    found = [written] if chunk.isascii() else [written, spelled_out(chunk)]
    if has_pair(written):
        found.append(_part.sub(lambda part: collapsed(part[0]), written))
    return list(dict.fromkeys(found))


def _parts(spelling: str) -> list[str]:
    return [part for part in spelling.replace(AT, JOINER).split(JOINER) if part]


def _starts(spelling: str) -> list[str]:
    """Return the chunk without signs, from each place on where a word begins."""
    found = [spelling.replace(AT, "").replace(JOINER, "")]
    for group in spelling.split(AT):
        parts = group.split(JOINER)
        found += ["".join(parts[start:]) for start in range(len(parts)) if parts[start]]
    if not spelling.isascii():
        for part in found[:]:
            found += [part[place.start() :] for place in _unspaced.finditer(part)]
    return found[:MOST_STARTS]
