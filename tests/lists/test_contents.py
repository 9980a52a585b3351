"""What a list asks for, read and compared without a database."""

from datetime import date

import pytest

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.list_keys import host_rules, list_rules, start_label, start_rules
from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.lists.contents import LONGEST_ADDRESS, ListContent, check_address, may_ask
from lupweb.lists.queries import (
    ListLine,
    SharedLists,
    StartRow,
    find_line,
    offered,
    start_rows_for,
)
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.web.list_address import address_of, content_of
from lupweb.web.search_address import CARDS, TABLE, Look, read_address

TODAY = date(2026, 11, 22)
OF_A_GROUP = frozenset({7})


def broken(kind: str, **said: object) -> list[str]:
    """Return the names of keys with which something is wrong."""
    rules = {"lists": list_rules, "start_pages": start_rules}[kind]
    return [name for name, _sentence in rules(KINDS[kind].complete(said))]


def test_conditions_read_back_as_they_were_kept() -> None:
    said = "q=anna&f.department=Sales&f.department=&letter=B&sort=-location&view=table&column=phone"
    pairs = [tuple(each.split("=")) for each in said.split("&")]
    asked = read_address("/people", [*pairs, ("filter", "a OR b"), ("page", "3")])

    content = content_of(asked)

    assert content == ListContent(
        query="a OR b",
        address="q=anna&f.department=Sales&f.department=&letter=B",
        view=TABLE,
        sort="-location",
        columns=("phone",),
    )
    assert content_of(address_of("/lists/x", content, Look())) == content
    assert content.chosen_keys == {"department"}


def test_a_list_has_its_own_view_whatever_its_reader_is_used_to() -> None:
    used_to = Look(TABLE, ("phone",))

    found = address_of("/lists/x", ListContent(view=CARDS), used_to)

    assert (found.view, found.columns) == (CARDS, ())
    assert str(found) == "/lists/x?view=cards&column="
    assert read_address("/people", [], used_to).view == TABLE


def test_the_last_condition_of_a_list_can_be_taken_away() -> None:
    found = address_of("/lists/x", ListContent(address="q=anna"), Look())

    assert str(found.of_query("")) == "/lists/x?q="
    assert str(found.at("/people/export.csv")) == "/people/export.csv?q=anna"
    assert found.continues("/lists/x?q=ann")


@pytest.mark.parametrize("address", ["sort=name", "f.=x", "x=1", "q" * LONGEST_ADDRESS + "=1"])
def test_an_address_that_says_something_else_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue):
        check_address(address)


def test_a_shared_list_keeps_to_its_rules() -> None:
    assert broken("lists", key="reviewers", query='skills:"Code review" -team:x') == []
    assert broken("lists", key="new", name=" ", query="(", address="x=1") == [
        "key", "name", "query", "address",
    ]  # fmt: skip
    assert broken("lists", key="wide", columns=tuple(map(str, range(21)))) == ["columns"]


@pytest.mark.parametrize(
    "page", ["people", "//evil.example", "/\\evil.example", "/a\nb", "/", "/?", "/#x"]
)
def test_b15_a_start_page_is_a_page_of_this_site(page: str) -> None:
    assert broken("start_pages", page=page) == ["page"]


def test_a_start_page_leads_to_one_thing() -> None:
    assert broken("start_pages", list="x") == broken("start_pages", page="/people?view=table") == []
    assert broken("start_pages") == broken("start_pages", list="x", page="/people") == ["list"]
    assert start_label({"group": "hr"}) == "hr"
    assert start_label({"group": ""}) == start_label({"group": 3}) == "*"


@pytest.mark.parametrize(
    "host", ["*", "*.example.com", "https://a.example", "a b", "a;b", "'self'", "", "a\n", "a:x"]
)
def test_a_host_that_says_more_than_one_host_is_refused(host: str) -> None:
    assert len(list(host_rules(("intranet.example.com", "wiki:8443", host)))) == 1


def a_field(id_: int, key: str, visible_to: frozenset[int], *, facet: bool = True) -> FieldLayout:
    nobody: frozenset[int] = frozenset()
    return FieldLayout(
        id=id_, key=key, name=key.title(), type=field_type("text"), help_text="",
        source=Source.USER, attribute="", searchable=True, in_profile=True, in_table=True,
        on_card=False, facet=facet, applies_to=nobody, category_visible_to=nobody,
        visible_to=visible_to, stays_findable=False,
    )  # fmt: skip


def test_b35_a_closed_field_and_one_that_is_not_there_answer_alike() -> None:
    fields = [
        a_field(1, "open", frozenset()),
        a_field(2, "closed", OF_A_GROUP),
        a_field(3, "plain", frozenset(), facet=False),
    ]
    layout = Layout((CategoryLayout(1, "c", "C", frozenset(), tuple(fields)),))
    stranger, member = Viewer(), Viewer(groups=OF_A_GROUP)

    def may(content: ListContent) -> list[bool]:
        return [may_ask(looks, layout, content, TODAY) for looks in (stranger, member)]

    nobody, both, only_members = [False, False], [True, True], [False, True]
    chosen = ("open", "closed", "plain", "gone")
    assert [may(ListContent(address=f"f.{key}=x")) for key in chosen] == [
        both, only_members, nobody, nobody,
    ]  # fmt: skip
    written = ("open:x", "closed:x", "Closed:x", "gone:x", "(", "plain:x")
    assert [may(ListContent(query=text)) for text in written] == [
        both, only_members, only_members, nobody, nobody, both,
    ]  # fmt: skip


def a_line(key: str, *groups: int) -> ListLine:
    return ListLine(len(key), key, key, None, ListContent(), frozenset(groups))


def test_a_list_is_offered_to_its_groups_or_to_everybody() -> None:
    lines = [a_line("a"), a_line("bb", 7, 8), a_line("ccc", 9)]
    member = Viewer(groups=OF_A_GROUP)

    assert [line.key for line in offered(member, lines)] == ["a", "bb"]
    assert [line.key for line in offered(Viewer(), lines)] == ["a"]
    assert find_line(lines, "bb") == lines[1]
    assert find_line(lines, "x") is None


def test_start_pages_that_fit_stay_in_their_order() -> None:
    rows = [StartRow(9, 1, ""), StartRow(7, 2, ""), StartRow(None, None, "/people")]

    assert start_rows_for(Viewer(groups=OF_A_GROUP), SharedLists((), rows)) == rows[1:]
    assert start_rows_for(Viewer(), SharedLists((), rows)) == rows[2:]
