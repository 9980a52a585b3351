"""A page of a chart: who is shown, the addresses around it, and the words beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lupweb import clock
from lupweb.orgchart.drawing import drawn_text
from lupweb.orgchart.extent import NOBODY, Extent
from lupweb.orgchart.problems import Problems
from lupweb.orgchart.showing import MOST_OPEN, MOST_SHOWN, PART, Member, ShownChart, Team
from lupweb.orgchart.tree import Flaw
from lupweb.profiles.cards import PersonCard
from lupweb.texts import Text, _, ngettext
from lupweb.web.chart_address import LINE, ChartAddress, anchor_of
from lupweb.web.chart_drawing import DrawnBox, DrawnChart, drawn_chart, members_of
from lupweb.web.chart_frame import ChartFrame
from lupweb.web.filters import day, isolate, number
from lupweb.web.layouts import site_zone

WHY = {
    Flaw.SELF: _("Named as their own manager; the line is cut here."),
    Flaw.CYCLE: _("The line goes in a circle; it is cut here."),
    Flaw.MISSING: _("The manager named is not known here, or not active."),
}
"""What a mark on a box means; somebody without a manager needs none."""


@dataclass(frozen=True)
class ChartPage:
    """One part of a chart with its addresses.

    :param me: number of who looks; None for who is no person
    :param my_handle: what names them in an address
    :param extent: of the whole chart, where the page says so
    """

    shown: ShownChart
    address: ChartAddress
    me: int | None = None
    my_handle: str = ""
    extent: Extent = NOBODY
    mark = "!"

    @cached_property
    def drawing(self) -> DrawnChart:
        """Return the drawing."""
        return drawn_chart(self.shown)

    @cached_property
    def paper(self) -> DrawnChart:
        """Return the drawing as it is largest on a landscape page."""
        return drawn_chart(self.shown, is_paper=True)

    @cached_property
    def frame(self) -> ChartFrame:
        """Return the frame that the drawing is scrolled in."""
        return ChartFrame(self.shown, self.address, self.drawing)

    @property
    def moves(self) -> list[tuple[str, int, int]]:
        """Return how far right and down each box of the drawing is moved on paper, by its key."""
        return [
            (key, box.x - self.drawing.places[key].x, box.y - self.drawing.places[key].y)
            for key, box in self.paper.places.items()
        ]

    @property
    def title(self) -> str:
        """Return the name of the page."""
        return isolate(self.shown.chart.name)

    @property
    def plain_title(self) -> str:
        """Return the name of the chart as it may stand in a file."""
        return drawn_text(self.shown.chart.name)

    @property
    def built_from(self) -> Text:
        """Return what the chart is made of, and how large it is."""
        field, size = isolate(self.shown.chart.manager.name), self.extent
        if not size.levels:
            return _("Built from the field “%(field)s”.", field=field)
        people, levels = number(size.people), number(size.levels)
        return _(
            "Built from the field “%(field)s”. %(people)s, %(levels)s.",
            field=field,
            people=ngettext("%(n)s person", "%(n)s people", size.people, n=people),
            levels=ngettext("%(n)s level", "%(n)s levels", size.levels, n=levels),
        )

    @property
    def zoom_name(self) -> str:
        """Return how large it is, in words."""
        return f"{self.address.zoom}\u00a0%" if self.address.zoom else str(_("fits"))

    @property
    def full(self) -> Text:
        """Return why a team was left closed."""
        if not self.shown.open_levels:
            return _(
                "A page shows at most %(most)s people. Close a team to open another one.",
                most=number(MOST_SHOWN),
            )
        return ngettext(
            "%(levels)s level is open. With the next one a page would show more than %(most)s"
            " people, or %(teams)s teams: open those that you want to see.",
            "%(levels)s levels are open. With the next one a page would show more than %(most)s"
            " people, or %(teams)s teams: open those that you want to see.",
            self.shown.open_levels,
            levels=number(self.shown.open_levels),
            most=number(MOST_SHOWN),
            teams=number(MOST_OPEN),
        )

    @property
    def focus_id(self) -> int | None:
        """Return whom the page is about, if anybody."""
        return self.shown.focus.place.person_id if self.shown.focus else None

    @property
    def is_missing(self) -> bool:
        """Return whether somebody was asked for who is not in the chart."""
        return bool(self.address.focus) and self.shown.focus is None

    @property
    def shows_me(self) -> bool:
        """Return whether one of the boxes is that of who looks."""
        return any(each.card.id == self.me for each in members_of(self.shown.tops))

    @property
    def has_marks(self) -> bool:
        """Return whether a box has a mark."""
        return any(self.why(each) for each in members_of(self.shown.tops))

    @property
    def to_me(self) -> ChartAddress | None:
        """Return the address that opens the line to who looks."""
        return self.address.on(self.my_handle, self.me) if self.me else None

    @property
    def further_up(self) -> ChartAddress:
        """Return the address of the line above the top."""
        above = self.shown.above_id or 0
        return self.address.on(f"id:{above}", above)

    @property
    def dotted_names(self) -> list[str]:
        """Return the names of the fields that are drawn as dotted lines."""
        drawn = {edge.field.key for edge in self.shown.edges}
        return [each.name for each in self.shown.chart.dotted if each.key in drawn]

    @property
    def today(self) -> Text:
        """Return the date in the time zone of the site, for a sheet of paper."""
        return day(clock.now().astimezone(site_zone()).date())

    @property
    def line_name(self) -> Text | str:
        """Return which lines are drawn, in words."""
        return next((name for name, _href, is_current in self.lines if is_current), _("All"))

    @property
    def lines(self) -> list[tuple[Text | str, ChartAddress, bool]]:
        """Return each choice of lines: its name, its address, and whether it is the one."""
        chart = self.shown.chart
        names: dict[str, Text | str] = {"": _("All")}
        names |= {each.key: each.name for each in (chart.manager, *chart.dotted)}
        return [
            (name, self.address.with_line(key), key == self.address.line)
            for key, name in names.items()
        ]

    def file(self, form: str) -> ChartAddress:
        """Return the address of what is shown as a file; the whole chart, as CSV."""
        path = f"{self.address.path}.{form}"
        return ChartAddress(path) if form == "csv" else self.address.as_file(path)

    def anchor(self, card: PersonCard) -> str:
        """Return the name of a person's box in the page."""
        return anchor_of(card.id)

    def line_anchor(self, card: PersonCard) -> str:
        """Return the name of a person's line in the outline."""
        return f"{LINE}{anchor_of(card.id)}"

    def toggled(self, member: Member) -> ChartAddress:
        """Return the address that opens a team, or closes it."""
        person_id = member.card.id
        rest = [each for each in self.shown.open_ids if each != person_id]
        wanted = rest if member.team else [*rest, person_id]
        return self.address.with_open(wanted, person_id)

    def opened(self) -> ChartAddress:
        """Return the address with as many levels open as a page holds."""
        return self.address.with_all_open()

    def closed(self) -> ChartAddress:
        """Return the address with no team open."""
        return self.address.with_open(())

    def before(self, team: Team) -> ChartAddress:
        """Return the address of those of a team who stand before the first shown."""
        return self.address.from_one_on(team.owner_id, max(0, team.before - PART))

    def behind(self, team: Team) -> ChartAddress:
        """Return the address of those who stand behind the last; of all, where few are shown."""
        is_whole = self.address.part is not None and self.address.part[0] == team.owner_id
        offset = team.before + len(team.members) if is_whole else 0
        return self.address.from_one_on(team.owner_id, offset)

    def why(self, member: Member) -> Text | None:
        """Return why nobody stands above somebody, where that is to be repaired."""
        return WHY.get(member.place.flaw) if member.place.flaw else None

    def also(self, member: Member) -> list[str]:
        """Return for whom else somebody works, of those who are shown."""
        return [
            f"{edge.field.name}: {isolate(self._names[edge.to_id])}"
            for edge in self.shown.edges
            if edge.person_id == member.card.id
        ]

    def label(self, member: Member) -> str:
        """Return what a box says: who it is, what they do, and what its mark means."""
        card = member.card
        parts = [card.name, card.subline, str(self.why(member) or ""), *self.also(member)]
        return ", ".join(isolate(part) for part in parts if part)

    def said(self, member: Member) -> Text:
        """Return what a pill does, in words."""
        told = {
            "below": number(member.place.total),
            "direct": number(member.place.direct),
            "name": isolate(member.card.name),
        }
        if member.team:
            return _("%(below)s below, %(direct)s direct, close the team of %(name)s", **told)
        return _("%(below)s below, %(direct)s direct, open the team of %(name)s", **told)

    def standing(self, card: PersonCard) -> str:
        """Return the mark of a box, or of a line of the outline: "is-me", "is-found" or ""."""
        if card.id == self.me:
            return "is-me"
        return "is-found" if card.id == self.focus_id else ""

    def team_name(self, member: Member) -> Text:
        """Return what the arrow beside somebody opens."""
        return _(
            "Team of %(name)s, %(count)s direct",
            name=isolate(member.card.name),
            count=number(member.place.direct),
        )

    def direct(self, member: Member) -> Text:
        """Return how many people report to somebody."""
        return _("%(count)s direct", count=number(member.place.direct))

    def opens(self, member: Member) -> Text:
        """Return the words of the link that opens a closed team."""
        count = member.place.direct
        return ngettext(
            "Show %(count)s person", "Show %(count)s people", count, count=number(count)
        )

    def others(self, drawn: DrawnBox) -> Text:
        """Return how many people a box stands for."""
        if drawn.team is None:
            return _("More")
        return self.others_before(drawn.team) if drawn.is_before else self.others_behind(drawn.team)

    def others_before(self, team: Team) -> Text:
        """Return how many of a team stand before the first who is shown."""
        return _("%(count)s before", count=number(team.before))

    def others_behind(self, team: Team) -> Text:
        """Return how many of a team stand behind the last who is shown."""
        return _("%(count)s more", count=number(team.rest))

    def repair(self, problems: Problems) -> Sequence[Text | str]:
        """Return what of the whole chart is to be repaired, a sentence for each kind."""
        return [self._repair(flaw, problems) for flaw in problems.counts]

    def _repair(self, flaw: Flaw, problems: Problems) -> Text | str:
        if flaw is not Flaw.ALONE:
            return problems.sentence(flaw)
        count, field = problems.counts[flaw], isolate(self.shown.chart.manager.name)
        return ngettext(
            "%(count)s person has no “%(field)s”.",
            "%(count)s people have no “%(field)s”.",
            count,
            count=number(count),
            field=field,
        )

    @cached_property
    def _names(self) -> dict[int, str]:
        return {each.card.id: each.card.name for each in members_of(self.shown.tops)}
