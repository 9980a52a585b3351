"""Benches: how fast the work is done here, beside a floor or a peer in the same round."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from lupweb import clock
from lupweb.bench import machine
from lupweb.bench.charting import bench_charts
from lupweb.bench.company import Workplace, workplace
from lupweb.bench.meanwhile import bench_meanwhile
from lupweb.bench.peers import bench_peer
from lupweb.bench.postgresql import find_programs
from lupweb.bench.report import Finding, Report
from lupweb.bench.saving import SAVES, SEED, bench_losses, bench_prompt
from lupweb.bench.searching import bench_search
from lupweb.bench.serving import bench_pages
from lupweb.bench.signing_in import bench_sign_ins
from lupweb.bench.syncing import bench_sync
from lupweb.bench.writing import bench_writeback
from lupweb.demo.company import FEWEST
from lupweb.embedded.slapd import find_slapd
from lupweb.texts import Text, _

PEOPLE = 100_000
PEOPLE_OF_PEER = 10_000  # the peer takes half a minute for them
PEOPLE_OF_WRITEBACK = 10_000  # a thousand of them are changed
MOST_PEOPLE = 200_000
ROUNDS = 5
MISSED = 1
Found = tuple[Sequence[Finding], Sequence[Text]]
Command = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What was asked for on the command line."""

    people: int
    rounds: int
    check: bool
    json_file: Path | None
    markdown: bool
    keep: Path | None = None


def _options(people: int) -> Callable[[Command], Command]:
    """Return what gives a command the options of every bench."""
    options = (
        click.option(
            "--people",
            default=people,
            show_default=True,
            type=click.IntRange(FEWEST, MOST_PEOPLE),
            help="How many people the invented company has.",
        ),
        click.option(
            "--rounds",
            default=ROUNDS,
            show_default=True,
            type=click.IntRange(1, 100),
            help="How often everything is measured; medians count.",
        ),
        click.option("--check", is_flag=True, help="End with 1 if a target is missed."),
        click.option(
            "--json", "json_file", type=click.Path(path_type=Path), help="Write all figures here."
        ),
        click.option("--markdown", is_flag=True, help="Print the table alone, as Markdown."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


keep_option = click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the loaded directory in this folder for the next bench.",
)


@click.group()
def bench() -> None:
    """Measure speed as ratios: each subject beside its floor, in turns."""


@bench.command("sync")
@_options(PEOPLE)
@keep_option
def sync_bench(**asked: Any) -> None:
    """Measure runs beside `ldapsearch`: P1 to P4, P6."""
    _measure("sync", Wishes(**asked), lambda place, wishes: (
        bench_sync(place, wishes.people, wishes.rounds, _say), ()
    ), slapd_version)  # fmt: skip


@bench.command("search")
@_options(PEOPLE)
def search_bench(**asked: Any) -> None:
    """Measure searches on SQLite and PostgreSQL: P7, P8."""
    _measure("search", Wishes(**asked), lambda place, wishes: bench_search(
        place, wishes.people, wishes.rounds, _say
    ), postgresql_version)  # fmt: skip


@bench.command("charts")
@_options(PEOPLE)
def charts_bench(**asked: Any) -> None:
    """Measure org charts on SQLite and PostgreSQL: P11, P12."""
    _measure("charts", Wishes(**asked), lambda place, wishes: bench_charts(
        place, wishes.people, wishes.rounds, _say
    ), postgresql_version)  # fmt: skip


@bench.command("pages")
@_options(PEOPLE)
def pages_bench(**asked: Any) -> None:
    """Measure pages a second beside a bare "hello": P9, P10."""
    _measure("pages", Wishes(**asked), lambda place, wishes: bench_pages(
        place, wishes.people, wishes.rounds, _say
    ))  # fmt: skip


@bench.command("meanwhile")
@_options(PEOPLE)
@keep_option
def meanwhile_bench(**asked: Any) -> None:
    """Measure pages while everybody is read: G7."""
    _measure("meanwhile", Wishes(**asked), lambda place, wishes: (
        bench_meanwhile(place, wishes.people, wishes.rounds, _say), ()
    ), slapd_version)  # fmt: skip


@bench.command("peer")
@_options(PEOPLE_OF_PEER)
@keep_option
@click.option(
    "--peer-python",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The Python of the venv in which the peer is installed.",
)
def peer_bench(*, peer_python: Path | None, **asked: Any) -> None:
    """Measure a first sync beside that of django-python3-ldap: P5."""
    _measure("peer", Wishes(**asked), lambda place, wishes: (
        bench_peer(place, wishes.people, wishes.rounds, _say, peer_python), ()
    ), slapd_version)  # fmt: skip


@bench.command("writeback")
@_options(PEOPLE_OF_WRITEBACK)
@keep_option
@click.option(
    "--saves",
    default=SAVES,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="How many values are saved through a network that loses messages.",
)
@click.option(
    "--seed", default=SEED, show_default=True, type=int, help="What is saved, and what is lost."
)
def writeback_bench(*, saves: int, seed: int, **asked: Any) -> None:
    """Measure changes of entries, saves, sign-ins (P13, G6, G8); and that no save is lost."""

    def measure(place: Workplace, wishes: Wishes) -> Found:
        findings = bench_writeback(place, wishes.people, wishes.rounds, _say)
        prompt = bench_prompt(place, wishes.people, wishes.rounds, _say)
        signing = bench_sign_ins(place, wishes.people, wishes.rounds, _say)
        losses, notes = bench_losses(place, wishes.people, saves, seed, _say)
        return [*findings, *prompt, *signing, *losses], notes

    _measure("writeback", Wishes(**asked), measure, slapd_version)


def slapd_version() -> dict[str, str]:
    """Return the version of the directory server."""
    return {"slapd": machine.version_of(find_slapd(), "-VV")}


def postgresql_version() -> dict[str, str]:
    """Return the version of PostgreSQL, if it is installed."""
    programs = find_programs()
    version = machine.version_of(str(programs / "postgres"), "-V") if programs else ""
    return {"PostgreSQL": version} if version else {}


def _measure(
    name: str,
    wishes: Wishes,
    measure: Callable[[Workplace, Wishes], Found],
    versions: Callable[[], dict[str, str]] = dict,
) -> None:
    """Run one bench, show what it found, and end the process as `--check` says."""
    load, cores = machine.load(), machine.cores()
    is_busy = machine.is_busy(load, cores)
    if is_busy:
        _say(
            _(
                "The machine is busy (load %(load)s, %(cores)s cores): nothing is judged.",
                load=f"{load:.1f}",
                cores=cores,
            )
        )
    with workplace(wishes.keep) as place:
        findings, notes = measure(place, wishes)
    report = Report(
        bench=name,
        people=wishes.people,
        rounds=wishes.rounds,
        machine=machine.description(versions),
        made_on=clock.now().date().isoformat(),
        load=round(load, 2),
        is_judged=not is_busy,
        findings=findings,
        notes=notes,
    )
    _show(report, wishes)
    sys.exit(MISSED if wishes.check and report.is_missed else os.EX_OK)


def _show(report: Report, wishes: Wishes) -> None:
    if wishes.json_file is not None:
        wishes.json_file.write_text(report.as_json() + "\n", "utf-8")
    if wishes.markdown:
        click.echo(report.as_markdown())
        return
    click.echo(
        str(
            _(
                "%(people)s people, medians of %(rounds)s rounds, %(machine)s.",
                people=report.people,
                rounds=report.rounds,
                machine=report.machine,
            )
        )
    )
    click.echo(report.as_text())


def _say(text: Text) -> None:
    click.echo(str(text), err=True)
