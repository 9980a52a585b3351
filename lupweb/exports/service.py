"""Write people to a file or to a browser, as one viewer sees them."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from werkzeug.utils import secure_filename

from lupweb.accounts.viewers import Viewer
from lupweb.errors import LupwebError
from lupweb.exports import csv
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.found import FoundPeople
from lupweb.texts import _

log = structlog.get_logger()
FORMATS = ("csv", "json")


def export_people(
    viewer: Viewer, layout: Layout, people: FoundPeople, form: str, path: Path
) -> int:
    """Write `people` to `path`, readable by its owner only; return how many there were.

    :param form: one of `FORMATS`
    """
    try:
        with open(path, "w", encoding="utf-8", newline="", opener=_private) as file:
            file.writelines(exported_people(viewer, layout, people, form))
    except OSError as error:
        raise LupwebError(
            _("%(path)s cannot be written: %(why)s.", path=path, why=error.strerror)
        ) from error
    return len(people)


def exported_people(
    viewer: Viewer, layout: Layout, people: FoundPeople, form: str
) -> Iterator[str]:
    """Yield the text of the file, a block of people after the other; logged when it begins.

    A field that `viewer` may read of nobody in the file has no column.

    :param form: one of `FORMATS`
    """
    log.info("people exported", form=form, people=len(people), viewer=viewer.person_id)
    own = _own_keys(viewer, layout, people)
    fields = [each for each in layout.fields() if may_read(viewer, each) or each.key in own]
    in_words = form == "csv"  # a spreadsheet is read by people
    blocks = (documents(viewer, layout, block, in_words=in_words) for block in people.blocks())
    return csv.lines(blocks, fields) if in_words else _json_lines(blocks)


def file_name(site: str, day: datetime, form: str) -> str:
    """Return the name of a file of people: "nordhafen-people-2026-11-03.csv"."""
    name = secure_filename(site).replace("_", "-").lower()
    return f"{name or 'people'}-{day:%Y-%m-%d}.{form}"


def _private(path: str, flags: int) -> int:
    """Open a file for its owner only; never one that a link leads to."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _own_keys(viewer: Viewer, layout: Layout, people: FoundPeople) -> set[str]:
    """Return the fields that the viewer has a value of, if the viewer is in the file."""
    if viewer.person_id is None or viewer.person_id not in people.ids:
        return set()
    own = documents(viewer, layout, FoundPeople([viewer.person_id])[:1])
    return {key for each in own for key in each["values"]}


Blocks = Iterator[Sequence[Mapping[str, Any]]]


def _json_lines(blocks: Blocks) -> Iterator[str]:
    before = "["
    for block in blocks:
        for row in block:
            yield f"{before}\n{json.dumps(row, ensure_ascii=False)}"
            before = ","
    yield "\n]\n" if before == "," else "[\n]\n"
