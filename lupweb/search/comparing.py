"""What a filter asks of the single values of a field. Pure.

A value is compared as it is stored and as people read it, in every language of the site: a filter
that one person saves means the same to all (`filter_forms.py`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.field_types.date import DateType
from lupweb.field_types.days import day_of
from lupweb.field_types.number import NumberType
from lupweb.field_types.phone import PhoneType
from lupweb.search.filter_forms import Forms
from lupweb.search.filter_patterns import Fits, Pattern, plain, spelled, written
from lupweb.search.filter_work import Work
from lupweb.search.numbers import numbers_in
from lupweb.search.periods import EveryYear, read_days
from lupweb.search.terms import Operator, Value
from lupweb.search.words import digits_of
from lupweb.texts import _

Limit = TypeVar("Limit", date, Decimal)
_number = re.compile(r"[+-]?[0-9]{1,24}(?:[.,][0-9]{0,24})?")
_dialled = re.compile(r"[0-9 ()./+\-]*[0-9][0-9 ()./+\-]*")


class Test(Protocol):
    """What a filter asks of the single values of a field."""

    def fitting(self, forms: Forms, work: Work) -> Iterable[int]:
        """Return the numbers of the values that fit.

        :raises Busy: if it takes too long
        """


@dataclass(frozen=True)
class Same:
    """A value is this text."""

    plain: str
    spelled: str

    def fitting(self, forms: Forms, work: Work) -> set[int]:
        """Return the numbers of the values that are the text."""
        work.go_on()
        return {*forms.plain.same(self.plain), *forms.spelled.same(self.spelled)}


@dataclass(frozen=True)
class Like:
    """A value fits this pattern."""

    value: Value

    def fitting(self, forms: Forms, work: Work) -> set[int]:
        """Return the numbers of the values that fit."""
        if self.value.signs.isascii():
            return forms.every.like(Pattern.of(self.value, plain), work)
        return set().union(
            forms.plain.like(Pattern.of(self.value, plain), work),
            forms.spelled.like(Pattern.of(self.value, spelled), work),
            forms.written.like(Pattern.of(self.value, written), work),
        )


@dataclass(frozen=True)
class Each:
    """Each value is looked at as it is stored."""

    fits: Fits

    def fitting(self, forms: Forms, work: Work) -> Iterable[int]:
        """Return the numbers of the values that fit."""
        return forms.fitting(self.fits, work)


@dataclass(frozen=True)
class Dialled:
    """A value is one of these telephone numbers, in whatever form, or just what was written."""

    numbers: frozenset[str]
    text: Same

    def fitting(self, forms: Forms, work: Work) -> set[int]:
        """Return the numbers of the values that are one."""
        return self.text.fitting(forms, work).union(*map(forms.dialled, self.numbers))


def comparer(kind: FieldType, operator: Operator, value: Value, today: date) -> Test:
    """Return what is asked of the values of this type.

    :param today: where the site is
    :raises InvalidValue: if this type is not compared so, or the value is none of this type
    """
    if isinstance(kind, DateType):
        return _day(operator, value, today)
    if isinstance(kind, NumberType) and not value.is_pattern:
        return _amount(operator, value)
    if operator is not Operator.IS:
        raise InvalidValue(_("Only days and numbers are compared with “%(sign)s”.", sign=operator))
    if isinstance(kind, PhoneType) and not value.is_pattern and _dialled.fullmatch(value.signs):
        return _telephone(kind, value)
    return _text(value)


def _text(value: Value) -> Same | Like:
    return Like(value) if value.is_pattern else _same(value)


def _same(value: Value) -> Same:
    return Same(plain(value.signs), spelled(value.signs))


def _day(operator: Operator, value: Value, today: date) -> Test:
    if value.is_pattern and operator is Operator.IS:
        return Like(value)
    days = read_days(value.signs, today)
    if days is None:
        raise InvalidValue(
            _("“%(text)s” is no day. Examples: 2024-01-31, today, next 7 days.", text=value.signs)
        )
    if operator is Operator.IS:
        return Each(days.holds)
    if isinstance(days, EveryYear):
        raise InvalidValue(_("“%(text)s” has no year. Add one to compare days.", text=value.signs))
    limit = days.first if operator in {Operator.FROM, Operator.BEFORE} else days.last
    return Each(_beside(operator, limit, day_of))


def _amount(operator: Operator, value: Value) -> Test:
    wanted = _decimal(value.signs)
    if wanted is not None:
        return Each(_beside(operator, wanted, _decimal))
    if operator is not Operator.IS:
        raise InvalidValue(_("“%(text)s” is no number. An example: 1200.", text=value.signs))
    return _same(value)


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


def _telephone(kind: PhoneType, value: Value) -> Dialled:
    """Return what knows a number in each of its forms: 040 123, +49 40 123."""
    wanted = set(numbers_in(value.signs, str(kind.option("region") or "")))
    wanted = wanted or {digits_of(value.signs)}
    if value.signs.lstrip().startswith("00"):
        wanted.add(digits_of(value.signs)[2:])
    return Dialled(frozenset(wanted), _same(value))
