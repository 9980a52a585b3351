"""Org charts as files: who reports to whom as comma-separated values, and the drawing as a PNG."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from math import sqrt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.errors import LupwebError
from lupweb.exports.csv import cell
from lupweb.exports.rows import NAMED
from lupweb.orgchart.models import SubtreeCount
from lupweb.orgchart.places import ChartView
from lupweb.orgchart.queries import dotted, require_readable
from lupweb.people.models import Person
from lupweb.people.queries import one_of
from lupweb.texts import _

BLOCK = 1_000
MOST_PIXELS = 12_000_000
DRAWN_WITHIN_S = 30
DRAW = """
import json, sys, resvg_py
sys.stdout.buffer.write(resvg_py.svg_to_bytes(**json.load(sys.stdin)))
"""
LARGEST_SCALE = 2.0
"""A picture for slides has two pixels for each of the drawing, if that is not too many."""
FONTS: dict[str, Any] = {"font_family": "DejaVu Sans", "sans_serif_family": "DejaVu Sans"}
"""Taken where the machine has them; without any font there are boxes and no names."""


def chart_csv(chart: ChartView, viewer: Viewer) -> Iterator[str]:
    """Yield everybody in a chart as text, some hundred at a time, in the order of names.

    A dotted line is a column, if `viewer` may read its field.

    :raises NotFound: if `viewer` may not see the chart, when the first text is asked for
    """
    require_readable(chart, viewer)
    keys = [field.key for field in chart.dotted]
    yield _text([[cell(each) for each in _head(chart)]])
    ids = db.session.scalars(
        select(SubtreeCount.person_id)
        .where(SubtreeCount.chart_id == chart.id)
        .order_by(SubtreeCount.sort_name, SubtreeCount.person_id)
    ).all()
    for start in range(0, len(ids), BLOCK):
        yield _text(_rows(chart, viewer, ids[start : start + BLOCK], keys))


def chart_png(svg: str, width: int, height: int) -> bytes:
    """Return a drawing as a PNG picture on white.

    It is drawn by a process of its own: the library lets nothing else of this one go on meanwhile.

    :param svg: a file of its own, which names nothing outside it
    :param width: of the drawing, as `height`
    :raises LupwebError: if it takes too long
    """
    scale = min(LARGEST_SCALE, sqrt(MOST_PIXELS / max(1, width * height)))
    wanted = {"svg_string": svg, "width": max(1, int(width * scale)), "background": "#ffffff"}
    try:
        drawn = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-I", "-c", DRAW],
            input=json.dumps({**wanted, **FONTS}).encode(),
            capture_output=True,
            check=True,
            timeout=DRAWN_WITHIN_S,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise LupwebError(
            _("This chart could not be drawn as a picture. Close some teams, or take the SVG.")
        ) from error
    return drawn.stdout


def note_chart_export(viewer: Viewer, chart: ChartView, form: str) -> None:
    """Record who takes a chart along; call inside a transaction."""
    note_event(viewer.actor, "org_chart.exported", chart.key, {}, {"format": form})


def _head(chart: ChartView) -> list[str]:
    """Return what the columns are called; no two alike, whatever the fields are called."""
    logins = [_("%(field)s (login)", field=field.name) for field in (chart.manager, *chart.dotted)]
    counts = (_("Direct reports"), _("People below"), _("To repair"))
    names = (NAMED["login"], NAMED["name"], chart.manager.name, logins[0], *counts, *logins[1:])
    return [
        f"{name} ({at})" if str(name) in map(str, names[: at - 1]) else str(name)
        for at, name in enumerate(names, start=1)
    ]


def _rows(
    chart: ChartView, viewer: Viewer, ids: Sequence[int], keys: Sequence[str]
) -> Iterator[list[str]]:
    manager = aliased(Person)
    columns = (Person.login, Person.name, manager.name, manager.login)
    counts = (SubtreeCount.direct, SubtreeCount.total, SubtreeCount.flaw)
    found = db.session.execute(
        select(SubtreeCount.person_id, *columns, *counts)
        .join(Person, Person.id == SubtreeCount.person_id)
        .outerjoin(manager, manager.id == SubtreeCount.above_id)
        .where(SubtreeCount.chart_id == chart.id, one_of(SubtreeCount.person_id, ids))
    )
    by_id = {row[0]: list(row[1:]) for row in found}
    also = _also(chart, viewer, ids)
    for each in ids:
        if each in by_id:
            others = ["; ".join(also.get((each, key), ())) for key in keys]
            yield [cell(value) for value in [*by_id[each], *others]]


def _also(chart: ChartView, viewer: Viewer, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    """Return person and field -> logins of those for whom they also work."""
    edges = dotted(chart, viewer, ids)
    rows = select(Person.id, Person.login).where(one_of(Person.id, {each.to_id for each in edges}))
    logins = dict(db.session.execute(rows).all()) if edges else {}
    found: dict[tuple[int, str], list[str]] = {}
    for edge in edges:
        names = found.setdefault((edge.person_id, edge.field.key), [])
        names.extend([logins[edge.to_id]] if edge.to_id in logins else [])
    return found


def _text(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
