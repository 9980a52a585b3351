"""How long pages take while everybody is read, beside the same pages on the idle machine (G7)."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lupweb.bench.children import environment, in_child, module, output_of
from lupweb.bench.company import Workplace, company_directory, installation
from lupweb.bench.report import Finding, Target, compared, percentile
from lupweb.bench.serving import product, view
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
BROWSERS = 40
IDLE_VIEWS = 200
PERCENT = 95
G7 = Target(limit=5, is_required=False)
EVERYBODY = ("sync", "run", "--mode", "full", "--json")
PEOPLE, PROFILE = "/people", "/people/id:{}"
Times = dict[str, list[float]]


def bench_meanwhile(place: Workplace, people: int, rounds: int, tell: Tell) -> list[Finding]:
    """Measure the people page and a profile while a full sync works, and before it begins."""
    tell(_("Inventing and loading %(people)s people.", people=people))
    folder = place.new("meanwhile")
    env = environment(folder)
    with company_directory(place, people) as served:
        installation(folder, served)
        output_of([*module("lupweb"), *EVERYBODY], env)
        cookies = in_child("browsers", env, count=BROWSERS)
        with product(folder) as port:
            measured = []
            for number in range(1, rounds + 1):
                measured.append(_round(port, cookies, folder))
                tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return [
        compared(
            what,
            [(busy[page], idle[page]) for busy, idle in measured],
            unit="ms",
            floor_name="idle",
            id="G7",
            target=G7,
        )
        for page, what in (
            (PEOPLE, _("people page while everybody is read, p95")),
            (PROFILE, _("profile while everybody is read, p95")),
        )
    ]


def _round(
    port: int, cookies: Sequence[str], folder: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Return milliseconds by page: during a full sync, and before it."""
    views = _views(port, cookies)
    idle = _slowest(next(views) for _number in range(IDLE_VIEWS))
    command = [*module("lupweb"), *EVERYBODY]
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(output_of, command, environment(folder))
        busy = _slowest(next(views) for _number in iter(reading.done, True))
        reading.result()
    return busy, idle


def _views(port: int, cookies: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield a page and how many milliseconds it took, of the two pages in turn."""
    number = 0
    while True:
        page = (PEOPLE, PROFILE)[number % 2]
        began = time.perf_counter()
        view(port, page.format(1 + number % BROWSERS), cookies[number % len(cookies)])
        yield page, 1000 * (time.perf_counter() - began)
        number += 1


def _slowest(views: Iterator[tuple[str, float]]) -> dict[str, float]:
    """Return by page what 95 of 100 views do not exceed."""
    times: Times = {PEOPLE: [], PROFILE: []}
    for page, took_ms in views:
        times[page].append(took_ms)
    return {page: percentile(each, PERCENT) for page, each in times.items()}
