"""Letters as they are searched: without case, accents and spelling variants. Pure."""

import re
import unicodedata

LETTERS: dict[int, str] = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th",
        "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n",
    }
)  # fmt: skip
"""Letters that have no accent to take away."""
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
"""Letters that people also write as two."""
JOINER, AT = ".", "@"
JOINERS = frozenset("_&+.'`´’‘‛·•・׳״")
"""Characters that stand inside a word: “O’Neil”, “R&D”. Every hyphen does as well."""
VOICED = frozenset("\u3099\u309a")
"""Marks that make another letter of a kana; all other accents are taken away."""
_pair = re.compile(r"(?<![aeiouq])(ae|oe|ue|aa)(?=[a-z])")


class _Signs(dict[int, str | None]):
    """What becomes of each character beside letters; filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = kept = _kept(chr(code))
        return kept


class _Invisible(dict[int, str | None]):
    """Takes away what nobody sees; filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = kept = None if _is_invisible(chr(code)) else chr(code)
        return kept


class _Accents(dict[int, str | None]):
    """Takes away the accents of decomposed letters; filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        sign = chr(code)
        is_accent = unicodedata.combining(sign) and sign not in VOICED
        self[code] = kept = None if is_accent else LETTERS.get(code, sign)
        return kept


_SIGNS = _Signs()
_INVISIBLE = _Invisible()
_ACCENTS = _Accents()


def fold(text: str) -> str:
    """Return `text` in the form in which it is compared and sorted, blanks and signs kept.

    Case, accents and invisible characters go; “Müller” becomes “muller”, “Straße” “strasse”.
    """
    return text.casefold() if text.isascii() else plain(_composed(text))


def chunks(text: str) -> list[str]:
    """Return what stands between blanks, commas, brackets and the like; accents are still there.

    Lower case. Inside a chunk a dot stands for every sign that joins words, an “@” for itself;
    digits of any script are 0 to 9.
    """
    found = (chunk.strip(JOINER + AT) for chunk in signs_sorted(text).split())
    return [chunk for chunk in found if plain(chunk)]


def signs_sorted(text: str) -> str:
    """Return `text` in lower case, a blank for signs that part words, a dot for those inside."""
    raw = text.lower() if text.isascii() else _composed(text.replace("´", "'"))
    return raw.translate(_SIGNS)


def has_pair(text: str) -> bool:
    """Return whether two letters of `text` may stand for an umlaut."""
    return _pair.search(text) is not None


def plain(text: str) -> str:
    """Return `text`, in lower case, without accents: “müller” becomes “muller”."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).translate(_ACCENTS))


def spelled_out(text: str) -> str:
    """Return `text`, in lower case, umlauts as two letters: “müller” becomes “mueller”."""
    return plain(text.translate(SPELLED_OUT))


def collapsed(part: str) -> str:
    """Return a plain word with two letters for an umlaut as one: “mueller” becomes “muller”.

    Only in words of four letters or more, where neither a vowel nor “q” stands before the two, and
    a letter stands behind them: not in “bauer”, “joe”.
    """
    return _pair.sub(lambda pair: pair[0][0], part) if len(part) > 3 else part


def _composed(text: str) -> str:
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return composed.translate(_INVISIBLE)


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f"


def _kept(sign: str) -> str | None:
    category = unicodedata.category(sign)
    if sign == AT:
        return AT
    if sign in JOINERS or category == "Pd" or "\u02b0" <= sign <= "\u02ff":
        return JOINER
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    is_part_of_a_word = category[0] in "LMN" or category in {"So", "Co"}
    return sign if is_part_of_a_word else " "
