"""Write people to a file, as one viewer sees them."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import structlog

from lupweb.accounts.viewers import Viewer
from lupweb.errors import LupwebError
from lupweb.exports import csv
from lupweb.people.models import Person
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.texts import _

log = structlog.get_logger()
BLOCK = 500
FORMATS = ("csv", "json")


def export_people(
    viewer: Viewer, layout: Layout, people: Sequence[Person], form: str, path: Path
) -> int:
    """Write `people` to `path`, readable by its owner only; return how many there were.

    A field that `viewer` may read of nobody in the file has no column.

    :param form: one of `FORMATS`
    """
    own = _own_keys(viewer, layout, people)
    fields = [each for each in layout.fields() if may_read(viewer, each) or each.key in own]
    rows = _rows(viewer, layout, people)
    try:
        with open(path, "w", encoding="utf-8", newline="", opener=_private) as file:
            write = csv.write if form == "csv" else _write_json
            count = write(rows, fields, file)
    except OSError as error:
        raise LupwebError(
            _("%(path)s cannot be written: %(why)s.", path=path, why=error.strerror)
        ) from error
    log.info("people exported", form=form, people=count, viewer=viewer.person_id)
    return count


def _private(path: str, flags: int) -> int:
    """Open a file for its owner only; never one that a link leads to."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _own_keys(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> set[str]:
    """Return the fields that the viewer has a value of, if the viewer is in the file."""
    own = [person for person in people if person.id == viewer.person_id]
    return {key for each in documents(viewer, layout, own) for key in each["values"]}


def _rows(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(people), BLOCK):
        yield from documents(viewer, layout, people[start : start + BLOCK])


def _write_json(
    rows: Iterator[Mapping[str, Any]], _fields: Sequence[FieldLayout], file: TextIO
) -> int:
    file.write("[")
    count = 0
    for row in rows:
        file.write((",\n" if count else "\n") + json.dumps(row, ensure_ascii=False))
        count += 1
    file.write("\n]\n")
    return count
