"""What a bench found: each subject beside its floor, and whether the target is met."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from statistics import fmean, median
from typing import Any

from lupweb.texts import Text, _

HEAD = ("", "measured", "subject", "floor", "ratio", "target", "verdict")
NOTHING = "–"


class Verdict(StrEnum):
    """Whether a target is met; a figure without one is information."""

    MET = "met"
    MISSED = "missed"
    NOT_JUDGED = "not judged"
    NONE = NOTHING


@dataclass(frozen=True, kw_only=True)
class Target:
    """A limit for the ratio or, where there is no floor, for the subject itself.

    :param at_least: the limit is the smallest good figure; else it is the largest
    :param is_required: a target that is only reported never fails a bench
    :param is_timed: one that is no matter of time is judged on a busy machine as well
    """

    limit: float
    at_least: bool = False
    is_required: bool = True
    is_timed: bool = True


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of a bench: medians over its rounds.

    :param id: the number of the target in the performance goals, or ""
    :param unit: of subject and floor, such as s, ms, MB
    :param floor_name: what the subject is compared with; "" if with nothing
    :param ratio: the median of the ratios of single rounds
    :param samples: subject and floor of each round
    """

    what: Text | str
    unit: str
    subject: float
    id: str = ""
    floor: float | None = None
    floor_name: str = ""
    ratio: float | None = None
    target: Target | None = None
    samples: Sequence[Sequence[float]] = ()

    def verdict(self, *, is_judged: bool) -> Verdict:
        """Return whether the target is met.

        :param is_judged: off on a busy machine, whose figures decide nothing
        """
        if self.target is None:
            return Verdict.NONE
        if self.target.is_timed and not is_judged:
            return Verdict.NOT_JUDGED
        found = self.subject if self.ratio is None else self.ratio
        limit = self.target.limit
        is_met = found >= limit if self.target.at_least else found <= limit
        return Verdict.MET if is_met else Verdict.MISSED


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that one bench found.

    :param made_on: the day, ISO 8601
    :param load: of the machine, before the bench began
    :param notes: what a reader must know beside the figures
    """

    bench: str
    people: int
    rounds: int
    machine: str
    made_on: str
    load: float
    is_judged: bool
    findings: Sequence[Finding] = ()
    notes: Sequence[Text | str] = field(default_factory=list)

    @property
    def is_missed(self) -> bool:
        """Return whether a target that is required was missed."""
        return any(
            each.verdict(is_judged=self.is_judged) is Verdict.MISSED
            for each in self.findings
            if each.target and each.target.is_required
        )

    def as_json(self) -> str:
        """Return the report as one JSON document, the samples of each round included."""
        document: dict[str, Any] = {
            **asdict(self),
            "notes": [str(note) for note in self.notes],
            "findings": [
                {
                    **asdict(each),
                    "what": str(each.what),
                    "verdict": str(each.verdict(is_judged=self.is_judged)),
                }
                for each in self.findings
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=1, default=str)

    def as_text(self) -> str:
        """Return the report for a terminal."""
        rows = [HEAD, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, *(str(note) for note in self.notes)])

    def as_markdown(self) -> str:
        """Return the table alone, as docs/performance.md shows it."""
        rows = [HEAD, ("---",) * len(HEAD), *self._rows()]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for each in self.findings:
            yield (
                each.id,
                str(each.what),
                f"{shown(each.subject)} {each.unit}",
                NOTHING
                if each.floor is None
                else f"{each.floor_name} {shown(each.floor)} {each.unit}",
                NOTHING if each.ratio is None else f"{shown(each.ratio)} ×",
                _shown_target(each),
                str(each.verdict(is_judged=self.is_judged)),
            )


def compared(  # noqa: PLR0913 - the columns of a line
    what: Text | str,
    pairs: Sequence[tuple[float, float]],
    *,
    unit: str,
    floor_name: str,
    id: str = "",
    target: Target | None = None,
    is_gain: bool = False,
) -> Finding:
    """Return the line of a subject that was measured beside its floor.

    :param pairs: subject and floor of each round
    :param is_gain: the ratio says how many times faster than the floor; else how many times its
        figure
    """
    ratios = [floor / subject if is_gain else subject / floor for subject, floor in pairs]
    return Finding(
        id=id,
        what=what,
        unit=unit,
        subject=median(subject for subject, _floor in pairs),
        floor=median(floor for _subject, floor in pairs),
        floor_name=floor_name,
        ratio=median(ratios),
        target=target,
        samples=pairs,
    )


def alone(
    what: Text | str,
    figures: Sequence[float],
    *,
    unit: str,
    id: str = "",
    target: Target | None = None,
) -> Finding:
    """Return the line of a subject that has a limit, or none, but no floor."""
    return Finding(
        id=id,
        what=what,
        unit=unit,
        subject=median(figures),
        target=target,
        samples=[(figure,) for figure in figures],
    )


def between(before: float, after: float) -> float:
    """Return what a floor was while something else was measured, from its two neighbours."""
    return fmean((before, after))


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the smallest of `figures` that at least `percent` % of them do not exceed."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def shown(figure: float) -> str:
    """Return a figure with as many digits as mean something."""
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def _shown_target(finding: Finding) -> str:
    if finding.target is None:
        return NOTHING
    sign = "≥" if finding.target.at_least else "≤"
    unit = finding.unit if finding.ratio is None else "×"
    text = f"{sign} {finding.target.limit:g} {unit}"
    return text if finding.target.is_required else str(_("%(target)s, reported", target=text))
