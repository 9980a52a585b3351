"""A number, typed and shown as the reader's language writes it."""

import re
from collections.abc import Mapping
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType, People, PersonLink
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.field_types.ordering import sort_text
from lupweb.texts import _, language

PLAIN = re.compile(r"([+-]?)([0-9]{1,24})(?:\.([0-9]{0,24}))?")
MOST_DIGITS = 15
"""Significant digits: what every program that reads our files keeps exactly (IEEE 754)."""
SIGNS = {"de": (",", ".")}
"""Language -> what stands before the decimals, and between thousands."""
GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{0,24})?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{0,24})?"),
}
NEGATIVE, POSITIVE, BEHIND_ALL = "0", "1", "~"
COMPLEMENT = str.maketrans("0123456789", "9876543210")


class NumberType(FieldType):
    """A number; stored plainly: `1234.5`."""

    key = "number"
    label = _("Number")
    explanation = _("A whole or decimal number, with limits and a unit if you like.")
    examples = ("12", "-1500000", "0")
    option_list = (
        TypeOption("minimum", OptionKind.NUMBER, None, _("At least"), _("Empty: no limit.")),
        TypeOption("maximum", OptionKind.NUMBER, None, _("At most"), _("Empty: no limit.")),
        TypeOption("unit", OptionKind.TEXT, "", _("Unit"), _("Shown behind it, such as km.")),
    )

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse limits between which there is nothing."""
        least, most = options.get("minimum"), options.get("maximum")
        if least is not None and most is not None and least > most:
            raise InvalidValue(_("The largest number is smaller than the smallest."))

    def read_one(self, value: bytes) -> str:
        """Return the number plainly written; what is none is kept as delivered."""
        text = super().read_one(value)
        return _plain(text) or text

    def parse_one(self, text: str) -> str:
        """Return the number plainly written."""
        number = _plain(_without_signs(text.removesuffix(self.option("unit")).replace(" ", "")))
        if not number:
            raise InvalidValue(
                _(
                    "This is no number of at most %(most)s digits. An example: %(example)s.",
                    most=MOST_DIGITS,
                    example=_localized("1234.5"),
                )
            )
        self._check_limits(float(number))
        return number

    def form_values(self, value: str) -> list[str]:
        """Return the number as the reader's language writes it, without its unit."""
        return [_localized(value)] if value else []

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the number as the reader's language writes it, with its unit."""
        if not _plain(value):
            return value
        return f"{_localized(value)} {self.option('unit')}".strip()

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return a text of fixed width that sorts as the number does."""
        if not value:
            return ""
        plain = _plain(value)
        if not plain:
            return BEHIND_ALL + sort_text(value)
        whole, _point, decimals = plain.removeprefix("-").partition(".")
        digits = whole.zfill(MOST_DIGITS) + decimals.ljust(MOST_DIGITS, "0")
        return NEGATIVE + digits.translate(COMPLEMENT) if plain[0] == "-" else POSITIVE + digits

    def export(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> Any:
        """Return the number; what is none as text."""
        plain = _plain(value)
        if not plain:
            return value
        return float(plain) if "." in plain else int(plain)

    def _check_limits(self, number: float) -> None:
        least, most = self.option("minimum"), self.option("maximum")
        if least is not None and number < least:
            raise InvalidValue(_("It is at least %(least)s.", least=_localized(str(least))))
        if most is not None and number > most:
            raise InvalidValue(_("It is at most %(most)s.", most=_localized(str(most))))


def _plain(text: str) -> str:
    """Return a number without sign "+" and superfluous zeros; "" if it is none, or too long."""
    found = PLAIN.fullmatch(text)
    if not found:
        return ""
    whole, decimals = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(whole) + len(decimals) > MOST_DIGITS:
        return ""
    number = (whole or "0") + (f".{decimals}" if decimals else "")
    return f"-{number}" if found[1] == "-" and number != "0" else number


def _signs() -> tuple[str, str]:
    return SIGNS.get(language(), (".", ","))


def _localized(number: str) -> str:
    return number.replace(".", _signs()[0]) if _plain(number) else number


def _without_signs(text: str) -> str:
    """Return a number as somebody typed it, with a point before the decimals and nothing else."""
    point, group = _signs()
    if GROUPED[group].fullmatch(text):
        text = text.replace(group, "")
    return text.replace(point, ".", 1) if point in text else text
