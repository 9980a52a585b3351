"""By which conditions people were found, in words."""

from dataclasses import replace

from lupweb.accounts.viewers import Viewer
from lupweb.profiles.layout import CategoryLayout, Layout
from lupweb.search.request import SearchRequest
from lupweb.web.conditions import conditions
from tests.exports.test_outside_readers import a_field


def test_b35_a_field_that_one_may_not_read_is_called_as_one_that_is_not_there() -> None:
    place = replace(a_field("text"), key="location", name="Place")
    secret = replace(a_field("text"), key="secret", name="Name of it", visible_to=frozenset({7}))
    layout = Layout((CategoryLayout(1, "x", "X", frozenset(), (place, secret)),))
    chosen = {"location": ("Porto", "Bergen", ""), "secret": ("a",), "gone": ("a",)}

    told = conditions(Viewer(), layout, SearchRequest(chosen=chosen))

    assert list(map(str, told)) == ["Place: Porto, Bergen or Not set", "secret: a", "gone: a"]
    seen = conditions(Viewer(groups=frozenset({7})), layout, SearchRequest(chosen=chosen))
    assert str(seen[1]) == "Name of it: a"


def test_everybody_is_no_condition() -> None:
    assert conditions(Viewer(), Layout(()), SearchRequest(sort="newest", page=3)) == []
