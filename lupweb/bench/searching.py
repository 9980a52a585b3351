"""How long a page of found people takes at most, in process and warm (P7, P8)."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lupweb.accounts.viewers import viewer_as
from lupweb.bench.children import environment, in_child
from lupweb.bench.company import Served, Workplace, application, installation, parts_of
from lupweb.bench.invented import InventedDirectory
from lupweb.bench.plain import PlainTable, write_table
from lupweb.bench.postgresql import find_programs, private_postgresql
from lupweb.bench.questions import (
    DIGITS,
    LETTERS,
    LOGIN,
    TWO,
    TYPO,
    WORD_AND_PREFIX,
    make_questions,
)
from lupweb.bench.report import Finding, Target, alone, compared, percentile
from lupweb.database import db
from lupweb.demo.company import EMPLOYEE, make_company
from lupweb.demo.fill import KEY
from lupweb.errors import LupwebError
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.profiles.layout import load_layout
from lupweb.search.queries import people_page
from lupweb.search.request import SearchRequest
from lupweb.sync.records import record
from lupweb.sync.service import run
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
QUESTIONS = "questions.json"
PLAIN = "plain.sqlite"
ASKED_OF_LIKE = 20  # each takes a hundred times as long
WARM_UP = 20
P7 = {
    LETTERS: Target(limit=8),
    TWO: Target(limit=40),
    TYPO: Target(limit=10),
    DIGITS: None,
    LOGIN: None,
    WORD_AND_PREFIX: None,
}
P7_LIKE = Target(limit=20, at_least=True)
P8 = {**dict.fromkeys(P7), LETTERS: Target(limit=15)}
_LIKE = _("page and facets, SQLite, 3+ letters, beside LIKE over 11 columns")
_LIKE_AT_ONCE = _("the same, beside one such look at the table, sorted and counted in Python")
NO_POSTGRESQL = _(
    "P8 was left out: there is no PostgreSQL server here. Debian and Ubuntu: apt-get install"
    " --no-install-recommends postgresql. Fedora: dnf install postgresql-server."
)
NOWHERE = "ldap://127.0.0.1:1"


def bench_search(
    place: Workplace, people: int, rounds: int, tell: Tell
) -> tuple[list[Finding], list[Text]]:
    """Measure seeded searches on SQLite and, if it is installed, on PostgreSQL."""
    tell(_("Filling SQLite with %(people)s people.", people=people))
    folder = place.new("sqlite")
    filled_installation(folder, people)
    found = _asked(folder, rounds, plain=str(folder / PLAIN))
    findings = _findings(found["ms"], "SQLite", "P7", P7)
    findings[1:1] = [
        _beside(_LIKE, found["like_ms"], P7_LIKE),
        _beside(_LIKE_AT_ONCE, found["at_once_ms"]),
    ]
    programs = find_programs()
    if programs is None:
        return findings, [NO_POSTGRESQL]
    tell(_("Filling PostgreSQL with %(people)s people.", people=people))
    with private_postgresql(programs) as url:
        folder = place.new("postgresql")
        filled_installation(folder, people, url)
        found = _asked(folder, rounds, database_url=url)
    return [*findings, *_findings(found["ms"], "PostgreSQL", "P8", P8)], []


def filled_installation(folder: Path, people: int, database_url: str = "") -> None:
    """Make an installation that has read the company; beside it, questions and a plain table."""
    installation(folder, Served(NOWHERE, people, "-"), database_url)
    in_child("fill", environment(folder, database_url), folder=str(folder), people=people)


def fill(folder: str, people: int) -> None:
    """Let this process's installation read the company from memory."""
    company = make_company(people)
    path = Path(folder)
    (path / QUESTIONS).write_text(json.dumps(make_questions(company.people)), "utf-8")
    (path / PLAIN).unlink(missing_ok=True)
    write_table(path / PLAIN, company.people)
    with application() as app:
        number = run(
            KEY,
            secret_key=parts_of(app).settings.secret_key,
            connect=InventedDirectory(company).connect,
            trigger="bench",
        )
        found = record(number)
    if found["seen"] != people:
        raise LupwebError(found["message"])


def search(
    folder: str, rounds: int, plain: str | None, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Any]:
    """Ask this process's installation all questions, as an ordinary employee.

    :returns: `ms`: class -> round -> milliseconds of each question; `like_ms`, `at_once_ms`: pairs
        of ours and the plain table's, by a statement for each part of a page and by one look
    """
    questions = json.loads((Path(folder) / QUESTIONS).read_text("utf-8"))
    with application():
        asker = _Asker(clock)
        for asked in questions.values():
            asker.ask_all(asked[:WARM_UP])
        found: dict[str, list[list[float]]] = {name: [] for name in questions}
        for _number in range(rounds):
            for name, asked in questions.items():
                found[name].append(asker.ask_all(asked))
        table = PlainTable(Path(plain)) if plain else None
        like = asker.beside(table.page, questions[LETTERS]) if table else []
        at_once = asker.beside(table.page_at_once, questions[LETTERS]) if table else []
        if table:
            table.close()
    return {"ms": found, "like_ms": like, "at_once_ms": at_once}


class _Asker:
    """Asks as pages do: with a session of its own for each question."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._options = options()
        self._layout = load_layout(self._options["phone_region"], version="as in a page")
        login = Person.login == EMPLOYEE[0]
        self._viewer = viewer_as(db.session.scalars(db.select(Person.id).where(login)).one())

    def ask_all(self, queries: Sequence[str]) -> list[float]:
        """Return the milliseconds of each question."""
        return [self._ms(self._ask, query) for query in queries]

    def beside(
        self, theirs: Callable[[str], object], queries: Sequence[str]
    ) -> list[tuple[float, float]]:
        """Return the milliseconds of ours and of theirs, in turns."""
        return [
            (self._ms(self._ask, query), self._ms(theirs, query))
            for query in queries[:ASKED_OF_LIKE]
        ]

    def _ask(self, query: str) -> None:
        page = people_page(self._viewer, self._layout, self._options, SearchRequest(query=query))
        list(page.cards)  # made when they are looked at

    def _ms(self, act: Callable[[str], object], query: str) -> float:
        began = self._clock()
        act(query)
        took = (self._clock() - began) * 1000
        db.session.remove()
        return took


def _asked(folder: Path, rounds: int, database_url: str = "", plain: str | None = None) -> Any:
    env = environment(folder, database_url)
    return in_child("search", env, folder=str(folder), rounds=rounds, plain=plain)


def _findings(
    found: dict[str, list[list[float]]], database: str, id: str, targets: dict[str, Target | None]
) -> list[Finding]:
    lines = []
    for name, rounds in found.items():
        for percent, target in ((95, targets[name]), (50, None)):
            what = _(
                "page and facets, %(database)s, %(class)s: p%(percent)s",
                **{"database": database, "class": name, "percent": percent},
            )
            figures = [percentile(each, percent) for each in rounds]
            lines.append(alone(what, figures, unit="ms", id=id if target else "", target=target))
    return lines


def _beside(
    what: Text, pairs: Sequence[tuple[float, float]], target: Target | None = None
) -> Finding:
    return compared(
        what,
        pairs,
        unit="ms",
        floor_name="LIKE",
        id="P7" if target else "",
        target=target,
        is_gain=True,
    )
