"""What becomes of saves: how soon the directory has them (G6), and that none is lost or doubled."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from lupweb.bench.chains import off_the_chain
from lupweb.bench.children import environment, in_child, module, output_of
from lupweb.bench.company import Served, Workplace, company_directory, installation
from lupweb.bench.losing import Network, bad_network
from lupweb.bench.report import Finding, Target, alone, percentile
from lupweb.bench.savers import signed_in
from lupweb.config import PREFIX
from lupweb.demo.ldif import PEOPLE_BASE
from lupweb.embedded import valkey
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import ChangedMeanwhile
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import equals
from lupweb.ldap.session import Directory
from lupweb.ldap.writing import Wish
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
Step = tuple[str, str, str, str]
"""Login, field, and two values: what was there, and what somebody else put there."""
SAVES, SEED = 2_000, 7
PROMPT_SAVES = 100
PERCENT = 95
MOST_PEOPLE = 1_000  # they are only read; a few of them are changed
DRAINERS = 3
LOST_SHARE = 0.02
FOREIGN_EVERY_S = 0.1
FIELDS = {"room": "roomNumber", "about": "description"}
CHANGED_PEOPLE = 40
READ_ALL = ("sync", "run", "--mode", "full", "--json")
QUIET = {PREFIX + "LOG_LEVEL": "error"}
"""Without a line for every message that is lost."""
G6 = Target(limit=3)
NONE_AT_ALL = Target(limit=0, is_timed=False)


def bench_prompt(place: Workplace, people: int, rounds: int, tell: Tell) -> list[Finding]:
    """Measure from a save to the directory, with queue server, worker and scheduler as shipped."""
    folder = place.new("prompt")
    env = environment(folder)
    with company_directory(place, min(people, MOST_PEOPLE), is_silent=True) as served:
        read_installation(folder, served)
        with Supervisor() as supervisor:
            for child in (_queue(folder), *helpers(env)):
                supervisor.start(child)
            access = {"uri": served.uri, "password": served.writer_password}
            in_child("prompt_saves", env, **access, saves=1)  # nobody measures how a worker starts
            measured = []
            for number in range(1, rounds + 1):
                found = in_child("prompt_saves", env, **access, saves=PROMPT_SAVES)
                measured.append([arrived for _saved, arrived in found])
                tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    slowest = [percentile(each, PERCENT) for each in measured]
    return [alone(_("from a save to the directory, p95"), slowest, unit="s", id="G6", target=G6)]


def bench_losses(
    place: Workplace, people: int, saves: int, seed: int, tell: Tell
) -> tuple[list[Finding], list[Text]]:
    """Save through a network that loses messages, while somebody else writes the same attributes.

    Every value is another one, so that each stands for its save. Nothing is lost if all values that
    are called written lie on one chain from the first value of a place to the last.
    """
    tell(_("Saving %(saves)s values through a network that loses messages.", saves=saves))
    folder = place.new("losses")
    env = environment(folder) | QUIET
    with (
        company_directory(place, min(people, MOST_PEOPLE), is_silent=True) as served,
        bad_network(urlsplit(served.uri).port or 0, seed) as network,
        signed_in(served.uri, served.writer_password) as directory,
    ):
        read_installation(folder, replace(served, uri=network.uri))
        entries = directory.search(PEOPLE_BASE, "(roomNumber=*)", ["uid"], limit=CHANGED_PEOPLE)
        logins = [(each.first("uid") or b"").decode() for each in entries]
        first = _held(directory, logins)
        with _at_work(folder, env, network):
            foreign = _both_write(directory, env, logins, saves, seed)
            network.share = 0.0
            became = in_child("what_became", env)
        last = _held(directory, logins)
    lost = sum(_lost(each, first, last, foreign) for each in became["places"])
    return findings_of(became, lost), [_told(became["states"], network.lost, len(foreign), seed)]


def read_installation(folder: Path, served: Served) -> None:
    """Make an installation that saves to the company's directory, and let it read everybody."""
    installation(folder, served, has_groups=False, writes=True)
    output_of([*module("lupweb"), *READ_ALL], environment(folder))


def helpers(env: Mapping[str, str]) -> list[Child]:
    """Return what brings values to a directory beside the web server and the queue server."""
    return [
        Child(name=name, argv=[*module("lupweb"), name], env=env)
        for name in ("worker", "scheduler")
    ]


def _queue(folder: Path) -> Child:
    return Child(
        name="queue", argv=valkey.server_argv(folder), ready=lambda: valkey.is_answering(folder)
    )


@contextmanager
def _at_work(folder: Path, env: Mapping[str, str], network: Network) -> Iterator[None]:
    """Let drainers work, and the network lose messages, while the block lasts."""
    over = folder / "over"
    network.share = LOST_SHARE
    with ThreadPoolExecutor(DRAINERS) as pool:
        drainers = [
            pool.submit(in_child, "drain_on", env, until=str(over)) for _drainer in range(DRAINERS)
        ]
        try:
            yield
        finally:
            over.touch()
        for each in drainers:
            each.result()


def _both_write(
    directory: Directory, env: Mapping[str, str], logins: Sequence[str], saves: int, seed: int
) -> list[Step]:
    """Let somebody else write while the saves last; return what they have changed."""
    is_over, told = Event(), {"logins": list(logins), "fields": list(FIELDS), "seed": seed}
    with ThreadPoolExecutor(1) as beside:
        foreign: Future[list[Step]] = beside.submit(_others, directory, logins, seed, is_over)
        try:
            in_child("save_on", env, **told, saves=saves)
        finally:
            is_over.set()
        return foreign.result()


def _others(directory: Directory, logins: Sequence[str], seed: int, is_over: Event) -> list[Step]:
    """Change values that are still what was read: nothing is overwritten unseen."""
    chance, steps = random.Random(seed), list[Step]()  # noqa: S311 the same seed, the same history
    while not is_over.wait(FOREIGN_EVERY_S):
        login, (field, attribute) = chance.choice(logins), chance.choice(list(FIELDS.items()))
        entry = _entry(directory, login)
        old, new = tuple(entry.values(attribute)), f"theirs {len(steps)}"
        with suppress(ChangedMeanwhile):
            directory.compare_and_set(entry, [Wish(attribute, old, (new.encode(),))])
            steps.append((login, field, b"".join(old).decode(), new))
    return steps


def _entry(directory: Directory, login: str) -> Entry:
    stamp, id_ = directory.traits().stamp_attribute, directory.traits().unique_id_attribute
    wanted = [*filter(None, (stamp, id_)), *FIELDS.values()]
    [found] = directory.search(PEOPLE_BASE, equals("uid", login.encode()), wanted, limit=1)
    return found


def _held(directory: Directory, logins: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return what the directory holds: one value for each place, or ""."""
    return {
        (login, field): b"".join(_entry(directory, login).values(attribute)).decode()
        for login in logins
        for field, attribute in FIELDS.items()
    }


def _lost(
    place: Mapping[str, Any],
    first: Mapping[tuple[str, str], str],
    last: Mapping[tuple[str, str], str],
    foreign: Sequence[Step],
) -> int:
    """Return how many values of a place were overwritten by somebody who had not seen them."""
    key = (place["login"], place["field"])
    theirs = {new: {old} for login, field, old, new in foreign if (login, field) == key}
    seen = {value: set(before) for value, before in place["seen"].items()} | theirs
    sure = {*place["sure"], *theirs}
    return len(off_the_chain(first[key], last[key], seen, sure))


def findings_of(became: Mapping[str, Any], lost: int) -> list[Finding]:
    """Return the lines that say that none was lost, none doubled, and none still on its way."""
    states = became["states"]
    still_open = sum(states[each] for each in ("queued", "leased", "waiting", "unknown"))
    return [
        alone(what, [figure], unit="", target=NONE_AT_ALL)
        for what, figure in (
            (_("values lost on the way to the directory"), lost),
            (_("values written twice"), became["twice"]),
            (_("values still on their way when all was over"), still_open),
        )
    ]


def _told(states: Mapping[str, int], messages: int, others: int, seed: int) -> Text:
    named = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    return _(
        "What became of the saves: %(states)s. The network lost %(messages)s messages, somebody"
        " else changed %(others)s values. Seed %(seed)s.",
        states=named,
        messages=messages,
        others=others,
        seed=seed,
    )
