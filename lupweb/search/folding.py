"""Text as it is searched: without case, accents and spelling variants. Pure."""

import unicodedata

LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th",
        "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n",
    }
)  # fmt: skip
"""Letters that have no accent to take away."""
SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""Letters that people also write as two."""
INVISIBLE = frozenset("\u200b\u200c\u200d\ufeff\u00ad")


def fold(text: str) -> str:
    """Return `text` in the form in which words are compared.

    Case, accents and invisible characters go; “Müller” becomes “muller”, “Straße” “strasse”.
    """
    return text.casefold() if text.isascii() else _plain(_prepared(text))


def variants(text: str) -> set[str]:
    """Return the folded forms under which `text` is found.

    “Müller” is found as “muller” and as “mueller”.
    """
    if text.isascii():
        return {text.casefold()}
    prepared = _prepared(text)
    spelled = "".join(SPELLED_OUT.get(letter, letter) for letter in prepared)
    return {_plain(prepared), _plain(spelled)}


def words(query: str) -> list[str]:
    """Return the folded words of what somebody typed; every one has to be found."""
    plain = "".join(letter if letter.isprintable() else " " for letter in query)
    return fold(plain).split()


def folded_text(parts: list[str]) -> str:
    """Return everything in `parts` as one searchable text, with the variants of each."""
    found: dict[str, None] = {}
    for part in parts:
        for form in sorted(variants(part)):
            found[" ".join(form.split())] = None
        digits = "".join(letter for letter in part if letter.isdigit())
        if len(digits) > 4:  # a telephone number is typed with and without blanks
            found[digits] = None
    return " ".join(form for form in found if form)


def _prepared(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in composed if letter not in INVISIBLE)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(LETTERS))
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)
