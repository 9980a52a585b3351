"""How long org charts take: anybody's chart in the database (P11), all counts anew (P12)."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.engine import Engine

from lupweb.accounts.viewers import OPERATOR
from lupweb.bench.children import environment, in_child
from lupweb.bench.company import Served, Workplace, application, installation
from lupweb.bench.postgresql import find_programs, private_postgresql
from lupweb.bench.report import Finding, Target, alone, percentile
from lupweb.database import db, transaction
from lupweb.orgchart import keeping
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.problems import faulty, problems
from lupweb.orgchart.queries import find_chart, reports, standing, tops
from lupweb.orgchart.tree import Flaw
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue, ProfileField
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
Ask = Callable[[int], object]
Rounds = list[list[float]]
KEY = "line"
FIELD = "manager"
SEED = 8
PEOPLE_ASKED = 500
TOP_ASKED = 20
WARM_UP = 50
CIRCLES = 1_000
STRAY = 10_000
"""Managers who are not known any more, and circles of two, that the damaged chart has."""
NOWHERE = "ldap://127.0.0.1:1"
P11 = Target(limit=1)
P12 = Target(limit=0.6)
NO_POSTGRESQL = _(
    "PostgreSQL was left out: there is no server here. Debian and Ubuntu: apt-get install"
    " --no-install-recommends postgresql. Fedora: dnf install postgresql-server."
)


def bench_charts(
    place: Workplace, people: int, rounds: int, tell: Tell
) -> tuple[list[Finding], list[Text]]:
    """Measure charts on SQLite and, if it is installed, on PostgreSQL."""
    tell(_("Filling SQLite with %(people)s people.", people=people))
    findings = _findings(_measured(place.new("sqlite"), people, rounds), "SQLite")
    programs = find_programs()
    if programs is None:
        return findings, [NO_POSTGRESQL]
    tell(_("Filling PostgreSQL with %(people)s people.", people=people))
    with private_postgresql(programs) as url:
        found = _measured(place.new("postgresql"), people, rounds, url)
    return [*findings, *_findings(found, "PostgreSQL")], []


def charts(rounds: int, clock: Callable[[], float] = time.perf_counter) -> dict[str, Any]:
    """Ask this process's installation, which has read the company, as its operator.

    :returns: lists of figures, round by round: milliseconds of each question `in_database` and
        `in_process`, and the same of the damaged chart; seconds of counting `anew` and `again`
    """
    with application():
        _define()
        found: dict[str, Any] = {"anew": [], "again": []}
        for _number in range(rounds):
            found["anew"].append(_counting_s(clock, from_nothing=True))
            found["again"].append(_counting_s(clock, from_nothing=False))
        found |= _asked(rounds, clock, "")
        _damage()
        return found | _asked(rounds, clock, "damaged_")


def _measured(folder: Path, people: int, rounds: int, database_url: str = "") -> Any:
    installation(folder, Served(NOWHERE, people, "-"), database_url)
    env = environment(folder, database_url)
    in_child("fill", env, folder=str(folder), people=people)
    return in_child("charts", env, rounds=rounds)


def _findings(found: dict[str, Any], database: str) -> list[Finding]:
    counted = (
        (_("counts of everybody, from nothing, %(database)s", database=database), "anew", P12),
        (_("counts again, nothing changed, %(database)s", database=database), "again", None),
    )
    lines = [
        alone(what, found[name], unit="s", id="P12" if target else "", target=target)
        for what, name, target in counted
    ]
    asked = (
        (_("somebody's chart in the database, %(database)s", database=database), "in_database"),
        (_("the same with Python, %(database)s", database=database), "in_process"),
        (
            _(
                "in the database, %(circles)s circles, %(stray)s managers unknown, %(database)s",
                circles=CIRCLES,
                stray=STRAY,
                database=database,
            ),
            "damaged_in_database",
        ),
        (
            _("top and list for repair of that chart, %(database)s", database=database),
            "damaged_lists",
        ),
    )
    return lines + [line for what, name in asked for line in _of_questions(what, found[name], name)]


def _of_questions(what: Text, rounds: Rounds, name: str) -> Iterator[Finding]:
    for percent in (95, 50):
        is_judged = percent == 95 and name == "in_database"
        yield alone(
            _("%(what)s: p%(percent)s", what=what, percent=percent),
            [percentile(each, percent) for each in rounds],
            unit="ms",
            id="P11" if is_judged else "",
            target=P11 if is_judged else None,
        )


def _define() -> None:
    with transaction():
        keeping.remove_charts(db.session.scalars(select(OrgChart.key)).all())
        db.session.add(OrgChart(key=KEY, name=KEY, manager_field=FIELD))


def _counting_s(clock: Callable[[], float], *, from_nothing: bool) -> float:
    with transaction():
        if from_nothing:
            db.session.execute(delete(SubtreeCount))
        keeping.note_outdated()
    began = clock()
    with transaction():
        keeping.count_outdated()
    return clock() - began


def _asked(rounds: int, clock: Callable[[], float], prefix: str) -> dict[str, Rounds]:
    chart = find_chart(KEY, OPERATOR, load_layout())

    def ask(person_id: int) -> None:
        standing(chart, OPERATOR, person_id)
        reports(chart, OPERATOR, person_id)

    def lists(offset: int) -> None:
        tops(chart, OPERATOR, offset % TOP_ASKED)
        problems(chart, OPERATOR)
        faulty(chart, OPERATOR, Flaw.MISSING, offset % TOP_ASKED)

    people = _people()
    for person in people[:WARM_UP]:
        ask(person)
    return {
        f"{prefix}in_database": [_in_database(ask, people, clock) for _ in range(rounds)],
        f"{prefix}in_process": [_in_process(ask, people, clock) for _ in range(rounds)],
        f"{prefix}lists": [_in_database(lists, people[:WARM_UP], clock) for _ in range(rounds)],
    }


def _people() -> list[int]:
    """Return 500 seeded people, and the 20 who have most people below."""
    everybody = db.session.scalars(select(SubtreeCount.person_id)).all()
    chance = random.Random(SEED)  # noqa: S311 - the same people each time
    some = chance.sample(sorted(everybody), min(PEOPLE_ASKED, len(everybody)))
    largest = select(SubtreeCount.person_id).order_by(SubtreeCount.total.desc()).limit(TOP_ASKED)
    return [*some, *db.session.scalars(largest)]


def _in_process(ask: Ask, people: Sequence[int], clock: Callable[[], float]) -> list[float]:
    """Return the milliseconds of each question, all that Python does for it included."""
    took = []
    for person in people:
        began = clock()
        ask(person)
        took.append((clock() - began) * 1000)
    return took


def _in_database(ask: Ask, people: Sequence[int], clock: Callable[[], float]) -> list[float]:
    """Return the milliseconds that the database takes: the same statements, sent by the driver."""
    took = []
    for person in people:
        with _statements() as sent:
            ask(person)
        driver = db.session.connection().connection.driver_connection
        cursor = driver.cursor()  # type: ignore[union-attr] # there is one while connected
        began = clock()
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        took.append((clock() - began) * 1000)
        cursor.close()
    return took


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect what is sent to the database inside the block."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _damage() -> None:
    """Let pairs of people name each other, and others somebody whom nobody knows; count."""
    with transaction():
        field_id = db.session.scalars(select(ProfileField.id).filter_by(key=FIELD)).one()
        lines = IndexedValue.field_id == field_id
        people = sorted(db.session.scalars(select(IndexedValue.person_id).where(lines)))
        last = people[-2 * CIRCLES :]
        for one, other in zip(last[::2], last[1::2], strict=False):
            for person, manager in ((one, other), (other, one)):
                _name(lines & (IndexedValue.person_id == person), manager)
        _name(lines & IndexedValue.person_id.in_(people[TOP_ASKED : TOP_ASKED + STRAY]), None)
        keeping.note_outdated()
        keeping.count_outdated()


def _name(condition: Any, manager: int | None) -> None:
    db.session.execute(update(IndexedValue).where(condition).values(referred_id=manager))
