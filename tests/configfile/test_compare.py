"""What has to happen so that the database is as the file says."""

from typing import Any

from lupweb.configfile.compare import Comparison, compare


def _fields(*keys: str, category: str = "work") -> dict[str, Any]:
    return {key: {"key": key, "category": category} for key in keys}


def test_entries_are_created_changed_removed_or_left_alone() -> None:
    old = {"groups": {"a": {"name": "A"}, "b": {"name": "B"}, "c": {"name": "C"}}}
    new = {"groups": {"b": {"name": "Bee"}, "c": {"name": "C"}, "d": {"name": "D"}}}

    assert compare(old, new, ["groups"]) == Comparison(
        created=("groups.d",), changed=("groups.b",), removed=("groups.a",), unchanged=1
    )


def test_a_table_is_one_thing() -> None:
    old, new = {"site": {"": {"name": "A"}}}, {"site": {"": {"name": "B"}}}

    assert compare(old, new, ["site"]).changed == ("site",)
    assert compare(old, old, ["site"]) == Comparison(unchanged=1)


def test_kinds_that_the_file_does_not_name_do_not_count() -> None:
    assert compare({"groups": {"a": {}}}, {"groups": {}}, []) == Comparison()


def test_another_order_is_a_change_where_the_order_means_something() -> None:
    old, new = _fields("a", "b", "c"), _fields("b", "a", "c")

    assert compare({"fields": old}, {"fields": new}, ["fields"]).changed == ("fields.b", "fields.a")
    assert compare({"groups": old}, {"groups": new}, ["groups"]).is_empty


def test_what_comes_or_goes_between_two_entries_moves_neither() -> None:
    old, new = {"fields": _fields("a", "b", "c")}, {"fields": _fields("a", "x", "c")}

    assert compare(old, new, ["fields"]).changed == ()


def test_the_order_of_fields_counts_within_their_category_only() -> None:
    work, contact = _fields("a", "b"), _fields("x", "y", category="contact")

    assert compare(
        {"fields": {**work, **contact}}, {"fields": {**contact, **work}}, ["fields"]
    ).is_empty
