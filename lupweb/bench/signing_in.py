"""How long sign-ins take where the directory is far away, and saves meanwhile (X32, G8)."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from lupweb.bench.children import environment, in_child
from lupweb.bench.company import DIRECTORY, Served, Workplace, company_directory
from lupweb.bench.losing import Network, bad_network
from lupweb.bench.report import Finding, Target, alone, compared, percentile
from lupweb.bench.savers import signed_in
from lupweb.bench.saving import G6, MOST_PEOPLE, NONE_AT_ALL, helpers, read_installation
from lupweb.bench.serving import product
from lupweb.demo.ldif import LAYOUT, PEOPLE_BASE
from lupweb.embedded.slapd import HOST, kept_passwords
from lupweb.embedded.supervisor import Supervisor
from lupweb.errors import LupwebError
from lupweb.ldap.writing import Wish
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
A_MINUTE = 1_000
AWAY_S = 0.05
SAVES = 40
BROWSERS = 64
PATIENCE_S = 30
PERCENT = 95
SEED = 7
PASSWORD = "the same for everybody"  # noqa: S105 - of people who are invented
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
LET_IN = 302
G8 = Target(limit=1.5)
CONNECTIONS = Target(limit=9, is_timed=False)
"""Eight threads of the web server, and one delivery."""


@dataclass(frozen=True)
class SignIn:
    """One sign-in: how it was answered, and how many seconds after its form was sent."""

    status: int
    took_s: float


NOT_ANSWERED = SignIn(0, PATIENCE_S)


def bench_sign_ins(place: Workplace, people: int, rounds: int, tell: Tell) -> list[Finding]:
    """Measure sign-ins and saves while a thousand people a minute sign in and are read.

    Web server, queue server, worker and scheduler as shipped; the directory answers 50 ms later
    than it would. The saves of the same round before the first sign-in are the floor.
    """
    folder = place.new("sign-ins")
    env = environment(folder)
    with _far_away(place, people) as (served, network, logins):
        read_installation(folder, replace(served, uri=network.uri))
        in_child("read_at_sign_in", env)
        network.delay_s = AWAY_S / 2
        access = {"uri": served.uri, "password": served.writer_password, "saves": SAVES}
        with product(folder) as port, Supervisor() as supervisor:
            for child in helpers(env):
                supervisor.start(child)
            in_child("prompt_saves", env, **{**access, "saves": 1})  # nobody measures a start
            measured = []
            for number in range(1, rounds + 1):
                idle = in_child("prompt_saves", env, **access)
                with ThreadPoolExecutor(1) as beside:
                    saving = beside.submit(in_child, "prompt_saves", env, **access)
                    came = sign_ins(port, logins, saving.done)
                    measured.append((came, idle, saving.result()))
                tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return findings_of(measured, network.most_at_once)


Times = Sequence[Sequence[float]]
Round = tuple[Sequence[SignIn], Times, Times]
"""Sign-ins; of each save, before and meanwhile: when it was done, when the directory had it."""


def findings_of(rounds: Sequence[Round], connections: int) -> list[Finding]:
    """Return the lines of sign-ins, and of saves meanwhile beside those before."""
    came = [each for signing, _idle, _busy in rounds for each in signing]
    slowest = [percentile([each.took_s for each in found], PERCENT) for found, _i, _b in rounds]
    saved = [(_slowest_ms(busy, 0), _slowest_ms(idle, 0)) for _came, idle, busy in rounds]
    arrived = [_slowest_ms(busy, 1) / 1000 for _came, _idle, busy in rounds]
    refused = sum(each.status != LET_IN for each in came)
    return [
        alone(_("a sign-in that reads its person, p95"), slowest, unit="s", id="G8", target=G8),
        alone(_("sign-ins that failed"), [refused], unit="", id="G8", target=NONE_AT_ALL),
        alone(
            _("most connections to the directory at once"),
            [connections],
            unit="",
            id="G8",
            target=CONNECTIONS,
        ),
        compared(
            _("a save while people sign in, p95"), saved, unit="ms", floor_name="idle", id="X32"
        ),
        alone(
            _("from a save to the directory while people sign in, p95"),
            arrived,
            unit="s",
            id="G6",
            target=G6,
        ),
    ]


def sign_ins(port: int, logins: Sequence[str], is_over: Callable[[], bool]) -> list[SignIn]:
    """Let people come to sign in, whoever still waits for an answer, until it is over."""
    with ThreadPoolExecutor(BROWSERS) as browsers:
        began, coming = time.monotonic(), list[Future[SignIn]]()
        while not is_over():
            coming.append(browsers.submit(sign_in, port, logins[len(coming) % len(logins)]))
            due_at = began + len(coming) * 60 / A_MINUTE
            time.sleep(max(0.0, due_at - time.monotonic()))
        browsers.shutdown(cancel_futures=True)
        return [NOT_ANSWERED if each.cancelled() else each.result() for each in coming]


def sign_in(port: int, login: str) -> SignIn:
    """Sign somebody in as a browser does; the page with the form does not count.

    :raises LupwebError: if the page has no form
    """
    with closing(HTTPConnection(HOST, port, timeout=PATIENCE_S)) as caller, suppress(OSError):
        cookie, token = _opened_form(caller)
        form = {"csrf_token": token, "username": login, "password": PASSWORD}
        kind = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        caller.request("POST", "/login", urlencode(form), kind)
        answer = caller.getresponse()
        answer.read()
        return SignIn(answer.status, time.perf_counter() - began)
    return NOT_ANSWERED


def _opened_form(caller: HTTPConnection) -> tuple[str, str]:
    """Return the cookie and the token that a browser sends with the form."""
    caller.request("GET", "/login")
    page = caller.getresponse()
    cookie, token = page.headers.get("Set-Cookie", ""), TOKEN.search(page.read().decode())
    if token is None:
        raise LupwebError(_("%(path)s answered %(status)s.", path="/login", status=page.status))
    return cookie.partition(";")[0], token[1]


@contextmanager
def _far_away(place: Workplace, people: int) -> Iterator[tuple[Served, Network, Sequence[str]]]:
    """Run a directory whose people have passwords, and what lies before it; give their logins."""
    with company_directory(place, min(people, MOST_PEOPLE), is_silent=True) as served:
        logins = _with_passwords(place.kept / f"company-{served.people}", served.uri)
        with bad_network(urlsplit(served.uri).port or 0, SEED) as network:
            yield served, network, logins


def _with_passwords(folder: Path, uri: str) -> list[str]:
    """Give everybody the same password; return their logins."""
    password, wanted = kept_passwords(folder, (DIRECTORY,))[DIRECTORY], (PASSWORD.encode(),)
    with signed_in(uri, password, LAYOUT.admin) as directory:
        found = directory.search(
            PEOPLE_BASE,
            "(&(objectClass=inetOrgPerson)(uid=*))",
            ["entryUUID", "entryCSN", "uid", "userPassword"],
            limit=MOST_PEOPLE,
        )
        for entry in found:
            held = tuple(entry.values("userPassword"))
            directory.compare_and_set(entry, [Wish("userPassword", held, wanted)])
    return [(entry.first("uid") or b"").decode() for entry in found]


def _slowest_ms(saves: Times, what: int) -> float:
    return 1000 * percentile([each[what] for each in saves], PERCENT)
