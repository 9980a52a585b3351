"""Write people to a file or to a browser, as one viewer sees them."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from werkzeug.utils import secure_filename

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.errors import InvalidValue, LupwebError
from lupweb.exports import csv, xlsx
from lupweb.exports.contacts import contacts_of
from lupweb.exports.rows import Columns
from lupweb.exports.vcard import vcards
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.found import FoundPeople
from lupweb.texts import _

log = structlog.get_logger()
ABOUT = "people"
"""What events about exports are about."""
Blocks = Iterable[Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Export:
    """People on their way out of the site.

    :param viewer: who takes them along, and as whom they are seen
    :param people: who may be exported (`people.policies`), all of them
    :param site: the address of the site, which tells its people from those of other sites
    :param chosen: keys of the fields that are columns, in their order; none: all of them
    """

    viewer: Viewer
    layout: Layout
    people: FoundPeople
    site: str
    chosen: Sequence[str] = ()

    @cached_property
    def columns(self) -> Columns:
        """Return the columns: no field that the viewer may read of nobody in the file."""
        own = _own_keys(self.viewer, self.layout, self.people)
        fields = self.layout.fields()
        seen = [each for each in fields if may_read(self.viewer, each) or each.key in own]
        return Columns.of(seen, self.chosen)

    def blocks(self, *, in_words: bool = False) -> Blocks:
        """Yield the people as documents, some hundred at a time.

        :param in_words: as in `profiles.exchange`
        """
        for block in self.people.blocks():
            yield documents(self.viewer, self.layout, block, in_words=in_words)


def _csv(export: Export) -> Iterator[bytes]:
    return (text.encode() for text in csv.lines(export.blocks(in_words=True), export.columns))


def _xlsx(export: Export) -> Iterator[bytes]:
    return xlsx.workbook(export.blocks(in_words=True), export.columns)


def _json(export: Export) -> Iterator[bytes]:
    return (text.encode() for text in _json_lines(export.blocks()))


def _vcf(export: Export) -> Iterator[bytes]:
    viewer, layout, site = export.viewer, export.layout, export.site
    return vcards(contacts_of(viewer, layout, block, site) for block in export.people.blocks())


@dataclass(frozen=True)
class Format:
    """A kind of file.

    :param write: yields the bytes of the file, a block of people after the other
    """

    content_type: str
    write: Callable[[Export], Iterator[bytes]]


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", _csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "json": Format("application/json", _json),
    "vcf": Format("text/vcard; charset=utf-8", _vcf),
}


def export_people(export: Export, form: str, path: Path) -> int:
    """Write people to `path`, readable by its owner only; return how many there were.

    :param form: one of `FORMATS`
    :raises InvalidValue: if a file of this kind cannot hold so many
    """
    written = exported_people(export, form)
    try:
        with open(path, "wb", opener=_private) as file:
            file.writelines(written)
    except OSError as error:
        raise LupwebError(
            _("%(path)s cannot be written: %(why)s.", path=path, why=error.strerror)
        ) from error
    return len(export.people)


def exported_people(export: Export, form: str) -> Iterator[bytes]:
    """Return the bytes of the file, a block of people after the other, as they are asked for.

    :param form: one of `FORMATS`
    :raises InvalidValue: at once, if a file of this kind cannot hold so many
    """
    if form == "xlsx" and not xlsx.fits(len(export.people), export.columns):
        raise InvalidValue(
            _(
                "These are too many people for one spreadsheet. Choose fewer of them, or take the"
                " CSV file, which has room for everybody."
            )
        )
    log.info("people exported", form=form, people=len(export.people), by=export.viewer.actor)
    return FORMATS[form].write(export)


def note_export(export: Export, form: str, asked: str) -> None:
    """Record who takes how many people along, and which; call inside a transaction.

    :param form: one of `FORMATS`, or another word for what is made of them
    :param asked: the address, or the words, by which they were found
    """
    said = {"format": form, "people": len(export.people), "asked": asked}
    note_event(export.viewer.actor, "people.exported", ABOUT, {}, said)


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


def _json_lines(blocks: Blocks) -> Iterator[str]:
    before = "["
    for block in blocks:
        yield "".join(
            f"{before if at == 0 else ','}\n{json.dumps(row, ensure_ascii=False)}"
            for at, row in enumerate(block)
        )
        before = "," if block else before
    yield "\n]\n" if before == "," else "[\n]\n"
