"""Names of people: how a login is compared and addressed, and which initials stand for a name."""

import hashlib
import re
import unicodedata

ADDRESSABLE = re.compile(r"[\w@+-][\w.@+-]*")
SUFFIXES = (".vcf",)
RESERVED = frozenset(
    {"export", "export.csv", "export.xlsx", "export.vcf", "export.json", "print", "suggest"}
)
COLOURS = 8
ALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts, as Unicode names their letters, that share the look of many letters."""


def fold_login(login: str) -> str:
    """Return a login as it is compared: NFKC, case folded, outer blanks removed (sync.md 1)."""
    if login.isascii():
        return login.strip().lower()
    return unicodedata.normalize("NFKC", login).strip().casefold()


def handle_of(person_id: int, login: str, *, is_unique: bool = True) -> str:
    """Return how a person is named in an address (interface.md section 7)."""
    return login if is_unique and is_addressable(login) else f"id:{person_id}"


def is_addressable(login: str) -> bool:
    """Return whether a login may stand in an address as it is (interface.md section 7)."""
    plain = ADDRESSABLE.fullmatch(login) and not login.endswith(SUFFIXES)
    return bool(plain) and login not in RESERVED


def initials_of(name: str) -> str:
    """Return one or two letters that stand for a name, in any script.

    A name without letters gives "?"; scripts without capitals and blanks give one character.
    """
    parts = name.replace(",", " ").split()
    firsts = (part[0] if part[0].isalpha() else _first_letter(part) for part in parts)
    letters = [letter for letter in firsts if letter]
    capital = [letter for letter in letters if letter.isupper()] or letters
    if not capital:
        return "?"
    chosen = capital[:1] if len(capital) == 1 else [capital[0], capital[-1]]
    return "".join(chosen).upper()


def _first_letter(part: str) -> str:
    return next(filter(str.isalpha, part), "")


def colour_of(person_id: int) -> int:
    """Return the number of a colour, 1 to 8, that stays the same for this person."""
    digest = hashlib.blake2b(str(person_id).encode(), digest_size=2).digest()
    return int.from_bytes(digest) % COLOURS + 1


def mixes_scripts(name: str) -> bool:
    """Return whether a word of a name has letters of several scripts that look alike.

    “Рaypal” with a Cyrillic letter is read as “Paypal”; no honest name is written so
    (hostile-input.md B47). Scripts that stand side by side, as in Japanese, do not count.
    """
    if name.isascii():
        return False
    return any(len(_scripts_in(word)) > 1 for word in re.split(r"[\W_]+", name))


def _scripts_in(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word} & ALIKE_SCRIPTS
