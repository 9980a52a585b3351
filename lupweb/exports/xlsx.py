"""People as a workbook for spreadsheets (ECMA-376), sent while it is written.

openpyxl makes the workbook with its first row, and this module the rows behind it: openpyxl needs
a minute and a half for 50,000 people with 60 fields, and gives nothing out before it is done.
Every value is a text of the kind that no spreadsheet computes (hostile-input.md B66).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from lupweb import clock
from lupweb.exports.rows import Columns, plain
from lupweb.field_types.days import day_of
from lupweb.profiles.layout import FieldLayout

MOST_PEOPLE = 1_048_575
"""Rows of a sheet, without the first."""
MOST_CELLS = 10_000_000
"""More than that would be a sheet of gigabytes, which no program opens."""
LONGEST = 32_767
"""Characters of one cell that spreadsheets take."""
SHEET = "xl/worksheets/sheet1.xml"
WIDTH = 22
TEXT = "s"
DAY_FORMAT = "yyyy-mm-dd"
DAY_ZERO, FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
"""Spreadsheets count days from the first, and wrongly before the second."""
NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_BREAK = re.compile("\r\n?")
CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a reader would take for a coded character, such as `_x0041_` for A."""


@dataclass(frozen=True)
class _Frame:
    """What stands around the rows.

    :param parts: name in the archive -> content, but for the sheet
    :param before, after: the sheet, without the rows behind the first
    :param day_style: number of the style of days
    """

    parts: Mapping[str, bytes]
    before: bytes
    after: bytes
    day_style: int


class _Pipe:
    """A file that is only written; what came in is taken out again."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Do nothing: what was written is there."""

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def taken(self) -> bytes:
        content = b"".join(self._written)
        self._written.clear()
        return content


def workbook(blocks: Iterable[Iterable[Mapping[str, Any]]], columns: Columns) -> Iterator[bytes]:
    """Yield a workbook: its beginning, the rows of each block of people, and its end."""
    made_at = clock.now().astimezone(UTC)
    frame, pipe, row = _frame(columns.head(), made_at), _Pipe(), 1
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for name, content in frame.parts.items():
            archive.writestr(_entry(name, made_at), content)
        with archive.open(_entry(SHEET, made_at), "w") as sheet:
            sheet.write(frame.before)
            for block in blocks:
                for document in block:
                    row += 1
                    sheet.write(_row(row, columns, document, frame.day_style).encode())
                yield pipe.taken()
            sheet.write(frame.after)
    yield pipe.taken()


def fits(people: int, columns: Columns) -> bool:
    """Return whether a workbook can hold so many people with these columns."""
    return people <= MOST_PEOPLE and people * columns.count <= MOST_CELLS


def _frame(names: Sequence[str], made_at: datetime) -> _Frame:
    """Return a workbook with one row of names, taken apart behind it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    sheet.freeze_panes = "A2"
    for number in range(1, len(names) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTH
    bold, day = Font(bold=True), WriteOnlyCell(sheet)
    day.number_format = DAY_FORMAT
    cells = [WriteOnlyCell(sheet, value=NO_XML.sub("", name)) for name in names]
    for each in cells:
        each.font = bold
        each.data_type = TEXT  # a field may be called "=1+1"
    sheet.append(cells)
    book.properties.creator = "lupweb"
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    day_style = day.style_id  # is the book's from now on
    parts = _parts_of(book)
    before, end, after = parts.pop(SHEET).partition(b"</sheetData>")
    return _Frame(parts, before, end + after, day_style)


def _parts_of(book: Workbook) -> dict[str, bytes]:
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        ExcelWriter(book, archive).save()
    with ZipFile(written) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _entry(name: str, made_at: datetime) -> ZipInfo:
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


def _row(number: int, columns: Columns, document: Mapping[str, Any], day_style: int) -> str:
    found, first = columns.values(document), len(columns.first)
    days = _days(found[first:], columns.fields)
    cells = "".join(
        _day_cell(f"{_letter(at + 1)}{number}", days[at - first], day_style)
        if at - first in days
        else _text_cell(f"{_letter(at + 1)}{number}", plain(value))
        for at, value in enumerate(found)
        if value not in (None, "", [])
    )
    return f'<row r="{number}">{cells}</row>'


def _days(found: Sequence[Any], fields: Sequence[FieldLayout]) -> dict[int, date]:
    """Return the days of fields that hold days: place among the fields -> day."""
    days = {
        at: day_of(value)
        for at, (field, value) in enumerate(zip(fields, found, strict=True))
        if field.type.key == "date" and isinstance(value, str)
    }
    return {at: day for at, day in days.items() if day is not None and day >= FIRST_DAY}


def _day_cell(place: str, day: date, style: int) -> str:
    return f'<c r="{place}" s="{style}"><v>{(day - DAY_ZERO).days}</v></c>'


def _text_cell(place: str, text: str) -> str:
    kept = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    clean = CODED.sub("_x005F_", NO_XML.sub("", LINE_BREAK.sub("\n", kept)))
    space = ' xml:space="preserve"' if clean != clean.strip() or "\n" in clean else ""
    return f'<c r="{place}" t="inlineStr"><is><t{space}>{escape(clean)}</t></is></c>'


@cache
def _letter(number: int) -> str:
    return get_column_letter(number)
