"""The line for filters on the people page: what stands in it, and what is wrong with that. Pure."""

from dataclasses import dataclass

from lupweb.errors import FilterRefused
from lupweb.texts import Text, _

SHOWN = 34
"""Signs around the fault that are shown: they stand in one line on a telephone."""
LONGEST_CHIP = 60
CUT = "…"


@dataclass(frozen=True)
class FilterLine:
    """What the line holds.

    :param problem: what is wrong, with the column; None: nothing is
    :param expected: what may stand there, or ""
    :param suggestion: the field that may be meant, or ""
    :param pointed: the part of the text that is wrong, and below it a line with a caret
    """

    text: str
    problem: Text | None = None
    expected: Text | str = ""
    suggestion: str = ""
    pointed: tuple[str, str] = ("", "")

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
        pointed=pointed(refused.text, refused.column),
    )


def pointed(text: str, column: int) -> tuple[str, str]:
    """Return a part of a text around a column, and a line that has a caret below it.

    :param column: counted from 1
    """
    line = "".join(" " if sign.isspace() or not sign.isprintable() else sign for sign in text)
    start = max(0, min(column - 1 - SHOWN // 2, len(line) - SHOWN))
    part = line[start : start + SHOWN]
    before = CUT if start else ""
    behind = CUT if start + SHOWN < len(line) else ""
    return f"{before}{part}{behind}", " " * (len(before) + column - 1 - start) + "^"


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST_CHIP else text[: LONGEST_CHIP - 1] + CUT
