"""Languages and countries by their ISO codes, with their names in the reader's language. Pure."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, Choice, Control, FieldType, People, PersonLink
from lupweb.field_types.ordering import sort_text
from lupweb.texts import _, language

SPOKEN = ("en", "de")
"""The languages in which names are understood and found."""
CODE = re.compile(r"[A-Za-z]{2}")
RESERVED = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
"""Codes of CLDR that are no countries of ISO 3166-1."""
WITHDRAWN = frozenset({"sh"})
"""Codes of CLDR that ISO 639-1 took back."""


class CodeType(FieldType, ABC):
    """A code of a list that is stored, and its name that is shown.

    A value from a directory that is on no list is kept and shown as it is.
    """

    control = Control.CHOICES

    @abstractmethod
    def names(self, spoken: str) -> Mapping[str, str]:
        """Return code -> name in this language; for all of the list."""

    @abstractmethod
    def codes(self) -> Mapping[str, str]:
        """Return name, folded -> code, in every language of the site."""

    @abstractmethod
    def code(self, text: str) -> str:
        """Return the code that `text` is in another form, else ""."""

    def read_one(self, value: bytes) -> str:
        """Return the code for a code or a name, in English or German; else what was delivered."""
        text = super().read_one(value)
        return self._find(text) or text

    def parse_one(self, text: str) -> str:
        """Return the code that was chosen."""
        found = self._find(text)
        if not found:
            raise InvalidValue(_("“%(text)s” is not on the list. Choose from it.", text=text[:200]))
        return found

    def choices(self, value: str = "") -> list[Choice]:
        """Return the list by names, and behind it what is stored and not on it."""
        names = self.names(language())
        offered = [Choice(code, name) for code, name in names.items()]
        offered.sort(key=lambda choice: sort_text(choice.label))
        unknown = [Choice(value, value, is_known=False)] if value and value not in names else []
        return offered + unknown

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the name in the reader's language."""
        return self.names(language()).get(value, value)

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the names in every language of the site: people search in theirs."""
        return " ".join(dict.fromkeys(self.names(spoken).get(value, value) for spoken in SPOKEN))

    def _find(self, text: str) -> str:
        if len(text) > 100:  # no name is longer
            return ""
        return self.code(text) or self.codes().get(sort_text(text), "")


@cache
def codes_of(names: Callable[[str], Mapping[str, str]]) -> Mapping[str, str]:
    """Return name, folded -> code, in every language of the site."""
    return {sort_text(name): code for spoken in SPOKEN for code, name in names(spoken).items()}


@cache
def countries(spoken: str) -> Mapping[str, str]:
    """Return ISO 3166-1 alpha-2 code -> name of every country."""
    return {
        code: name
        for code, name in _locale(spoken).territories.items()
        if CODE.fullmatch(code) and code not in RESERVED
    }


@cache
def languages(spoken: str) -> Mapping[str, str]:
    """Return ISO 639-1 code -> name of every language."""
    return {
        code: name
        for code, name in _locale(spoken).languages.items()
        if CODE.fullmatch(code) and code not in WITHDRAWN
    }


def country_code(text: str) -> str:
    """Return the alpha-2 code for a code of two or three letters, else ""."""
    code = text.upper()
    alias = get_global("territory_aliases").get(code, [code])
    return next((each for each in alias if each in countries("en")), "")


def language_code(text: str) -> str:
    """Return the code of two letters for `de`, `deu` or the first of `de-AT, en;q=0.5`, else "".

    RFC 2798, section 2.7: preferredLanguage is written like Accept-Language.
    """
    first = re.split("[,;]", text, maxsplit=1)[0].strip()
    code = re.split("[-_]", first, maxsplit=1)[0].lower()
    code = get_global("language_aliases").get(code, code)
    return code if code in languages("en") else ""


def _locale(spoken: str) -> Locale:
    try:
        return Locale(spoken)
    except UnknownLocaleError:
        return Locale("en")
