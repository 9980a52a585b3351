"""The line for filters on the people page: what stands in it, and what is wrong with that. Pure."""

from dataclasses import dataclass

from lupweb.errors import FilterRefused
from lupweb.texts import Text, _

SHOWN = 34
"""Signs around the fault that are shown: they stand in one line on a telephone."""
SHOWN_WIDE = 66
"""The same where the screen is wider."""
LONGEST_CHIP = 60
CUT = "…"


@dataclass(frozen=True)
class FilterLine:
    """What the line holds.

    :param problem: what is wrong, with the column; None: nothing is
    :param expected: what may stand there, or ""
    :param suggestion: the field that may be meant, or ""
    :param pointed: see `pointings`
    """

    text: str
    problem: Text | None = None
    expected: Text | str = ""
    suggestion: str = ""
    pointed: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether there is anything to see in it."""
        return bool(self.text)


def filter_line(written: str, refused: FilterRefused | None) -> FilterLine:
    """Return the line of a page.

    :param written: the filter in use, where none was refused
    """
    if refused is None:
        return FilterLine(written)
    return FilterLine(
        text=refused.text,
        problem=_("Column %(column)s: %(message)s", column=refused.column, message=refused.message),
        expected=refused.expected,
        suggestion=refused.suggestion,
        pointed=pointings(refused.text, refused.column),
    )


def pointings(text: str, column: int) -> tuple[tuple[str, str], ...]:
    """Return what `pointed` does, for a telephone and for a screen; once where it is the same."""
    ways = (pointed(text, column, shown) for shown in (SHOWN, SHOWN_WIDE))
    return tuple(dict.fromkeys(ways))


def pointed(text: str, column: int, shown: int = SHOWN) -> tuple[str, str]:
    """Return a part of a text around a column, and a line that has a caret below it.

    :param column: counted from 1
    :param shown: signs of the part
    """
    line = "".join(" " if sign.isspace() or not sign.isprintable() else sign for sign in text)
    start = max(0, min(column - 1 - shown // 2, len(line) - shown))
    part = line[start : start + shown]
    before = CUT if start else ""
    behind = CUT if start + shown < len(line) else ""
    return f"{before}{part}{behind}", " " * (len(before) + column - 1 - start) + "^"


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST_CHIP else text[: LONGEST_CHIP - 1] + CUT
