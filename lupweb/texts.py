"""Words for people, translated where they are shown, not where they are written."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

TRANSLATIONS = Path(__file__).parent / "translations"
_language: ContextVar[str] = ContextVar("language", default="en")


class Text:
    """A sentence that is put into the reader's language when it becomes a string."""

    __slots__ = ("_many", "_message", "_number", "_values")

    def __init__(
        self, message: str, values: dict[str, Any], *, many: str = "", number: int = 1
    ) -> None:
        self._message = message
        self._many = many
        self._number = number
        self._values = values

    def __str__(self) -> str:
        catalogue = _catalogue(_language.get())
        if self._many:
            said = catalogue.ngettext(self._message, self._many, self._number)
        else:
            said = catalogue.gettext(self._message)
        return said % self._values if self._values else said

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Text | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))


def _(message: str, /, **values: Any) -> Text:
    """Mark `message` for translation; `%(name)s` in it is filled from `values`."""
    return Text(message, values)


def ngettext(one: str, many: str, number: int, /, **values: Any) -> Text:
    """Like `_`, with the plural form that `number` asks for; `%(n)s` is the number."""
    return Text(one, {"n": number, **values}, many=many, number=number)


LANGUAGES = {"en": _("English"), "de": _("German")}
"""What the site can speak, by code. What administrators write is there in the first, if in any."""


def language() -> str:
    """Return the two-letter code of the language that is spoken now."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak the language `code` (`en`, `de`) inside the block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, languages=[code], fallback=True)
