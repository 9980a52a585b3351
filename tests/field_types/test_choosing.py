"""Options of a list, ends of a tree, keywords."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.field_types.choosing import ChoosingType

CITIES = {"choices": ["Porto", "Hamburg", "Lyon"]}
TREE = {"choices": ["eu,Europe,de,Germany,hh,Hamburg", "eu,Europe,pt,Portugal", "hh,Hamburg"]}


def test_an_unknown_value_of_a_directory_is_offered_as_long_as_it_is_stored() -> None:
    kind = field_type("select", CITIES)

    assert [each.value for each in kind.choices("Rome")] == ["Porto", "Hamburg", "Lyon", "Rome"]
    assert [each.is_known for each in kind.choices("Rome")] == [True, True, True, False]
    assert kind.parse(["Rome"], "Rome") == "Rome"
    with pytest.raises(InvalidValue, match="“Rome” is not on the list"):
        kind.parse(["Rome"], "Porto")


def test_several_options_stand_in_the_order_of_the_list() -> None:
    kind = field_type("multi_select", CITIES)

    assert kind.read([b"lyon", b"Rome", b"Porto", b"LYON"]) == "Porto\nLyon\nRome"
    assert kind.parse(["Lyon", "Rome"], "Porto\nRome") == "Lyon\nRome"
    assert kind.write("Porto\nLyon") == [b"Porto", b"Lyon"]
    assert kind.export("Porto\nLyon") == ["Porto", "Lyon"]
    with pytest.raises(InvalidValue, match="“Oslo” is not on the list"):
        kind.parse(["Oslo"], "Porto\nRome")


def test_options_sort_in_their_order_and_what_is_none_behind_them() -> None:
    kind = field_type("select", CITIES)

    values = ["Hamburg", "Amiens", "Lyon", "Porto"]

    assert sorted(values, key=kind.sort_key) == ["Porto", "Hamburg", "Lyon", "Amiens"]


def test_an_unknown_value_can_become_an_option() -> None:
    kind = field_type("multi_select", CITIES)
    assert isinstance(kind, ChoosingType)

    added = field_type("multi_select", kind.with_added("Porto\nRome"))

    assert added.parse(["Rome"]) == "Rome"
    assert kind.unknown("Porto\nRome") == ["Rome"]


def test_two_options_that_differ_by_case_only_are_refused() -> None:
    with pytest.raises(InvalidValue, match="“PORTO” is there twice"):
        FIELD_TYPES["select"].check_options({"choices": ["Porto", "PORTO"]})


@pytest.mark.parametrize(
    ("delivered", "stored"),
    [
        ("eu/de/hh", "eu/de/hh"),
        ("Europe › Germany › Hamburg", "eu/de/hh"),
        ("PORTUGAL", "eu/pt"),
        ("pt", "eu/pt"),
        ("Hamburg", "Hamburg"),  # two leaves have this name
        ("de", "de"),  # no leaf
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_leaf_is_read_by_its_way_or_by_what_is_its_alone(delivered: str, stored: str) -> None:
    assert field_type("cascade_select", TREE).read([delivered.encode()]) == stored


def test_leaves_stand_under_the_way_to_them() -> None:
    kind = field_type("cascade_select", TREE)

    shown = [(each.value, each.group, each.label) for each in kind.choices()]

    assert shown == [
        ("eu/de/hh", "Europe › Germany", "Hamburg"),
        ("eu/pt", "Europe", "Portugal"),
        ("hh", "", "Hamburg"),
    ]
    assert kind.text("eu/de/hh") == "Europe › Germany › Hamburg"
    assert sorted(["hh", "eu/pt", "eu/de/hh"], key=kind.sort_key) == ["eu/de/hh", "eu/pt", "hh"]


@pytest.mark.parametrize("typed", ["eu", "eu/de", "Atlantis"])
def test_only_ends_of_the_tree_can_be_chosen(typed: str) -> None:
    with pytest.raises(InvalidValue, match="Choose one of its ends"):
        field_type("cascade_select", TREE).parse([typed])


def test_a_tree_is_csv_with_quotes_and_filled_up_lines() -> None:
    kind = field_type("cascade_select", {"choices": ['a,"Rhine, upper",b,Basel', "c,Lake,,"]})

    assert [each.label for each in kind.choices()] == ["Basel", "Lake"]
    assert kind.text("a/b") == "Rhine, upper › Basel"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("eu", "no way through a tree"),
        ("eu,Europe,de", "no way through a tree"),
        (",Europe", "no way through a tree"),
        ("e/u,Europe", "no way through a tree"),
        (",".join(["a,b"] * 9), "no way through a tree"),
        ("eu,EU", "is called “Europe” and “EU”"),
    ],
)
def test_a_line_that_makes_no_tree_is_named(line: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=f"^Line 2.*{why}"):
        FIELD_TYPES["cascade_select"].check_options({"choices": ["eu,Europe,pt,Portugal", line]})


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["Sonar, CAN bus,sonar ,, Zephyr"], "CAN bus\nSonar\nZephyr"),
        (["Sonar", "CAN bus"], "CAN bus\nSonar"),
        (['"Paris, France", Rome'], "Paris, France\nRome"),
        (['5" pipe'], '5" pipe'),
        (["<b>"], "<b>"),
    ],
)
def test_keywords_are_separated_by_commas_and_stand_once(typed: list[str], stored: str) -> None:
    kind = field_type("tags")

    assert kind.parse(typed) == stored
    assert kind.parse([", ".join(kind.form_values(stored))]) == stored


def test_keywords_are_the_values_of_an_attribute() -> None:
    kind = field_type("tags")

    assert kind.read([b"Zephyr", b"a, b", b"sonar", b"Sonar"]) == "a, b\nSonar\nZephyr"
    assert kind.write("a, b\nZephyr") == [b"a, b", b"Zephyr"]


@pytest.mark.parametrize(
    ("typed", "why"), [("x" * 101, "too long for a keyword"), ("a,b," * 60, "room for 100")]
)
def test_endless_keywords_are_refused(typed: str, why: str) -> None:
    unlike = ",".join(f"{tag}{number}" for number, tag in enumerate(typed.split(",")))

    with pytest.raises(InvalidValue, match=why):
        field_type("tags").parse([unlike])
