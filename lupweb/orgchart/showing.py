"""What one page of a chart shows: whose teams are open, who is in them, how much is left out.

However large a company is, a page shows at most `MOST_SHOWN` people and asks the same number of
queries.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lupweb.accounts.viewers import Viewer
from lupweb.orgchart.places import ChartView, Edge, Level, Place, Standing
from lupweb.orgchart.queries import dotted, find_standing, levels, reports, tops
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import PersonCard, cards
from lupweb.profiles.layout import Layout

MANY = 40
"""A team of more people shows the first `FEW`, and how many there are."""
FEW = 12
PART = 100
"""How many of a large team stand side by side where somebody asks for all of it."""
MOST_SHOWN = 400
MOST_OPEN = 60
MOST_DOTTED = 60
LONGEST_LINE = 12
"""A longer line upwards begins further down; its first person leads to those above."""
TOPS = 0
"""Stands for the team of those who have nobody above them; no person has this number."""


@dataclass(frozen=True)
class Wish:
    """Which part of a chart is to be shown.

    :param focus_id: whose line is opened
    :param open_ids: whose teams are shown; None: the line to the focus, and their team
    :param part: a team of which all are wanted, and from which one on; `TOPS` is one as well
    :param line: key of the one field whose lines are drawn; "": all of them
    """

    focus_id: int | None = None
    open_ids: Sequence[int] | None = None
    part: tuple[int, int] | None = None
    line: str = ""


@dataclass(frozen=True)
class Team:
    """People side by side, `before` and `rest` of whom are not shown."""

    owner_id: int
    members: Sequence["Member"] = ()
    before: int = 0
    rest: int = 0


@dataclass(frozen=True)
class Member:
    """One person of a chart; `team` is None while it is closed."""

    card: PersonCard
    place: Place
    team: Team | None = None


@dataclass(frozen=True)
class ShownChart:
    """A part of a chart, as one viewer sees it.

    :param focus: whose line is open; None where nobody's is, or the person is not in the chart
    :param open_ids: whose teams are shown
    :param above_id: who stands above the only top, where the line goes further up
    :param is_full: a team was left closed, since enough is shown
    """

    chart: ChartView
    tops: Team
    focus: Standing | None
    open_ids: Sequence[int]
    edges: Sequence[Edge]
    above_id: int | None = None
    is_full: bool = False


def shown_chart(chart: ChartView, viewer: Viewer, layout: Layout, wish: Wish) -> ShownChart:
    """Return what a page shows; a constant number of queries.

    :raises NotFound: if `viewer` may not see the chart
    """
    focus = None
    if wish.focus_id is not None:
        focus = find_standing(chart, viewer, wish.focus_id)
    line = focus.chain[-LONGEST_LINE:] if focus else ()
    goes_on = focus is not None and (focus.is_cut or len(focus.chain) > len(line))
    first = _first(chart, viewer, wish, line, goes_on=goes_on)
    asked = wish.open_ids if wish.open_ids is not None else _usual(line, first)
    teams = _teams(chart, viewer, wish, asked[:MOST_OPEN])
    plan = _Plan(line, wish.part)
    plan.open(TOPS, first)
    for person_id in plan.places_in_order():
        if person_id in teams:
            plan.open(person_id, teams[person_id])
    shown = cards(viewer, layout, summaries(list(plan.places)))
    edges = [] if wish.line == chart.manager.key else dotted(chart, viewer, list(plan.places))
    return ShownChart(
        chart=chart,
        tops=plan.built({card.id: card for card in shown}),
        focus=focus,
        open_ids=[each for each in plan.teams if each != TOPS],
        edges=_drawn(edges, plan.places, wish.line),
        above_id=line[0].above_id if goes_on else None,
        is_full=plan.is_full,
    )


def _first(
    chart: ChartView, viewer: Viewer, wish: Wish, line: Sequence[Place], *, goes_on: bool
) -> Level:
    """Return who stands at the top of the page."""
    if goes_on:
        return Level(line[:1], 1)
    if wish.part and wish.part[0] == TOPS:
        return tops(chart, viewer, wish.part[1], PART)
    return tops(chart, viewer, limit=MANY)


def _usual(line: Sequence[Place], first: Level) -> list[int]:
    """Return whose teams are open where nobody said so."""
    if line:
        return [place.person_id for place in line]
    return [place.person_id for place in first.places] if first.count == 1 else []


def _teams(
    chart: ChartView, viewer: Viewer, wish: Wish, open_ids: Collection[int]
) -> dict[int, Level]:
    teams = levels(chart, viewer, open_ids, limit=MANY) if open_ids else {}
    if wish.part and wish.part[0] in teams:
        owner_id, offset = wish.part
        teams[owner_id] = reports(chart, viewer, owner_id, offset, PART)
    return teams


def _drawn(edges: Iterable[Edge], places: Mapping[int, Place], line: str) -> list[Edge]:
    found = [
        edge for edge in edges if edge.to_id in places and (not line or edge.field.key == line)
    ]
    return found[:MOST_DOTTED]


class _Plan:
    """Who is shown in which team, before their cards are known: nobody twice."""

    def __init__(self, line: Sequence[Place], part: tuple[int, int] | None) -> None:
        above = [TOPS, *(place.person_id for place in line)]
        self._wanted = dict(zip(above, line, strict=False))
        self._whole = part[0] if part else None
        self._order: list[int] = []
        self.places: dict[int, Place] = {}
        self.teams: dict[int, tuple[list[int], Team]] = {}
        self.is_full = False

    def places_in_order(self) -> Iterator[int]:
        """Yield everybody shown, those as well that come while it is asked."""
        number = 0
        while number < len(self._order):
            yield self._order[number]
            number += 1

    def open(self, owner_id: int, level: Level) -> None:
        """Show a team, unless enough is shown."""
        chosen = self._chosen(owner_id, level)
        if len(self.places) + len(chosen) > MOST_SHOWN:
            self.is_full = True
            return
        rest = max(0, level.count - level.offset - len(chosen))
        new = [place for place in chosen if place.person_id not in self.places]
        self.places |= {place.person_id: place for place in new}
        ids = [place.person_id for place in new]
        self._order += ids
        self.teams[owner_id] = ids, Team(owner_id, (), level.offset, rest)

    def _chosen(self, owner_id: int, level: Level) -> list[Place]:
        """Return whom of a team is shown: whoever the line goes through, and at the top first."""
        is_whole = owner_id == self._whole or level.count <= MANY
        chosen = list(level.places if is_whole else level.places[:FEW])
        wanted = self._wanted.get(owner_id)
        if wanted is None:
            return chosen
        if owner_id == TOPS:  # the line to somebody is what the page is about
            return [wanted, *(each for each in chosen if each.person_id != wanted.person_id)]
        if all(wanted.person_id != place.person_id for place in chosen):
            chosen.append(wanted)
        return chosen

    def built(self, known: Mapping[int, PersonCard]) -> Team:
        """Return the team at the top, with everybody below."""
        done: dict[int, Team] = {}
        for owner_id, (ids, team) in reversed(self.teams.items()):
            members = [
                Member(known[each], self.places[each], done.get(each))
                for each in ids
                if each in known
            ]
            done[owner_id] = replace(team, members=members)
        return done[TOPS]
