"""What a bench says of its figures."""

import json

import pytest

from lupweb.bench.report import (
    Finding,
    Report,
    Target,
    Verdict,
    alone,
    between,
    compared,
    percentile,
    shown,
)


def a_report(*findings: Finding, is_judged: bool = True) -> Report:
    return Report(
        bench="sync",
        people=200,
        rounds=3,
        machine="2 cores",
        made_on="2026-11-03",
        load=0.1,
        is_judged=is_judged,
        findings=findings,
        notes=["P8 was left out."],
    )


def a_sync(limit: float, *, is_required: bool = True) -> Finding:
    """Three rounds, whose ratios are 2, 3 and 4."""
    pairs = [(2.0, 1.0), (9.0, 3.0), (2.0, 0.5)]
    target = Target(limit=limit, is_required=is_required)
    return compared("first sync", pairs, unit="s", floor_name="F1", id="P1", target=target)


def test_the_median_of_the_ratios_of_single_rounds_counts() -> None:
    found = a_sync(limit=3.0)

    assert (found.subject, found.floor, found.ratio) == (2.0, 1.0, 3.0)


@pytest.mark.parametrize(
    ("limit", "verdict"), [(3.0, Verdict.MET), (2.9, Verdict.MISSED), (4.0, Verdict.MET)]
)
def test_a_ratio_up_to_its_limit_meets_the_target(limit: float, verdict: Verdict) -> None:
    assert a_sync(limit).verdict(is_judged=True) is verdict


@pytest.mark.parametrize(("limit", "is_missed"), [(24.0, False), (26.0, True)])
def test_a_gain_must_reach_its_limit(limit: float, is_missed: bool) -> None:
    target = Target(limit=limit, at_least=True)
    found = compared("", [(1.0, 25.0)], unit="s", floor_name="peer", target=target, is_gain=True)

    assert found.ratio == 25.0
    assert a_report(found).is_missed is is_missed


def test_a_limit_of_its_own_needs_no_floor() -> None:
    found = alone("memory", [50.0, 70.0, 61.0], unit="MB", target=Target(limit=60))

    assert found.verdict(is_judged=True) is Verdict.MISSED


def test_nothing_is_judged_on_a_busy_machine() -> None:
    report = a_report(a_sync(limit=1.0), is_judged=False)

    assert not report.is_missed
    assert "not judged" in report.as_text()


def test_what_is_only_reported_fails_nothing() -> None:
    report = a_report(a_sync(limit=1.0, is_required=False))

    assert not report.is_missed
    assert "missed" in report.as_text()


def test_markdown_is_the_table_alone() -> None:
    information = alone("web process", [118.4], unit="MB")

    assert a_report(a_sync(limit=3.0), information).as_markdown().splitlines() == [
        "|  | measured | subject | floor | ratio | target | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| P1 | first sync | 2.00 s | F1 1.00 s | 3.00 × | ≤ 3 × | met |",
        "|  | web process | 118 MB | – | – | – | – |",
    ]


def test_json_holds_every_round_and_every_verdict() -> None:
    document = json.loads(a_report(a_sync(limit=1.0)).as_json())

    assert document["findings"][0]["samples"] == [[2.0, 1.0], [9.0, 3.0], [2.0, 0.5]]
    assert document["findings"][0]["verdict"] == "missed"
    assert document["notes"] == ["P8 was left out."]


def test_a_floor_was_what_its_neighbours_were() -> None:
    assert between(1.0, 2.0) == 1.5


@pytest.mark.parametrize(("percent", "figure"), [(50, 50), (95, 95), (100, 100), (1, 1)])
def test_a_percentile_is_one_of_the_figures(percent: int, figure: int) -> None:
    assert percentile(range(100, 0, -1), percent) == figure


@pytest.mark.parametrize(("figure", "text"), [(0.1234, "0.12"), (12.34, "12.3"), (3251.2, "3,251")])
def test_figures_have_no_more_digits_than_mean_something(figure: float, text: str) -> None:
    assert shown(figure) == text
