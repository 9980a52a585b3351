"""The single values of a field in the forms in which filters compare them, each made once. Pure.

A comparison looks for its text where it stands among sorted ones, and not at one value after the
other; only what has `*` or `?` at both ends is looked for in all of them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from lupweb.field_types.base import FieldType
from lupweb.field_types.cascade_select import CascadeSelectType
from lupweb.field_types.checkbox import UNDERSTOOD, CheckboxType
from lupweb.field_types.instant_messenger import InstantMessengerType
from lupweb.field_types.phone import PhoneType
from lupweb.field_types.trees import BETWEEN
from lupweb.search.filter_patterns import Fits, Pattern, plain, spelled, spells_out, written
from lupweb.search.filter_work import SIGNS_AT_ONCE, Work
from lupweb.search.numbers import numbers_in
from lupweb.texts import LANGUAGES, speaking

LOOKED_AT = 1_000
"""Values that are looked at as they are stored before anybody looks at the clock."""
END = 16
"""Signs at the end of a text by which it is found from behind."""
Text = tuple[str, int]
"""What people read, and the number of the value that it is."""


class Table:
    """Texts in one form, in their order."""

    def __init__(self, forms: Iterable[str], numbers: Iterable[int]) -> None:
        pairs = sorted(set(zip(forms, numbers, strict=True)))
        self._forms = [form for form, _number in pairs]
        self._numbers = array("I", (number for _form, number in pairs))

    def same(self, form: str) -> Sequence[int]:
        """Return the numbers of the values that are just this."""
        start = bisect_left(self._forms, form)
        return self._numbers[start : bisect_right(self._forms, form, start)]

    def like(self, pattern: Pattern, work: Work) -> set[int]:
        """Return the numbers of the values that fit.

        :raises Busy: if it takes too long
        """
        forms, numbers, holds = self._forms, self._numbers, pattern.holds
        places = self._near(pattern)
        found: set[int] = set()
        for start in range(0, len(places), self._at_once):
            work.go_on()
            block = places[start : start + self._at_once]
            found.update(
                numbers[each]
                for each in [each for each in block if holds in forms[each]]
                if pattern.fits(forms[each])
            )
        return found

    def _near(self, pattern: Pattern) -> Sequence[int]:
        """Return the places of all texts that may fit."""
        if pattern.ends:
            ends, places = self._from_behind
            return places[_beginning(ends, _end(pattern.ends))]
        return range(len(self._forms))[_beginning(self._forms, pattern.starts)]

    @cached_property
    def _from_behind(self) -> tuple[Sequence[str], Sequence[int]]:
        """Return the ends of all texts, turned around, in their order, and their places."""
        pairs = sorted((_end(form), place) for place, form in enumerate(self._forms))
        return [end for end, _place in pairs], array("I", (place for _end, place in pairs))

    @cached_property
    def _at_once(self) -> int:
        signs = sum(map(len, self._forms)) // (len(self._forms) or 1)
        return max(SIGNS_AT_ONCE // (signs + 1), 1)


def _end(text: str) -> str:
    return text[: -END - 1 : -1]


def _beginning(texts: Sequence[str], start: str) -> slice:
    """Return where those among sorted texts stand that begin so."""
    first = bisect_left(texts, start)
    return slice(first, bisect_right(texts, start, first, key=lambda text: text[: len(start)]))


class Forms:
    """The single values of a field; each has a number, its place among them.

    :param items: the values as they are stored
    :param read: gives the texts as which people read them
    :param region: of telephone numbers
    """

    def __init__(
        self, items: Sequence[str], read: Callable[[], Iterable[Text]], region: str = ""
    ) -> None:
        self._items = items
        self._read = read
        self._region = region

    @classmethod
    def of(cls, kind: FieldType, items: Sequence[str]) -> "Forms":
        """Return the forms of the values of a type."""
        return cls(items, lambda: _shown(kind, items), str(kind.option("region") or ""))

    @cached_property
    def plain(self) -> Table:
        """Return the texts without accents."""
        return Table(self._plain, self._numbers)

    @cached_property
    def spelled(self) -> Table:
        """Return the texts without accents, umlauts as two letters."""
        return self._table(self._spelled)

    @cached_property
    def written(self) -> Table:
        """Return the texts with their accents."""
        return self._table(self._written)

    @cached_property
    def every(self) -> Table:
        """Return the texts in each of these forms."""
        if self._plain == self._spelled == self._written:
            return self.plain
        return Table((*self._plain, *self._spelled, *self._written), self._numbers * 3)

    def _table(self, forms: Sequence[str]) -> Table:
        return self.plain if forms == self._plain else Table(forms, self._numbers)

    def fitting(self, fits: Fits, work: Work) -> Iterator[int]:
        """Yield the numbers of the values that fit as they are stored.

        :raises Busy: if it takes too long
        """
        for number, item in enumerate(self._items):
            if number % LOOKED_AT == 0:
                work.go_on()
            if fits(item):
                yield number

    def dialled(self, digits: str) -> Sequence[int]:
        """Return the numbers of the values that are this telephone number."""
        return self._dialled.get(digits, ())

    @cached_property
    def _dialled(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(self._items):
            for digits in numbers_in(item, self._region):
                found[digits].append(number)
        return dict(found)

    @cached_property
    def _texts(self) -> tuple[Sequence[str], "array[int]"]:
        pairs = list(self._read())
        return [text for text, _number in pairs], array("I", (number for _text, number in pairs))

    @property
    def _numbers(self) -> "array[int]":
        return self._texts[1]

    @cached_property
    def _plain(self) -> list[str]:
        return list(map(plain, self._texts[0]))

    @cached_property
    def _spelled(self) -> list[str]:
        return [
            spelled(text) if spells_out(text) else folded
            for text, folded in zip(self._texts[0], self._plain, strict=True)
        ]

    @cached_property
    def _written(self) -> list[str]:
        return [
            folded if text.isascii() else written(text)
            for text, folded in zip(self._texts[0], self._plain, strict=True)
        ]


def _shown(kind: FieldType, items: Sequence[str]) -> Iterator[Text]:
    """Yield the single values as they are stored, and as people read them in every language."""
    if isinstance(kind, InstantMessengerType):
        yield from ((kind.words(item), number) for number, item in enumerate(items))
    is_plain = isinstance(kind, (InstantMessengerType, PhoneType))
    if is_plain or type(kind).text is FieldType.text or kind.sources:
        yield from ((item, number) for number, item in enumerate(items))
        return
    for number, item in enumerate(items):
        yield from ((word, number) for word in _answers_like(kind, item))
    said = [_said(kind, items, code) for code in LANGUAGES]
    for number, texts in enumerate(zip(items, *said, strict=True)):
        for text in dict.fromkeys(texts):
            yield text, number
            if isinstance(kind, CascadeSelectType):
                yield from ((part, number) for part in text.split(BETWEEN))


def _said(kind: FieldType, items: Sequence[str], language: str) -> list[str]:
    with speaking(language):
        return [kind.text(item) for item in items]


def _answers_like(kind: FieldType, item: str) -> list[str]:
    """Return the words for yes, or for no, of which `item` is one."""
    if not isinstance(kind, CheckboxType):
        return []
    return [word for word, said in UNDERSTOOD.items() if said == item]
