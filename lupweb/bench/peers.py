"""A first sync beside that of django-python3-ldap, on the same directory and disk (P5).

The peer is no dependency: it runs in a venv of its own, which whoever measures makes.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lupweb.bench import floors
from lupweb.bench.children import output_of
from lupweb.bench.company import Served, Workplace, company_directory
from lupweb.bench.report import Finding, Target, between, compared
from lupweb.bench.syncing import first_and_again
from lupweb.demo.ldif import PEOPLE_BASE, READER
from lupweb.errors import MissingPart
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
Round = Mapping[str, tuple[float, float]]
PROGRAM = Path(__file__).with_name("peer_program.py")
P5 = Target(limit=25, at_least=True)
P5_AGAIN = Target(limit=120, at_least=True)
HOW = _(
    "The peer runs in a venv of its own, outside lupweb. Make it, then try again:\n\n"
    "    python3 -m venv peer\n"
    "    peer/bin/pip install 'django==5.2.*' 'django-python3-ldap==0.16.1'\n"
    "    ./lup bench peer --peer-python peer/bin/python\n"
)


def bench_peer(
    place: Workplace, people: int, rounds: int, tell: Tell, python: Path | None
) -> list[Finding]:
    """Measure the peer and lupweb, first and again, on the same directory.

    :param python: the Python of the peer's venv
    :raises MissingPart: without it; the message says how to make the venv
    """
    if python is None or not python.exists():
        raise MissingPart(HOW)
    tell(_("Inventing and loading %(people)s people.", people=people))
    with company_directory(place, people) as served:
        template = floors.people_as_read(place, served)
        floor = floors.reading(served, place.folder)
        measured = []
        for number in range(1, rounds + 1):
            peer = _Peer(python.absolute(), place.new("peer") / "peer.sqlite", served)
            measured.append(_round(place, template, floor, peer.run))
            tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return _findings(measured)


class _Peer:
    def __init__(self, python: Path, database: Path, served: Served) -> None:
        settings = {
            "database": str(database),
            "uri": served.uri,
            "bind_dn": READER,
            "password": served.reader_password,
            "base": PEOPLE_BASE,
        }
        self._command = [str(python), "-I", str(PROGRAM), json.dumps(settings)]

    def run(self) -> float:
        """Return the seconds of a run."""
        seconds: float = json.loads(output_of(self._command))
        return seconds


def _round(
    place: Workplace, template: Path, floor: Callable[[], float], peer: Callable[[], float]
) -> Round:
    before, peer_first, amid = floor(), peer(), floor()
    bare = first_and_again(place, template, has_index=False)
    ours = first_and_again(place, template, has_index=True)
    peer_again, after = peer(), floor()
    return {
        "first": (ours["first"], peer_first),
        "bare": (bare["first"], peer_first),
        "none": (ours["none"], peer_again),
        "marked": (ours["marked"], peer_again),
        "again": (ours["again"], peer_again),
        "peer_first": (peer_first, between(before, amid)),
        "ours_first": (ours["first"], between(amid, after)),
    }


def _findings(measured: list[Round]) -> list[Finding]:
    def line(what: Text, key: str, floor_name: str, **more: Any) -> Finding:
        pairs = [each[key] for each in measured]
        return compared(what, pairs, unit="s", floor_name=floor_name, **more)

    return [
        line(_("first sync, peer beside it"), "first", "peer", id="P5", target=P5, is_gain=True),
        line(_("the same, without search index"), "bare", "peer", is_gain=True),
        line(
            _("changes, where there are none"),
            "none",
            "peer",
            id="P5",
            target=P5_AGAIN,
            is_gain=True,
        ),
        line(
            _("the same, by the mark of the server: as the peer, it sees no removals"),
            "marked",
            "peer",
            is_gain=True,
        ),
        line(_("second full sync, nothing changed"), "again", "peer", is_gain=True),
        line(_("the peer's first sync"), "peer_first", "F1"),
        line(_("lupweb's first sync"), "ours_first", "F1"),
    ]
