"""Whatever stands in the set-up, the file says it so that it is read as it was."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.configfile.document import read_document
from lupweb.configfile.export import export_text
from lupweb.configfile.keys import UNWANTED, Key
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.stored import untouched_setup

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: not UNWANTED.search(text)
)


def _values(key: Key) -> st.SearchStrategy[Any]:
    if key.choices:
        return st.sampled_from(key.choices)
    if isinstance(key.default, bool):
        return st.booleans()
    if isinstance(key.default, int):
        return st.integers(0, 1000)
    if isinstance(key.default, str):
        return TEXTS
    if isinstance(key.default, dict):
        single = TEXTS | st.booleans() | st.integers(0, 1000) | st.lists(TEXTS, max_size=2)
        return st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), single, max_size=3)
    lists = st.lists(TEXTS, unique=True, max_size=3).map(tuple)
    return lists.map(lambda found: tuple(sorted(found))) if key.is_set else lists


def _entries(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    values = {key.name: _values(key) for key in KINDS[kind].keys}
    return st.fixed_dictionaries(values)


@settings(deadline=None)
@given(_entries("fields"), _entries("directories"), _entries("site"), _entries("card"))
def test_what_is_exported_is_read_again(
    field: dict[str, Any], directory: dict[str, Any], site: dict[str, Any], card: dict[str, Any]
) -> None:
    setup = untouched_setup()
    setup["fields"] = {"x": {**field, "key": "x"}}
    setup["directories"] = {"main": {**directory, "key": "main"}}
    setup["site"], setup["card"] = {"": site}, {"": card}

    assert read_document(export_text(setup)).kinds == setup


def test_a_kind_without_entries_is_named_so_that_an_export_is_whole() -> None:
    text = export_text(untouched_setup())

    assert (
        "directories = []\ngroups = []\nroles = []\nedit_rights = []\norg_charts = []\n"
        "lists = []\nstart_pages = []\n" in text
    )
    assert set(read_document(text).kinds) == set(KINDS)
