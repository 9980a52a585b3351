"""The drawing of what a page of a chart shows: every box with what stands in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lupweb.orgchart.columns import Branch
from lupweb.orgchart.drawing import (
    ELLIPSIS,
    LONGEST_NAME,
    LONGEST_SUBLINE,
    Pill,
    drawn_name,
    drawn_subline,
    drawn_text,
    path_of,
    pill_of,
)
from lupweb.orgchart.layout import Box, Note, draw
from lupweb.orgchart.showing import Member, ShownChart, Team
from lupweb.web.chart_address import anchor_of
from lupweb.web.filters import number

BEFORE, BEHIND = "b", "r"
"""What the keys of boxes begin with that stand for others."""


@dataclass(frozen=True)
class DrawnBox:
    """A box with a person, or one that stands for those of a team who are not shown.

    :param member: None where it stands for others
    :param team: of those others; None where it is a person
    :param is_before: the others stand before the first who is shown
    :param name: cut to fit, as is `subline`
    """

    box: Box
    member: Member | None = None
    team: Team | None = None
    is_before: bool = False
    name: str = ""
    subline: str = ""
    initials: str = ""
    pill: Pill | None = None

    @property
    def name_width(self) -> int:
        """Return how wide the name is to be drawn; 0: as wide as the font makes it."""
        return LONGEST_NAME if self.name.endswith(ELLIPSIS) else 0

    @property
    def subline_width(self) -> int:
        """Return how wide the line below is to be drawn; 0: as wide as the font makes it."""
        return LONGEST_SUBLINE if self.subline.endswith(ELLIPSIS) else 0


@dataclass(frozen=True)
class DrawnNote:
    """The name of whose team goes on below it, in another column."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class DrawnChart:
    """A drawing, ready to be written as SVG: its boxes from the top down, column by column.

    :param width: as it is drawn; on the page it is larger or smaller by the zoom
    """

    width: int
    height: int
    lines: Sequence[str]
    dotted: Sequence[str]
    boxes: Sequence[DrawnBox]
    notes: Sequence[DrawnNote] = ()

    @cached_property
    def places(self) -> Mapping[str, Box]:
        """Return the place of each box by its key."""
        return {each.box.key: each.box for each in self.boxes}


def drawn_chart(shown: ShownChart, *, is_paper: bool = False) -> DrawnChart:
    """Return the drawing of what is shown.

    :param is_paper: for one landscape page, as large as it can be there
    """
    branches = list(_branches(shown.tops))
    pairs = [(anchor_of(each.person_id), anchor_of(each.to_id)) for each in shown.edges]
    drawing = draw(branches, pairs, is_paper=is_paper)
    members = {anchor_of(each.card.id): each for each in members_of(shown.tops)}
    rests = {key: team for team in teams_of(shown.tops) for key in _rest_keys(team)}
    return DrawnChart(
        drawing.width,
        drawing.height,
        lines=[path_of(points) for points in drawing.lines],
        dotted=[path_of(points) for points in drawing.dotted],
        boxes=[
            _person(box, members[box.key])
            if box.key in members
            else DrawnBox(box, team=rests[box.key], is_before=box.key.startswith(BEFORE))
            for box in drawing.boxes
        ],
        notes=[_note(each, members[each.key]) for each in drawing.notes],
    )


def members_of(team: Team) -> Iterator[Member]:
    """Yield everybody who is shown, each before the people below."""
    waiting = [team]
    while waiting:
        each = waiting.pop()
        yield from each.members
        waiting.extend(member.team for member in reversed(each.members) if member.team)


def teams_of(team: Team) -> Iterator[Team]:
    """Yield every team that is shown."""
    yield team
    yield from (member.team for member in members_of(team) if member.team)


def _branches(team: Team) -> Iterator[Branch]:
    keys = _rest_keys(team)
    yield from (Branch(key) for key in keys if key.startswith(BEFORE))
    for member in team.members:
        below = list(_branches(member.team)) if member.team else ()
        yield Branch(anchor_of(member.card.id), below)
    yield from (Branch(key) for key in keys if key.startswith(BEHIND))


def _rest_keys(team: Team) -> list[str]:
    """Return the keys of the boxes that stand for who of a team is not shown."""
    counts = {BEFORE: team.before, BEHIND: team.rest}
    return [f"{kind}{team.owner_id}" for kind, count in counts.items() if count]


def _person(box: Box, member: Member) -> DrawnBox:
    total = member.place.total
    return DrawnBox(
        box=box,
        member=member,
        name=drawn_name(member.card.name),
        subline=drawn_subline(member.card.subline),
        initials=drawn_text(member.card.initials),
        pill=pill_of(box, number(total)) if total else None,
    )


def _note(note: Note, member: Member) -> DrawnNote:
    return DrawnNote(note.x, note.y, f"{ELLIPSIS} {drawn_name(member.card.name)}")
