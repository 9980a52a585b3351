"""Whether a single value of a field is what a filter asks for. Pure.

Case, accents and the width of blanks do not matter, and umlauts count in both spellings. A value is
compared as it is stored and as people read it, in every language of the site: a filter that one
person saves means the same to all.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

import re2

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.field_types.cascade_select import CascadeSelectType
from lupweb.field_types.checkbox import UNDERSTOOD, CheckboxType
from lupweb.field_types.date import DateType
from lupweb.field_types.days import day_of
from lupweb.field_types.instant_messenger import InstantMessengerType
from lupweb.field_types.number import NumberType
from lupweb.field_types.phone import PhoneType
from lupweb.field_types.trees import BETWEEN
from lupweb.search.folding import SPELLED_OUT, fold
from lupweb.search.numbers import numbers_in
from lupweb.search.periods import EveryYear, read_days
from lupweb.search.terms import MANY, ONE, Operator, Value
from lupweb.search.words import digits_of
from lupweb.texts import LANGUAGES, _, speaking

Fits = Callable[[str], bool]
Limit = TypeVar("Limit", date, Decimal)
_number = re.compile(r"[+-]?[0-9]{1,24}(?:[.,][0-9]{0,24})?")
_dialled = re.compile(r"[0-9 ()./+\-]*[0-9][0-9 ()./+\-]*")
_blanks = re.compile(r"\s+")
_two_ways = re.compile("[äöüåøÄÖÜÅØ\u0300-\u036f]")
"""Letters that are spelled out as two, whole or as a letter with a mark behind it."""


def comparer(kind: FieldType, operator: Operator, value: Value, today: date) -> Fits:
    """Return what says of a single value, as it is stored, whether it is asked for.

    :param today: where the site is
    :raises InvalidValue: if this type is not compared so, or the value is none of this type
    """
    if isinstance(kind, DateType):
        return _day(operator, value, today, kind)
    if isinstance(kind, NumberType) and not value.is_pattern:
        return _amount(operator, value, kind)
    if operator is not Operator.IS:
        raise InvalidValue(_("Only days and numbers are compared with “%(sign)s”.", sign=operator))
    same = text_comparer(value)
    if isinstance(kind, PhoneType):
        return _telephone(kind, value, same)
    return lambda item: any(map(same, shown_forms(kind, item)))


def text_comparer(value: Value) -> Fits:
    """Return what says of a text whether it is the value, or fits it."""
    if not value.is_pattern:
        return partial(_is_same, _plain(value.signs), _spelled(value.signs))
    written, plain, spelled = (_pattern(value, form) for form in (_written, _plain, _spelled))
    is_ascii = value.signs.isascii()

    def fits(text: str) -> bool:
        folded = _plain(text)
        if is_ascii and text.isascii():
            return plain(folded)
        spelt = _spelled(text) if _two_ways.search(text) else folded
        return plain(folded) or spelled(spelt) or written(_written(text))

    return fits


def _is_same(plain: str, spelled: str, text: str) -> bool:
    folded = _plain(text)
    spelt = _spelled(text) if _two_ways.search(text) else folded
    return folded == plain or spelt == spelled


def shown_forms(kind: FieldType, item: str) -> Iterable[str]:
    """Return a single value as it is stored, and as people read it in every language."""
    if isinstance(kind, InstantMessengerType):
        return {item: None, kind.words(item): None}
    if type(kind).text is FieldType.text or kind.sources:
        return (item,)
    forms = dict.fromkeys([item, *_answers_like(kind, item)])
    for code in LANGUAGES:
        with speaking(code):
            forms[kind.text(item)] = None
    if isinstance(kind, CascadeSelectType):
        for way in list(forms):
            forms.update(dict.fromkeys(way.split(BETWEEN)))
    return forms


def _answers_like(kind: FieldType, item: str) -> list[str]:
    """Return the words for yes, or for no, of which `item` is one."""
    if not isinstance(kind, CheckboxType):
        return []
    return [word for word, said in UNDERSTOOD.items() if said == item]


def _day(operator: Operator, value: Value, today: date, kind: FieldType) -> Fits:
    if value.is_pattern and operator is Operator.IS:
        same = text_comparer(value)
        return lambda item: any(map(same, shown_forms(kind, item)))
    days = read_days(value.signs, today)
    if days is None:
        raise InvalidValue(
            _("“%(text)s” is no day. Examples: 2024-01-31, today, next 7 days.", text=value.signs)
        )
    if operator is Operator.IS:
        return days.holds
    if isinstance(days, EveryYear):
        raise InvalidValue(_("“%(text)s” has no year. Add one to compare days.", text=value.signs))
    limit = days.first if operator in {Operator.FROM, Operator.BEFORE} else days.last
    return _beside(operator, limit, day_of)


def _amount(operator: Operator, value: Value, kind: FieldType) -> Fits:
    wanted = _decimal(value.signs)
    if wanted is not None:
        return _beside(operator, wanted, _decimal)
    if operator is not Operator.IS:
        raise InvalidValue(_("“%(text)s” is no number. An example: 1200.", text=value.signs))
    same = text_comparer(value)
    return lambda item: any(map(same, shown_forms(kind, item)))


def _beside(operator: Operator, limit: Limit, read: Callable[[str], Limit | None]) -> Fits:
    """Return what compares values with a limit; one that cannot be read is on no side of it."""
    tests: dict[Operator, Callable[[Limit], bool]] = {
        Operator.IS: lambda found: found == limit,
        Operator.FROM: lambda found: found >= limit,
        Operator.UP_TO: lambda found: found <= limit,
        Operator.AFTER: lambda found: found > limit,
        Operator.BEFORE: lambda found: found < limit,
    }
    test = tests[operator]

    def fits(item: str) -> bool:
        found = read(item)
        return found is not None and test(found)

    return fits


def _decimal(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text.replace(",", ".")) if _number.fullmatch(text) else None


def _telephone(kind: PhoneType, value: Value, same: Fits) -> Fits:
    """Return what knows a number in each of its forms: 040 123, +49 40 123."""
    region = str(kind.option("region") or "")
    if value.is_pattern or not _dialled.fullmatch(value.signs):
        return same
    wanted = set(numbers_in(value.signs, region)) or {digits_of(value.signs)}
    if value.signs.lstrip().startswith("00"):
        wanted.add(digits_of(value.signs)[2:])
    return lambda item: same(item) or not wanted.isdisjoint(numbers_in(item, region))


def _written(text: str) -> str:
    return _one_blank(unicodedata.normalize("NFC", text).lower())


def _plain(text: str) -> str:
    return _one_blank(fold(text))


def _spelled(text: str) -> str:
    if text.isascii():
        return _plain(text)
    composed = unicodedata.normalize("NFC", text).lower()
    return _plain(composed.translate(SPELLED_OUT))


def _one_blank(text: str) -> str:
    return _blanks.sub(" ", text).strip()


def _pattern(value: Value, form: Callable[[str], str]) -> Fits:
    """Return what says whether a text fits; its work grows with the length of both at most."""
    parts, start = [], 0
    for place in sorted(value.wild):
        parts += [_shaped(value.signs[start:place], form), value.signs[place]]
        start = place + 1
    parts.append(_shaped(value.signs[start:], form))
    if ONE in parts[1::2]:
        signs = {ONE: ".", MANY: ".*"}
        shaped = [
            signs[each] if number % 2 else re2.escape(each) for number, each in enumerate(parts)
        ]
        compiled = re2.compile("(?s)" + "".join(shaped))
        return lambda text: compiled.fullmatch(text) is not None
    return partial(_follow, parts[::2])


def _follow(pieces: Sequence[str], text: str) -> bool:
    """Return whether a text begins with the first piece, ends with the last, and has the others."""
    *before, last = pieces
    if not text.startswith(before[0]):
        return False
    place = len(before[0])
    for piece in before[1:]:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return place + len(last) <= len(text) and text.endswith(last)


def _shaped(text: str, form: Callable[[str], str]) -> str:
    if not text.strip():
        return " " if text else ""
    before, behind = text[0].isspace(), text[-1].isspace()
    return f"{' ' if before else ''}{form(text)}{' ' if behind else ''}"
