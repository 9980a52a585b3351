"""The rules of the search, done plainly and slowly: every person is looked at for every query.

Nothing of the product's folding, index or matching is used here. The rules are those of
`lupweb/search/words.py` and `lupweb/search/typos.py`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

ALONE = {"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th",
         "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n"}  # fmt: skip
AS_TWO = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
WITHOUT_BLANKS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "MYANMAR", "KHMER")


@dataclass
class Text:
    """Words and numbers that somebody may find a person by."""

    words: set[str] = field(default_factory=set)
    numbers: list[str] = field(default_factory=list)

    def has(self, wanted: Collection[str]) -> bool:
        """Return whether a word begins with one of these."""
        return any(f" {form}" in self._joined for form in wanted)

    @cached_property
    def _joined(self) -> str:
        return " " + " ".join(sorted(self.words))

    def has_inside(self, wanted: Collection[str]) -> bool:
        return any(form in number for number in self.numbers for form in wanted)


@dataclass(eq=False)
class Found:
    """A person: what all find, and what is found by whoever may read a field."""

    id: int
    name: str
    public: Text
    restricted: Mapping[int, Text]

    def texts(self, fields: Collection[int], viewer_id: int | None) -> list[Text]:
        is_own = self.id == viewer_id
        few = [text for key, text in self.restricted.items() if is_own or key in fields]
        return [self.public, *few]


def text_of(*values: str, phones: Collection[str] = ()) -> Text:
    """Return what values and telephone numbers are found by."""
    found = Text()
    for value in values:
        found.words |= {word for piece in pieces(value) for word in stored(piece)}
        if re.fullmatch(r"[+(]?[-\d\s()./+]{5,60}", value) and len(digits(value)) > 4:
            found.numbers.append(digits(value))
    for phone in phones:
        chunks = pieces(phone)
        plain_digits = all(piece.replace(".", "").isdigit() for piece in chunks)
        found.words |= {
            word for piece in (chunks[-1:] if plain_digits else chunks) for word in stored(piece)
        }
        if len(digits(phone)) > 4:
            found.numbers.append(digits(phone))
            if not phone.startswith(("+", "00")):
                found.numbers.append("49" + digits(phone).removeprefix("0"))
    return found


def digits(text: str) -> str:
    return "".join(sign for sign in text.replace("(0)", "") if sign in "0123456789")


def pieces(text: str) -> list[str]:
    """Cut a text: blanks between pieces, dots between their parts, accents still there."""
    text = unicodedata.normalize("NFKC", text.replace("´", "'")).casefold()
    cut = "".join(_sign(sign) for sign in unicodedata.normalize("NFKC", text))
    return [piece.strip(".@") for piece in cut.split() if without_accents(piece.strip(".@"))]


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cf" or 0xFE00 <= ord(sign) <= 0xFE0F:
        return ""
    if sign == "@":
        return "@"
    if sign in "_&+.'`´’‘‛·•・׳״" or kind == "Pd" or 0x2B0 <= ord(sign) <= 0x2FF:
        return "."
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    return sign if kind[0] in "LMN" or kind in ("So", "Co") else " "


@cache
def without_accents(text: str) -> str:
    found = []
    for sign in unicodedata.normalize("NFKD", text):
        if sign in "\u3099\u309a" or not unicodedata.combining(sign):
            found.append(ALONE.get(sign, sign))
    return unicodedata.normalize("NFC", "".join(found))


def spelled(text: str) -> str:
    return without_accents("".join(AS_TWO.get(sign, sign) for sign in text))


def shortened(word: str) -> str:
    """Write two letters for an umlaut as one."""
    if len(word) < 4:
        return word
    found, at = "", 0
    while at < len(word):
        found += word[at]
        is_pair = word[at : at + 2] in ("ae", "oe", "ue", "aa")
        follows = at > 0 and word[at - 1] in "aeiouq"
        goes_on = word[at + 2 : at + 3]
        at += 2 if is_pair and not follows and "a" <= goes_on <= "z" else 1
    return found


def spellings(piece: str) -> list[str]:
    plain = without_accents(piece)
    parts = re.split(r"([.@])", plain)
    return [plain, spelled(piece), "".join(shortened(part) for part in parts)]


@cache
def stored(piece: str) -> frozenset[str]:
    """Return the words that a piece of a value is found by."""
    found = set()
    for spelling in spellings(piece):
        whole = spelling.replace("@", "").replace(".", "")
        starts = [whole]
        for side in spelling.split("@"):
            parts = [part for part in side.split(".") if part]
            starts += ["".join(parts[at:]) for at in range(len(parts))]
        for start in list(starts):
            starts += [start[at:] for at in range(len(start)) if _needs_no_blank(start[at])]
        found |= {start[:60] for start in starts}
    return frozenset(found)


def _needs_no_blank(sign: str) -> bool:
    return not sign.isascii() and unicodedata.name(sign, "").startswith(WITHOUT_BLANKS)


def is_found(person: Found, query: str, fields: Collection[int], viewer_id: int | None) -> bool:
    """Return whether somebody who may read `fields` finds this person by the words as typed."""
    return _has_all(person, asked(query), fields, viewer_id, {})


def asked(query: str) -> list[tuple[str, ...]]:
    """Cut a query; neighbouring pieces of digits with four digits together are one."""
    found: list[tuple[str, ...]] = []
    run: tuple[str, ...] = ()
    for piece in [*pieces(query[:200].replace("(0)", ""))[:12], ""]:
        if piece.replace(".", "").isdecimal():
            run += (piece.replace(".", ""),)
            continue
        found += [run] if len("".join(run)) > 3 else [(each,) for each in run]
        run = ()
        found += [(piece,)] if piece else []
    return found


def _has_all(
    person: Found,
    query: list[tuple[str, ...]],
    fields: Collection[int],
    viewer_id: int | None,
    names: Mapping[str, Collection[str]],
) -> bool:
    texts = person.texts(fields, viewer_id)

    def has(word: str) -> bool:
        as_typed = any(text.has(forms(word)) for text in texts)
        return as_typed or person.public.has(names.get(plainly(word), ()))

    def has_piece(piece: str) -> bool:
        parts = parts_of(piece)
        is_split = "@" not in piece and 1 < len(parts) < 13
        return has(piece) or (is_split and all(has(part) for part in parts))

    def has_run(run: tuple[str, ...]) -> bool:
        number = "".join(run)
        if not number.isdecimal() or len(number) < 4:
            return all(has_piece(piece) for piece in run)
        wanted = [number, *([number[2:]] if number[:2] == "00" else [])]
        wanted += [number[1:]] if number[0] == "0" else []
        inside = [each for each in wanted if len(each) > 3]
        return any(text.has_inside(inside) for text in texts) or all(has(piece) for piece in run)

    return all(has_run(run) for run in query)


@cache
def plainly(piece: str) -> str:
    return without_accents(piece).replace(".", "").replace("@", "")[:60]


@cache
def forms(piece: str) -> set[str]:
    """Return the beginnings that a word of a query is asked as."""
    plain = [part for part in re.split("[.@]", without_accents(piece)) if part]
    short = "".join(shortened(part) if len(part) > 4 else part for part in plain)
    return {plainly(piece), re.sub("[.@]", "", spelled(piece))[:60], short[:60]}


@cache
def parts_of(piece: str) -> list[str]:
    """Return the parts; a single letter belongs to the next one, the last to the one before."""
    found: list[str] = []
    waiting = ""
    for part in re.split("[.@]", piece):
        if not without_accents(part):
            continue
        waiting += part
        if len(part) > 1:
            found, waiting = [*found, waiting], ""
    if waiting and found:
        found[-1] += waiting
    return found


@cache
def search(
    people: tuple[Found, ...], query: str, fields: tuple[int, ...] = (), viewer: int | None = None
) -> tuple[set[int], set[str]]:
    """Return who is found, and the similar names by which somebody was.

    With fewer than five people found, the words of names that are one typo away count as well.
    """
    words = asked(query)
    if not words and any(each.isprintable() and not each.isspace() for each in query):
        return set(), set()
    found = {each.id for each in people if _has_all(each, words, fields, viewer, {})}
    if len(found) > 4:
        return found, set()
    near = {word: _near(people, word) for word in _typed(words)}
    more = {each.id for each in people if _has_all(each, words, fields, viewer, near)}
    return found | more, {name for names in near.values() for name in names}


def _typed(query: list[tuple[str, ...]]) -> Iterator[str]:
    for run in query:
        for piece in run:
            yield plainly(piece)
            if "@" not in piece:
                yield from (plainly(part) for part in parts_of(piece))


def _near(people: Collection[Found], typed: str) -> list[str]:
    if not _compared(typed):
        return []
    words = sorted(set().union(*(compared_words(person.name) for person in people)))
    near = [word for word in words if not word.startswith(typed) and distance(typed, word) == 1]
    return sorted(near, key=lambda word: word[0] != typed[0])[:20]


@cache
def compared_words(name: str) -> frozenset[str]:
    found = set()
    for piece in pieces(name):
        for spelling in spellings(piece):
            parts = [part for part in re.split("[.@]", spelling) if part]
            found |= {*parts, "".join(parts)}
    return frozenset(word for word in found if _compared(word))


def _compared(word: str) -> bool:
    return 3 < len(word) < 41 and not any(sign.isdigit() for sign in word)


@cache
def distance(one: str, other: str) -> int:
    """Return how many letters to change, add, drop or swap with a neighbour (Damerau)."""
    if abs(len(one) - len(other)) > 1:
        return 2
    rows = [list(range(len(other) + 1))]
    for at, sign in enumerate(one, 1):
        row = [at]
        for to, wanted in enumerate(other, 1):
            cheapest = min(rows[-1][to], row[-1]) + 1
            cheapest = min(cheapest, rows[-1][to - 1] + (sign != wanted))
            is_swap = at > 1 and to > 1 and (sign, one[at - 2]) == (other[to - 2], wanted)
            row.append(min(cheapest, rows[-2][to - 2] + 1) if is_swap else cheapest)
        rows.append(row)
    return rows[-1][-1]
