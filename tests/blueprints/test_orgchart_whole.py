"""The whole of an org chart: how large it is, and as much of it open as a page holds."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.orgchart import showing
from tests.blueprints.charting import LINE, dn, outline
from tests.browsing import Browser
from tests.factories import PASSWORD, a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def ada(charts: FakeDirectory, browser: Callable[[], Browser]) -> Browser:
    """Ada, signed in."""
    return browser().sign_in("ada", PASSWORD)


def test_the_head_says_how_large_the_chart_is_and_knows_a_new_manager_at_once(
    ada: Browser, charts: FakeDirectory, app: Flask
) -> None:
    ada.get(LINE)
    assert "Built from the field “Reports to”. 54 people, 3 levels." in ada.text
    an_entry(charts, "deep", "Deep Down", manager=dn("w01"))
    with app.app_context():
        a_run(charts)

    ada.get(LINE)

    assert "55 people, 4 levels." in ada.text


def test_open_all_opens_as_many_whole_levels_as_a_page_holds_and_says_so(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ada.get(LINE, view="outline", open="").find("a", string="Open all")["href"]

    whole = outline(ada.get(link))
    assert {"Sam Safe", "Worker 00", "Under Self", "Two Circle"} <= set(whole)
    assert "would show more than" not in ada.text
    assert ada.page.select(".tree details:not([open])") == []
    assert "54 people, 3 levels." in ada.text
    closed = outline(ada.get(str(ada.page.find("a", string="Close all")["href"])))
    monkeypatch.setattr(showing, "MOST_SHOWN", len(closed) + 5)
    part = outline(ada.get(link))

    assert set(part) < set(whole)
    assert set(closed) < set(part)
    assert "2 levels are open. With the next one a page would show more than" in ada.text
