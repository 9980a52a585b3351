"""What the pages of synchronization show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for

from lupweb.accounts.actors import actor_names
from lupweb.accounts.giving import is_system_administrator
from lupweb.blueprints.admin.sync_after import after
from lupweb.blueprints.admin.sync_course import course_of
from lupweb.blueprints.admin.sync_names import (
    ACTIONS,
    BESIDE,
    COUNTER_NAMES,
    MODES,
    WENT,
    WERE,
    known_names,
)
from lupweb.clock import now
from lupweb.errors import NotFound
from lupweb.profiles.sources import Source
from lupweb.runs.decided import decisions
from lupweb.runs.models import Run
from lupweb.runs.quiet import quiet_time
from lupweb.runs.sentences import sentence
from lupweb.runs.service import get_run
from lupweb.runs.states import CREDENTIALS_REFUSED, FOUND, RunState
from lupweb.sources import xml_file
from lupweb.sources.overview import source_standing
from lupweb.sync.dashboard import (
    Standing,
    active_runs_shown,
    directory_standings,
    name_of,
    plans,
    resting,
    rules_of,
)
from lupweb.sync.fingerprints import unseen_directories, waiting_fields
from lupweb.sync.holding import reason_of, verdicts_of
from lupweb.sync.only_changes import only_changes
from lupweb.sync.records import COUNTERS, PREFIX
from lupweb.sync.run_list import (
    Asked,
    outdated_by,
    problem_counts,
    runs_listed,
    runs_numbered,
    subjects_known,
)
from lupweb.sync.run_page import Part, ProblemLine, people_changed, plan_of, problems_of
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

RECENT = 8
MOST_DIGITS = 9
MOST_SHOWN = 50
RUN_PARTS = ("people", "problems", "held", "plan")


@dataclass(frozen=True)
class Address:
    """Makes the addresses of the pages of one list."""

    path: str
    query: Mapping[str, str]

    def page(self, number: int) -> str:
        """Return the address of a page."""
        given = {name: value for name, value in self.query.items() if value}
        return f"{self.path}?{urlencode({**given, 'page': str(number)})}"


def dashboard_page() -> str:
    """Return the page of how synchronization stands."""
    standings = directory_standings()
    names = {each.directory.key: each.directory.name for each in standings}
    active = active_runs_shown(names, now())
    recent = runs_listed(Asked(), most=RECENT)
    options, unseen = site_options(), unseen_directories()
    file = source_standing(viewer(), page_layout(), Source.XML, xml_file.SUBJECT)
    of_file = file.last if file.last and not file.last.dry_run else None
    last = [run for run in (*(each.last for each in standings), of_file) if run]
    return render_template(
        "admin/sync/index.html",
        standings=standings,
        only_changes=only_changes(each.directory for each in standings if each.is_read),
        file=file if options["xml_file"] or file.last else None,
        may_change=is_system_administrator(viewer()),
        active=active,
        recent=recent,
        held=_waiting_for_somebody(last),
        names={run.subject: name_of(run.subject, names) for run in [*recent.runs, *last]},
        modes=MODES,
        resting=resting(names),
        problems=_problems(last),
        waiting=_waiting(standings),
        unseen=unseen,
        plans=plans([PREFIX + key for key in unseen]),
        rules={each.directory.key: rules_of(each.directory, options) for each in standings},
        sentence=sentence,
        quiet=quiet_time(options["full_not_between"]),
        counter_names=COUNTER_NAMES,
        options=options,
    )


def _waiting_for_somebody(last: Sequence[Run]) -> list[Run]:
    """Return the runs that hold what nobody has decided about, and that is not out of date."""
    held = [run for run in last if run.state == RunState.HELD]
    settled = {*decisions(held), *outdated_by(held)}
    return [run for run in held if run.id not in settled]


def _problems(last: Sequence[Run]) -> list[tuple[Run, Part[ProblemLine]]]:
    """Return the first problems of these runs, of those that met any."""
    counts = problem_counts([run.id for run in last])
    return [
        (run, problems_of(viewer(), page_layout(), run.id, 1)) for run in last if run.id in counts
    ]


def _waiting(standings: Sequence[Standing]) -> dict[str, list[str]]:
    """Return key of each directory -> names of the fields that its next run reads for everybody."""
    names = {each.key: each.name for each in page_layout().fields()}
    waiting = waiting_fields()
    return {
        each.directory.key: sorted(
            names[key] for key, where in waiting.items() if each.directory in where
        )
        for each in standings
    }


def active_part(shown: str) -> str:
    """Return the part of the page that says what works now, and what has ended meanwhile.

    :param shown: the numbers of the runs that the page shows as active, with commas between them
    """
    names = known_names()
    active = active_runs_shown(names, now())
    open_ids = {each.run.id for each in active}
    numbers = [each for each in shown.split(",")[:MOST_SHOWN] if is_number(each)]
    ended = runs_numbered({int(each) for each in numbers} - open_ids)
    return render_template(
        "admin/sync/_active.html",
        active=active,
        counter_names=COUNTER_NAMES,
        ended=[(run, name_of(run.subject, names)) for run in ended],
        modes=MODES,
    )


def runs_page() -> str:
    """Return a page of the list of runs."""
    given = {name: request.args.get(name, "") for name in ("subject", "went", "mode")}
    asked = Asked(**given, page=page_number(request.args.get("page", "")))
    names, subjects = known_names(), subjects_known()
    return render_template(
        "admin/sync/runs.html",
        found=runs_listed(asked),
        asked=asked,
        address=Address(url_for(".runs"), given),
        names={subject: name_of(subject, names) for subject in subjects},
        modes=MODES,
        went=WENT,
    )


def run_page(number: int, part: str) -> str:
    """Return the page of a run.

    :param part: one of `RUN_PARTS`; "" for the one that matters most
    :raises NotFound: if there is no such run
    """
    run = get_run(number)
    names, problems = known_names(), problem_counts([run.id]).get(run.id, 0)
    parts = _parts(run, has_problems=problems > 0)
    chosen = part if part in parts else next(iter(parts), "")
    decision = decisions([run]).get(run.id)
    return render_template(
        "admin/sync/run.html",
        run=run,
        name=name_of(run.subject, names),
        modes=MODES,
        problem_count=problems,
        counters=[(key, COUNTER_NAMES[key], run.counters.get(key, 0)) for key in COUNTER_NAMES],
        beside=[
            (label, run.counters.get(key, 0))
            for key, label in BESIDE.items()
            if run.counters.get(key) or key == "values_changed"
        ],
        others=_others(run),
        course=course_of(run),
        outdated=outdated_by([run]),
        decision=decision,
        decided_by=actor_names([decision.actor]).get(decision.actor, "") if decision else "",
        reasons=[reason_of(page_layout(), each) for each in verdicts_of(run)],
        parts=parts,
        chosen=chosen,
        part=_part(run, chosen),
        actions=ACTIONS if run.state == RunState.HELD or run.dry_run else WERE,
        counter_names=COUNTER_NAMES,
        after=after(run),
        address=Address(url_for(".show", number=number), {"show": chosen}),
        active=[each for each in active_runs_shown(names, now()) if each.run.id == number],
    )


def _others(run: Run) -> dict[str, int]:
    """Return what a run counted that has no name of its own; for those who look for a fault."""
    return {
        key: n
        for key, n in run.counters.items()
        if n and key not in COUNTERS and not key.startswith(FOUND) and key != CREDENTIALS_REFUSED
    }


def run_number(text: str) -> int:
    """Return the number of a run, as an address says it.

    :raises NotFound: if it is none
    """
    if not is_number(text):
        raise NotFound(_("There is no run %(number)s.", number=text[:20]))
    return int(text)


def is_number(text: str) -> bool:
    """Return whether a text is the number of something."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _parts(run: Run, *, has_problems: bool) -> dict[str, Text]:
    """Return the lists that a run has, the one that matters most first."""
    found: dict[str, Text] = {}
    if run.guards:
        found["held"] = (
            _("Held back") if run.state == RunState.HELD or run.dry_run else _("Was held back")
        )
    if run.dry_run:
        found["plan"] = _("What it would do")
    if has_problems:
        found["problems"] = _("Problems")
    if not run.dry_run:
        found["people"] = _("People it changed")
    return found


def _part(run: Run, chosen: str) -> Part[Any]:
    number = page_number(request.args.get("page", ""))
    if chosen == "problems":
        return problems_of(viewer(), page_layout(), run.id, number)
    if chosen in {"held", "plan"}:
        return plan_of(viewer(), page_layout(), run, number, is_held=chosen == "held")
    return people_changed(viewer(), page_layout(), run, number)
