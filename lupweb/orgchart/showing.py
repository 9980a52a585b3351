"""What one page of a chart shows: whose teams are open, who is in them, how much is left out.

However large a company is, a page shows at most `MOST_SHOWN` people and asks the same number of
queries; where all levels are to be opened, one more for each of them.
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
MOST_OPEN = 100
MOST_LEVELS = 20
"""Opened at once: a line of one below the other would be opened query by query."""
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
    :param opens_all: as many whole levels as a page holds are open, whatever `open_ids` says
    """

    focus_id: int | None = None
    open_ids: Sequence[int] | None = None
    part: tuple[int, int] | None = None
    line: str = ""
    opens_all: bool = False


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
    :param open_levels: how many levels are shown where all were to be opened; else 0
    """

    chart: ChartView
    tops: Team
    focus: Standing | None
    open_ids: Sequence[int]
    edges: Sequence[Edge]
    above_id: int | None = None
    is_full: bool = False
    open_levels: int = 0


def shown_chart(chart: ChartView, viewer: Viewer, layout: Layout, wish: Wish) -> ShownChart:
    """Return what a page shows; a constant number of queries but for `Wish.opens_all`.

    :raises NotFound: if `viewer` may not see the chart
    """
    focus = None
    if wish.focus_id is not None:
        focus = find_standing(chart, viewer, wish.focus_id)
    line = focus.chain[-LONGEST_LINE:] if focus else ()
    goes_on = focus is not None and (focus.is_cut or len(focus.chain) > len(line))
    first = _first(chart, viewer, wish, line, goes_on=goes_on)
    plan = _Plan(line, wish.part)
    plan.open(TOPS, first)
    open_levels = 0
    if wish.opens_all:
        open_levels = _open_levels(chart, viewer, wish, plan)
    else:
        asked = wish.open_ids if wish.open_ids is not None else _usual(line, first)
        _open(plan, _teams(chart, viewer, wish, asked[:MOST_OPEN]))
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
        open_levels=open_levels,
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


def _open(plan: "_Plan", teams: Mapping[int, Level]) -> None:
    """Open these teams, as far as they are reached from the top."""
    for person_id in plan.places_in_order():
        if person_id in teams:
            plan.open(person_id, teams[person_id])


def _open_levels(chart: ChartView, viewer: Viewer, wish: Wish, plan: "_Plan") -> int:
    """Open level below level, as long as a page holds the whole of the next one.

    :returns: how many levels are shown
    """
    for number in range(1, MOST_LEVELS + 1):
        closed = plan.closed()
        if not closed:
            return number
        if not plan.has_room_for(closed):
            plan.is_full = True
            return number
        teams = _teams(chart, viewer, wish, [place.person_id for place in closed])
        for person_id, level in teams.items():
            plan.open(person_id, level)
        if plan.is_full:
            return number
    plan.is_full = bool(plan.closed())
    return MOST_LEVELS + 1


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

    def closed(self) -> list[Place]:
        """Return who has a team that is not open."""
        places = self.places.values()
        return [each for each in places if each.direct and each.person_id not in self.teams]

    def has_room_for(self, closed: Collection[Place]) -> bool:
        """Return whether the teams of all these people may be opened beside what is shown."""
        more = sum(each.direct if each.direct <= MANY else FEW + 1 for each in closed)
        is_few = len(self.teams) - 1 + len(closed) <= MOST_OPEN
        return is_few and len(self.places) + more <= MOST_SHOWN

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
