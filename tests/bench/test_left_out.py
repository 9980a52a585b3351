"""What a bench leaves out is left out, and there again behind it."""

from collections.abc import Callable

from blinker import ANY
from flask import Flask

from lupweb.bench.syncing import search_left_out
from lupweb.orgchart import keeping as charts
from lupweb.profiles.service import ahead, changed


def told() -> list[Callable[..., object]]:
    return [each for signal in (changed, ahead) for each in signal.receivers_for(ANY)]


def test_only_org_charts_learn_of_changes_while_search_is_left_out(in_app: Flask) -> None:
    before = told()
    assert len(before) > 1

    with search_left_out():
        assert told() == [charts.renew]

    assert told() == before
