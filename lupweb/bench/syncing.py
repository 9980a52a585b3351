"""How long runs take, and how much memory, beside a plain `ldapsearch` (P1 to P4, P6)."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from blinker import ANY
from sqlalchemy import update

from lupweb.bench import change, floors
from lupweb.bench.children import environment, in_child, output_of
from lupweb.bench.company import (
    Workplace,
    application,
    company_directory,
    copy_of,
    installation,
    parts_of,
)
from lupweb.bench.machine import memory_now_mb, memory_peak_mb, peak_of_children
from lupweb.bench.report import Finding, Target, alone, between, compared
from lupweb.database import db, transaction
from lupweb.demo.fill import KEY
from lupweb.directories.models import Directory
from lupweb.errors import LupwebError
from lupweb.orgchart import keeping as charts
from lupweb.profiles.service import ahead, changed
from lupweb.runs.states import CHANGES, FULL, RunState
from lupweb.sync.records import record
from lupweb.sync.service import run
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
Round = Mapping[str, tuple[float, float]]
P1 = Target(limit=3.0)
P2 = Target(limit=6.0)
P3 = Target(limit=0.9)
P4 = Target(limit=1.2)
P6 = Target(limit=60)


def bench_sync(place: Workplace, people: int, rounds: int, tell: Tell) -> list[Finding]:
    """Measure first runs on a fresh SQLite installation, with and without the search index.

    P1 to P4 read the attributes that F1 reads, of people alone. All fields of the demo and the
    members of groups are read in a run of its own, which has no target, and where memory is
    weighed.
    """
    tell(_("Inventing and loading %(people)s people.", people=people))
    with company_directory(place, people) as served:
        people_only, everything = floors.people_as_read(place, served), place.new("everything")
        installation(everything, served)
        floor = floors.reading(served, place.folder)
        weighed = memory_of_first(place, everything)
        measured = []
        for number in range(1, rounds + 1):
            modify = change.command(served, place.folder, number)
            measured.append(_round(place, (people_only, everything), floor, modify))
            tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return _findings(measured, weighed)


def first_and_again(
    place: Workplace, template: Path, *, has_index: bool, modify: Sequence[str] = ()
) -> dict[str, float]:
    """Copy an installation, and let a fresh process read everybody into it twice.

    :param modify: a command that changes some entries
    :returns: seconds of the `first` run, of the whole run `again`, of a run of changes where there
        are `none`, of another one that believes the server's mark (`marked`), and with `modify` of
        one behind the command, `some`
    """
    folder, env = copy_of(template, place.new("round")), environment(place.folder / "round")
    figures: dict[str, float] = in_child("sync", env, has_index=has_index, modify=list(modify))
    shutil.rmtree(folder)
    return figures


def memory_of_first(place: Workplace, template: Path) -> dict[str, float]:
    """Return how many MB a first sync with search index takes; nothing is timed meanwhile.

    :returns: what it adds to its `own` process, at its peak; what the processes that it starts hold
        for themselves (`children`)
    """
    folder = copy_of(template, place.new("weighed"))
    weighed: dict[str, float] = in_child("weigh", environment(folder))
    shutil.rmtree(folder)
    return weighed


def sync(*, has_index: bool, modify: Sequence[str] = ()) -> dict[str, float]:
    """Read everybody into this process's installation, then once more; see `first_and_again`."""
    with application() as app, nullcontext() if has_index else search_left_out():
        figures = {"first": _run_once(app), "again": _run_once(app)}
        figures["none"] = _run_once(app, CHANGES)
        with transaction():
            db.session.execute(update(Directory).values(marks=True))
        figures["marked"] = _run_once(app, CHANGES)
        with transaction():
            db.session.execute(update(Directory).values(marks=False))
        if modify:
            output_of(modify)
            figures["some"] = _run_once(app, CHANGES)
    return figures


def weigh() -> dict[str, float]:
    """Read everybody into this process's installation; see `memory_of_first`."""
    with application() as app, peak_of_children() as children:
        before = memory_now_mb()  # not the peak of before: what a start has freed is no growth
        _run_once(app)
        own = memory_peak_mb() - before
    return {"own": own, "children": children.peak_mb}


def _round(
    place: Workplace,
    templates: tuple[Path, Path],
    floor: Callable[[], float],
    modify: Sequence[str],
) -> Round:
    people_only, everything = templates
    before = floor()
    bare = first_and_again(place, people_only, has_index=False)
    amid = floor()
    whole = first_and_again(place, people_only, has_index=True, modify=modify)
    later = floor()
    grouped = first_and_again(place, everything, has_index=True)
    after = floor()
    return {
        "bare": (bare["first"], between(before, amid)),
        "whole": (whole["first"], between(amid, later)),
        "again": (whole["again"], between(amid, later)),
        "none": (whole["none"], between(amid, later)),
        "some": (whole["some"], between(amid, later)),
        "grouped": (grouped["first"], between(later, after)),
    }


def _findings(measured: list[Round], weighed: Mapping[str, float]) -> list[Finding]:
    def beside_ldapsearch(what: Text, key: str, **more: Any) -> Finding:
        pairs = [each[key] for each in measured]
        return compared(what, pairs, unit="s", floor_name="F1", **more)

    return [
        beside_ldapsearch(_("first sync, without search index"), "bare", id="P1", target=P1),
        beside_ldapsearch(_("first sync, with search index"), "whole", id="P2", target=P2),
        beside_ldapsearch(_("changes, where there are none"), "none", id="P3", target=P3),
        beside_ldapsearch(_("changes of one person in a hundred"), "some", id="P4", target=P4),
        alone(
            _("memory that a first sync with all groups adds to its process"),
            [weighed["own"]],
            unit="MB",
            id="P6",
            target=P6,
        ),
        alone(
            _("memory of its own that the process has which reads beside it"),
            [weighed["children"]],
            unit="MB",
        ),
        beside_ldapsearch(_("second full sync, nothing changed"), "again"),
        beside_ldapsearch(
            _("first sync of all fields of the demo and the members of all groups"), "grouped"
        ),
    ]


@contextmanager
def search_left_out() -> Iterator[None]:
    """Let nobody but org charts learn of changes while the block lasts: no words are kept then."""
    ours = [(signal, each) for signal in (changed, ahead) for each in signal.receivers_for(ANY)]
    for signal, receiver in ours:
        signal.disconnect(receiver)
    changed.connect(charts.renew)
    try:
        yield
    finally:
        changed.disconnect(charts.renew)
        for signal, receiver in ours:
            signal.connect(receiver)


def _run_once(app: Any, mode: str = FULL) -> float:
    parts = parts_of(app)
    began = time.perf_counter()
    run_id = run(
        KEY,
        secret_key=parts.settings.secret_key,
        connect=parts.connect,
        trigger="bench",
        mode=mode,
    )
    took = time.perf_counter() - began
    found = record(run_id)
    is_done = found["state"] in {RunState.DONE, RunState.PARTIAL}
    if not is_done or found["mode"] != mode:
        raise LupwebError(found["message"])
    return took
