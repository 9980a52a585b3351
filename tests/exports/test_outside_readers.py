"""What others make of our files: a spreadsheet reader, an address book reader, `csv`."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from weakref import WeakSet
from zipfile import ZipFile

import pytest
import vobject
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import event, insert

from lupweb import clock
from lupweb.accounts.viewers import OPERATOR
from lupweb.database import db, transaction
from lupweb.exports import csv as our_csv
from lupweb.exports import service
from lupweb.exports.contacts import Contact, Further
from lupweb.exports.rows import FIRST_COLUMNS, Columns, plain
from lupweb.exports.service import Export, exported_people
from lupweb.exports.vcard import vcards
from lupweb.exports.xlsx import LONGEST, MOST_PEOPLE, fits, workbook
from lupweb.field_types import FIELD_TYPES
from lupweb.people.models import Person
from lupweb.profiles import layout as layouts
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.search import found as finding
from lupweb.search.found import FoundPeople
from tests.field_types.samples import HOSTILE, every_type, stored_values

NAMES = [
    "Moreira, Ines; \"Nina\"", "Zoë 👩‍🚀 O’Neil", "שלום עולם", "two\nlines", "  blanks  ",
    "=cmd|' /C calc'!A0", "+49 30 1", "-1", "@SUM(A1)", "\ttab", "'quoted", "_x0041_", "</t>&amp;",
]  # fmt: skip
EXACT_DAY = "2018-03-01"


def a_field(key: str) -> FieldLayout:
    nobody: frozenset[int] = frozenset()
    shown = dict.fromkeys(("searchable", "in_profile", "in_table", "on_card", "facet"), True)
    return FieldLayout(
        id=1, key=f"v_{key}", name=key.title(), type=every_type(key), help_text="",
        source=Source.USER, attribute="", applies_to=nobody,
        category_visible_to=nobody, visible_to=nobody,
        stays_findable=False, **shown,
    )  # fmt: skip


FIELDS = [a_field(key) for key in sorted(FIELD_TYPES)]


def a_document(name: str, values: dict[str, Any]) -> dict[str, Any]:
    said = {
        "login": "ines",
        "email": "",
        "directory": None,
        "state": "active",
        "groups": ["a", "b"],
    }
    return {**said, "name": name, "values": values}


DOCUMENTS = [
    *(a_document(name, {"v_text": name}) for name in NAMES),
    *(
        a_document("Somebody", {f"v_{key}": every_type(key).export(value)})
        for key in sorted(FIELD_TYPES)
        for value in stored_values(key)
    ),
    *(a_document("Hostile", {"v_text": text.replace("\0", "")}) for text in HOSTILE),
]


def written(documents: list[dict[str, Any]], fields: list[FieldLayout] = FIELDS) -> bytes:
    return b"".join(workbook([documents[:7], documents[7:]], Columns.of(fields)))


def read(content: bytes) -> list[list[Any]]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)


def test_b66_every_value_of_every_type_is_the_text_that_was_entered_and_a_day_is_a_day() -> None:
    names, *rows = read(written(DOCUMENTS))

    assert names == Columns.of(FIELDS).head()
    keys = [*FIRST_COLUMNS, *(field.key for field in FIELDS)]
    assert len(rows) == len(DOCUMENTS)
    days = 0
    for document, row in zip(DOCUMENTS, rows, strict=True):
        for name, found in zip(keys, row, strict=True):
            entered = plain(document["values"].get(name, document.get(name)))
            if isinstance(found, date):
                days += 1
                assert (name, found.isoformat()[:10]) == ("v_date", entered)
            else:
                assert found == entered, name
    assert days >= 1


def test_b66_no_cell_of_a_workbook_is_a_formula_or_a_number() -> None:
    sheet = load_workbook(BytesIO(written(DOCUMENTS))).worksheets[0]

    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds in ({"inlineStr", "d"}, {"s", "d"})
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_a_day_without_a_year_and_one_before_spreadsheets_count_are_texts() -> None:
    days = ["--03-01", "1899-12-31", "1900-02-28", "1900-03-01", EXACT_DAY]
    documents = [a_document("x", {"v_date": day}) for day in days]

    column = [row[-1] for row in read(written(documents, [a_field("date")]))[1:]]

    assert column == [*days[:3], date(1900, 3, 1), date(2018, 3, 1)]


@settings(max_examples=10)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=30))
def test_any_text_is_read_back_but_for_what_no_file_can_hold(texts: list[str]) -> None:
    rows = read(written([a_document(f"|{text}|", {}) for text in texts], []))[1:]

    for text, row in zip(texts, rows, strict=True):
        holdable = "".join(sign for sign in text if sign in "\t\n\r" or sign >= " ")
        holdable = holdable.replace("\ufffe", "").replace("\uffff", "")
        assert row[1] == f"|{holdable}|".replace("\r\n", "\n").replace("\r", "\n")


def test_a_column_has_the_name_of_its_field_and_no_two_have_the_same() -> None:
    """Not its key; the mail address that everybody has, and a field `email`, are one column."""
    fields = [
        replace(a_field("text"), key=key, name=name)
        for key, name in (("email", "Mail"), ("other", "name"), ("sum", "=1+1"), ("x", "=1+1"))
    ]
    columns = Columns.of(fields)
    chosen = Columns.of(fields, ("x", "gone", "other"))
    document = {**a_document("Ines", {"email": "i@x.example", "x": "1"}), "email": "old@x.example"}

    assert columns.head()[:3] == ["Login", "Name", "Email"]
    assert columns.head()[6:] == ["name (other)", "=1+1 (sum)", "=1+1 (x)"]
    assert chosen.head() == ["Login", "Name", "Email", "=1+1", "name (other)"]
    assert chosen.values(document) == ["ines", "Ines", "i@x.example", "1", None]
    assert chosen.values(a_document("Ines", {}))[2] == ""
    assert next(our_csv.lines([], chosen)).split(",")[3] == "'=1+1"
    sheet = load_workbook(BytesIO(b"".join(workbook([], chosen)))).worksheets[0]
    assert (sheet["D1"].value, sheet["D1"].data_type) == ("=1+1", "s")


def test_what_is_too_long_for_a_cell_or_a_sheet_is_cut_or_refused() -> None:
    (row,) = read(written([a_document("x" * (LONGEST + 1), {})], []))[1:]

    assert (len(row[1]), row[1][-1]) == (LONGEST, "…")
    assert fits(MOST_PEOPLE, Columns(("login",), []))
    assert not fits(MOST_PEOPLE + 1, Columns(("login",), []))
    assert not fits(200_000, Columns(FIRST_COLUMNS, FIELDS * 3))


def test_the_same_people_at_the_same_time_are_the_same_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 3, 14, 15, 16, tzinfo=UTC))

    content = written(DOCUMENTS)

    assert content == written(DOCUMENTS)
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 3, 14, 15, 16)}


def test_b66_what_csv_reads_is_what_was_entered() -> None:
    columns = Columns.of(FIELDS)
    text = "".join(our_csv.lines([DOCUMENTS], columns))
    keys = [*columns.first, *(field.key for field in FIELDS)]
    names = dict(zip(keys, columns.head(), strict=True))

    rows = list(csv.DictReader(text.splitlines(keepends=True)))

    for document, row in zip(DOCUMENTS, rows, strict=True):
        assert our_csv.value_of(row["Name"]) == document["name"]
        for key, value in document["values"].items():
            assert our_csv.value_of(row[names[key]]) == plain(value)


def a_contact(name: str) -> Contact:
    texts = ("phone", "chat", "position", "department", "location", "manager", "login")
    return Contact(
        uid="urn:uuid:0b5d6200-0000-5000-8000-000000000001", name=name, given=name, family=name,
        email="ines@example.com", phone_href="", chat_href="", website="https://example.com/a",
        changed_at=datetime(2026, 11, 3, tzinfo=UTC), photo=b"\xff\xd8" * 400,
        others=[Further("phone", "Mobile", "tel:+49-40-1"), Further("", "Room", name)],
        **dict.fromkeys(texts, name),
    )  # fmt: skip


def test_b42_an_address_book_reads_every_name_as_it_is() -> None:
    names = [*NAMES, *(text.replace("\0", "") for text in HOSTILE)]
    content = b"".join(vcards([map(a_contact, names[:5]), map(a_contact, names[5:])])).decode()

    cards = list(vobject.readComponents(content))

    assert len(cards) == len(names)
    for name, card in zip(names, cards, strict=True):
        kept = "".join(sign for sign in name if sign == "\n" or sign >= " ")
        assert card.fn.value == card.title.value == kept
        assert (card.n.value.family, card.n.value.given) == (kept, kept)
        assert card.adr.value.city == kept
        assert card.note.value == f"Room: {kept}"
        assert card.url.value == "https://example.com/a"
        assert [each.value for each in card.contents["tel"]] == [kept, "tel:+49-40-1"]


@pytest.fixture
def crowd(in_app: Flask) -> Callable[[int], Export]:
    """Makes people with sixty values each; returns them on their way out."""

    def make(count: int) -> Export:
        fields = tuple(a_field("text") for _each in range(60))
        keyed = tuple(
            layouts.replace(field, id=at, key=f"f{at}") for at, field in enumerate(fields)
        )
        category = layouts.CategoryLayout(1, "work", "Work", frozenset(), keyed)
        values = {field.key: f"a value of {field.key}" for field in keyed}
        with transaction():
            for start in range(0, count, 5_000):
                numbers = range(start, min(start + 5_000, count))
                db.session.execute(
                    insert(Person),
                    [
                        {"login": f"p{at}", "login_folded": f"p{at}", "name": f"P {at}",
                         "sort_name": f"p {at}", "document": {"values": values}}
                        for at in numbers
                    ],
                )  # fmt: skip
        ids = list(db.session.scalars(db.select(Person.id).order_by(Person.id)))
        return Export(OPERATOR, Layout((category,)), FoundPeople(ids), "https://example.com")

    return make


@pytest.fixture
def held() -> Iterator[WeakSet[Person]]:
    """The people who are in memory."""
    people: WeakSet[Person] = WeakSet()

    def note(person: Person, _context: object) -> None:
        people.add(person)

    event.listen(Person, "load", note)
    yield people
    event.remove(Person, "load", note)


@pytest.mark.parametrize("form", list(service.FORMATS))
def test_b67_no_more_people_are_in_memory_than_are_written_at_once(
    crowd: Callable[[int], Export],
    held: WeakSet[Person],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    monkeypatch.setattr(finding, "BLOCK", 10)

    counts = [len(held) for _part in exported_people(crowd(60), form)]

    assert len(counts) >= 6
    assert 10 <= max(counts) <= 20


@pytest.mark.thorough
def test_b67_fifty_thousand_people_with_sixty_fields_need_little_memory(
    crowd: Callable[[int], Export],
) -> None:
    export = crowd(50_000)
    for form in service.FORMATS:
        before, size, parts = resident(), 0, 0
        for part in exported_people(export, form):
            size, parts = size + len(part), parts + 1

        assert parts >= 100, form
        assert size > 1_000_000, form
        assert resident() - before < 100, form


def resident() -> float:
    """Return the memory of this process in MiB, as it is now."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
