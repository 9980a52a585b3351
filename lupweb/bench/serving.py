"""How many pages a second the web server gives out, beside a bare "hello" (P9, P10), and how much
memory a web process holds."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count, islice
from pathlib import Path
from urllib.parse import quote

from flask import Flask

from lupweb.accounts.models import User
from lupweb.bench.children import environment, in_child, module
from lupweb.bench.company import Workplace, application
from lupweb.bench.load import Request, load_of, require_wrk
from lupweb.bench.machine import PROCESSES, memory_of_process_mb
from lupweb.bench.questions import LETTERS, LOGIN
from lupweb.bench.report import Finding, Target, alone, between, compared
from lupweb.bench.searching import QUESTIONS, filled_installation
from lupweb.database import db, transaction
from lupweb.embedded import valkey
from lupweb.embedded.guard import processes
from lupweb.embedded.slapd import HOST, free_port
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import LupwebError
from lupweb.people.models import Person
from lupweb.texts import Text, _
from lupweb.web.sessions import begin_session

Tell = Callable[[Text], None]
WORKERS = 2
BROWSERS = 300  # each may search 120 times a minute
FEW = 1_000
VIEWS = 500
WARM_UP = 20
OK = 200
P9 = Target(limit=0.25, at_least=True, is_required=False)
P10 = Target(limit=0.12, at_least=True, is_required=False)
RAISED_BY = _(
    "P9 and P10 are reported, not required. Each process makes a page once for all who are shown"
    " the same, until anything changes; the line below them is of searches that nobody asked for"
    " before. What raises them, most first: the statements of a page sent without SQLAlchemy; the"
    " limit of searches counted without an extension; facets and letters made by code."
)
NEW_SEARCHES = 3_000
"""More than are answered in the time; wrk has two threads, and both ask for them in this order."""


def bench_pages(
    place: Workplace, people: int, rounds: int, tell: Tell
) -> tuple[list[Finding], list[Text]]:
    """Measure the people page and the search page as signed-in employees get them."""
    require_wrk()
    tell(_("Filling SQLite with %(people)s people.", people=people))
    folder = place.new("pages")
    filled_installation(folder, people)
    cookies = in_child("browsers", environment(folder), count=BROWSERS)
    with bare_page() as hello, product(folder) as ours:
        measured = _rounds(_Pages(place.folder, folder, hello, ours, cookies), rounds, tell)
    findings = [
        compared(what, measured[id], unit="requests/s", floor_name="F2", id=id, target=target)
        for id, what, target in (
            ("P9", _("people page, 24 cards, signed in"), P9),
            ("P10", _("search page, signed in"), P10),
        )
    ]
    what = _("search page that nobody asked for before")
    findings.append(compared(what, measured["new"], unit="requests/s", floor_name="F2"))
    return [*findings, *_memory(place, people, tell)], [RAISED_BY]


def browsers(count: int) -> list[str]:
    """Sign people of this process's installation in; return the cookie of each browser."""
    with application() as app:
        ids = list(db.session.scalars(db.select(Person.id).order_by(Person.id).limit(count)))
        with transaction():
            db.session.add_all(User(person_id=id_) for id_ in ids)
        users = list(db.session.scalars(db.select(User.id).where(User.person_id.in_(ids))))
        return [a_browser(app, user_id) for user_id in users]


class _Pages:
    def __init__(
        self, scratch: Path, folder: Path, hello: int, ours: int, cookies: Sequence[str]
    ) -> None:
        self._scratch, self._hello, self._ours = scratch, hello, ours
        questions = json.loads((folder / QUESTIONS).read_text("utf-8"))
        asked = questions[LETTERS]
        self._cookies = cookies
        self._people = [Request("/people", cookie) for cookie in cookies]
        self._paths = [f"/people?q={quote(each)}" for each in asked]
        self._search = [
            Request(self._paths[number % len(asked)], cookie)
            for number, cookie in enumerate(cookies)
        ]
        self._new = count()

    def warm_up(self) -> None:
        """Let each worker answer some requests first: nobody measures how it starts."""
        for request in (*self._people[:WARM_UP], *self._search[:WARM_UP]):
            view(self._ours, *request)

    def hello(self) -> float:
        return load_of(self._hello, [Request("/")], self._scratch)

    def people(self) -> float:
        return load_of(self._ours, self._people, self._scratch)

    def search(self) -> float:
        return load_of(self._ours, self._search, self._scratch)

    def new_search(self) -> float:
        """Ask for the same people, with a facet to be shown whole that there is not."""
        numbers = list(islice(self._new, NEW_SEARCHES))
        requests = [
            Request(
                f"{self._paths[number % len(self._paths)]}&all=none-{number}",
                self._cookies[number % len(self._cookies)],
            )
            for number in numbers
        ]
        return load_of(self._ours, requests, self._scratch)


def _rounds(pages: _Pages, rounds: int, tell: Tell) -> dict[str, list[tuple[float, float]]]:
    measured: dict[str, list[tuple[float, float]]] = {"P9": [], "P10": [], "new": []}
    pages.warm_up()
    for number in range(1, rounds + 1):
        before, people, amid = pages.hello(), pages.people(), pages.hello()
        search, after = pages.search(), pages.hello()
        new, last = pages.new_search(), pages.hello()
        measured["P9"].append((people, between(before, amid)))
        measured["P10"].append((search, between(amid, after)))
        measured["new"].append((new, between(after, last)))
        tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return measured


def _memory(place: Workplace, people: int, tell: Tell) -> Iterator[Finding]:
    """Yield what a web process holds, with few people and with all of them."""
    if not PROCESSES.exists():
        return
    for size in dict.fromkeys((min(FEW, people), people)):
        tell(_("Viewing %(views)s pages of %(people)s people.", views=VIEWS, people=size))
        folder = place.new("memory")
        filled_installation(folder, size)
        what = _(
            "web process after %(views)s page views, %(people)s people", views=VIEWS, people=size
        )
        yield alone(what, [_memory_after_views(folder)], unit="MB")


def _memory_after_views(folder: Path) -> float:
    cookies = in_child("browsers", environment(folder), count=VIEWS // 20)
    questions = json.loads((folder / QUESTIONS).read_text("utf-8"))
    paths = [
        path
        for query, login in zip(questions[LETTERS], questions[LOGIN], strict=True)
        for path in (f"/people?q={quote(query)}", "/people", f"/people/{quote(login)}")
    ]
    with product(folder, workers=1) as port:
        for number in range(VIEWS):
            view(port, paths[number % len(paths)], cookies[number % len(cookies)])
        return max(memory_of_process_mb(pid) for pid in web_processes(port))


def view(port: int, path: str, cookie: str) -> None:
    """Ask for one page, as a browser that is signed in does.

    :raises LupwebError: if it is not answered well
    """
    caller = HTTPConnection(HOST, port, timeout=30)
    try:
        caller.request("GET", path, headers={"Cookie": cookie})
        answer = caller.getresponse()
        answer.read()
    finally:
        caller.close()
    if answer.status != OK:
        raise LupwebError(_("%(path)s answered %(status)s.", path=path, status=answer.status))


@contextmanager
def product(folder: Path, workers: int = WORKERS) -> Iterator[int]:
    """Run lupweb's web server as it is shipped; give its port."""
    env, port = environment(folder), free_port()
    where = ["--host", HOST, "--port", str(port), "--workers", str(workers)]
    with Supervisor() as supervisor:
        supervisor.start(
            Child(
                name="queue",
                argv=valkey.server_argv(folder),
                ready=lambda: valkey.is_answering(folder),
            )
        )
        supervisor.start(
            Child(
                name="web",
                argv=[*module("lupweb"), "serve", *where],
                env=env,
                ready=lambda: _answers(port, "/healthz"),
            )
        )
        yield port


@contextmanager
def bare_page() -> Iterator[int]:
    """Run the same web server around a page that says "hello"; give its port."""
    port = free_port()
    argv = [*module("lupweb.cli.hello"), f"{HOST}:{port}", str(WORKERS)]
    with Supervisor() as supervisor:
        supervisor.start(Child(name="hello", argv=argv, ready=lambda: _answers(port, "/")))
        yield port


def _answers(port: int, path: str) -> bool:
    caller = HTTPConnection(HOST, port, timeout=1)
    try:
        caller.request("GET", path)
        return caller.getresponse().status == OK
    except OSError:
        return False
    finally:
        caller.close()


def web_processes(port: int) -> list[int]:
    """Return the processes that answer at this port, without those that start and guard them."""
    ours = [each for each in processes() if _serves(each.pid, port)]
    starters = {each.parent for each in ours}
    return [each.pid for each in ours if each.pid not in starters]


def _serves(pid: int, port: int) -> bool:
    try:
        command = (PROCESSES / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    has_port = any(part.rpartition(b":")[2] == str(port).encode() for part in command)
    return has_port and any(part.startswith(b"lupweb") for part in command)


def a_browser(app: Flask, user_id: int) -> str:
    """Sign an account in; return the cookie of its browser, as a request sends it."""
    with app.test_request_context("/"):
        response = app.response_class()
        begin_session(app, response, user_id, keep=True)
        return response.headers["Set-Cookie"].partition(";")[0]
