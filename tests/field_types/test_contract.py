"""What every field type promises: a new type is tested by existing."""

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from lupweb.errors import InvalidValue, NotFound
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.field_types.base import LONGEST, Control, FieldType, PersonLink
from lupweb.texts import speaking
from tests.field_types.samples import HOSTILE, PERSON, every_type, stored_values

EVERY_TYPE = [pytest.param(key, id=key) for key in sorted(FIELD_TYPES)]
EVERY_VALUE = [
    pytest.param(key, value, id=f"{key}-{number}")
    for key in sorted(FIELD_TYPES)
    for number, value in enumerate(stored_values(key))
]
LINKS = ("http://", "https://", "mailto:", "tel:", "xmpp:", "/people/")
LANGUAGES = ["en", "de"]
TEXTS = st.text(max_size=60) | st.sampled_from(HOSTILE) | st.from_regex(r"[-0-9.:/@,+ ]{1,20}")
SURFACES: dict[str, Callable[[FieldType, str], Any]] = {
    "render": lambda kind, value: kind.render(value),
    "text": lambda kind, value: kind.text(value),
    "words": lambda kind, value: kind.words(value),
    "sort_key": lambda kind, value: kind.sort_key(value),
    "export": lambda kind, value: kind.export(value),
    "form_values": lambda kind, value: kind.form_values(value),
    "split": lambda kind, value: kind.split(value),
    "choices": lambda kind, value: kind.choices(value),
    "fits": lambda kind, value: kind.fits(value),
    "read": lambda kind, value: _or_refused(lambda: kind.read([value.encode()])),
    "parse": lambda kind, value: _or_refused(lambda: kind.parse([value])),
}
FEW = settings(max_examples=40, deadline=None)
STEPS_PER_CHARACTER = 40
"""Lines of Python; a type that compares every sign with every other has thousands."""


def parsed(markup: Markup) -> Tag:
    found = BeautifulSoup(f"<main>{markup}</main>", "html5lib").main
    assert found
    return found


def test_the_types_of_the_product_are_there() -> None:
    assert FIELD_TYPES.keys() >= {
        "text", "multiline", "select", "multi_select", "cascade_select", "tags", "date",
        "user_select", "multi_user_select", "phone", "email", "url", "number", "checkbox",
        "instant_messenger", "language", "country", "dependent",
    }  # fmt: skip


def test_a_type_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(NotFound, match="no field type “nonsense”"):
        field_type("nonsense")


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_a_type_says_what_it_is_and_has_examples(key: str) -> None:
    kind = FIELD_TYPES[key]

    assert str(kind.label)
    assert str(kind.explanation).endswith(".")
    assert kind.control in Control
    assert kind.examples


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_its_own_options_are_taken_and_stored_once(key: str) -> None:
    kind = FIELD_TYPES[key]

    checked = kind.check_options(kind.example_options)

    assert checked == kind.example_options
    assert kind.check_options(json.loads(json.dumps(checked))) == checked


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_an_option_at_its_default_is_not_stored(key: str) -> None:
    kind = FIELD_TYPES[key]
    defaults = {each.name: each.default for each in kind.option_list}

    assert kind.check_options({**defaults, **kind.example_options}) == kind.example_options


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", [object(), 1.5, [1], {"a": "b"}, "\0"])
def test_an_option_that_is_none_or_of_another_kind_is_a_sentence(key: str, value: Any) -> None:
    kind = FIELD_TYPES[key]

    for name in ["nonsense", *(each.name for each in kind.option_list if each.kind != "number")]:
        with pytest.raises(InvalidValue):
            kind.check_options({name: value})


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_no_value_is_no_value_everywhere(key: str) -> None:
    kind = every_type(key)

    assert kind.read([]) == ""
    assert kind.split("") == kind.form_values("") == []
    assert kind.text("") == kind.words("") == kind.sort_key("") == ""
    assert parsed(kind.render("")).get_text() == ""
    if kind.is_editable:
        assert kind.parse([]) == kind.parse([""]) == kind.parse(["  "]) == ""
    if kind.can_write:
        assert kind.write("") == []


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_what_is_kept_of_several_values_does_not_depend_on_their_order(key: str) -> None:
    values = [b"2020-01-02", b"2019-01-02", b"2021-01-02"]
    kind = every_type(key)

    read = kind.read(values)

    assert read == kind.read(values[::-1])
    assert len(kind.split(read)) == (3 if kind.is_multiple else 1)


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", [b"\xff\xfe", b"a\0b", b"x" * (LONGEST + 1)])
def test_what_is_no_text_and_too_much_of_it_are_refused(key: str, value: bytes) -> None:
    """B73"""
    with pytest.raises(InvalidValue):
        every_type(key).read([value])


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_ten_thousand_values_are_refused_or_one_is_taken(key: str) -> None:
    """B73"""
    kind = every_type(key)
    values = [b"2020-01-02 %d" % number for number in range(10_000)]

    result = _or_refused(lambda: kind.read(values))

    assert result is None or len(kind.split(result)) == 1


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("typed", ["a\0b", "x" * (LONGEST + 1)])
def test_what_cannot_be_stored_is_refused_with_what_to_do(key: str, typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        every_type(key).parse([typed])

    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(("key", "value"), EVERY_VALUE)
def test_what_was_written_to_a_directory_is_read_as_it_was(key: str, value: str) -> None:
    kind = every_type(key)

    if kind.can_write:
        assert kind.read(kind.write(value)) == value
    else:
        with pytest.raises(InvalidValue, match="not saved to LDAP"):
            kind.write(value)


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize(("key", "value"), EVERY_VALUE)
def test_what_the_form_shows_is_stored_as_it_was(key: str, value: str, spoken: str) -> None:
    kind = every_type(key)

    with speaking(spoken):
        if kind.is_editable:
            assert kind.parse(kind.form_values(value)) == value
            assert kind.fits(value)
        else:
            with pytest.raises(InvalidValue, match="cannot be edited"):
                kind.parse(["something else"], value)


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("key", EVERY_TYPE)
@FEW
@given(value=TEXTS)
def test_what_nobody_touched_stays_byte_for_byte(key: str, spoken: str, value: str) -> None:
    kind = every_type(key)
    stored = value.replace("\r", "")

    with speaking(spoken):
        posted = [each.replace("\n", "\r\n") for each in kind.form_values(stored)]

        assert kind.parse(posted, stored) == stored


@pytest.mark.parametrize("key", EVERY_TYPE)
@FEW
@given(value=TEXTS)
def test_every_surface_takes_every_text(key: str, value: str) -> None:
    kind = every_type(key)

    results = {name: surface(kind, value) for name, surface in SURFACES.items()}

    assert json.dumps(results["export"])
    assert isinstance(results["sort_key"], str)


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("person", [None, PERSON], ids=["nobody", "somebody"])
def test_b42_b43_b44_a_hostile_value_is_text_and_leads_nowhere(
    key: str, value: str, person: PersonLink | None
) -> None:
    shown = parsed(every_type(key).render(value, person, {value: person} if person else {}))

    for element in shown.find_all(True):
        assert element.name in {"a", "br", "bdi", "span"}
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"]
        assert element.get("href", "https://").startswith(LINKS)
    assert "49" not in shown.get_text() or "49" in value


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", HOSTILE)
def test_b43_what_somebody_enters_never_becomes_a_link_that_runs(key: str, value: str) -> None:
    kind = every_type(key)
    stored = _or_refused(lambda: kind.parse([value]))

    for link in parsed(kind.render(stored or "")).find_all("a"):
        assert link["href"].startswith(LINKS)
        assert "@evil" not in link["href"]


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize(("key", "value"), EVERY_VALUE)
def test_plain_text_says_what_the_page_says(key: str, value: str, spoken: str) -> None:
    kind = every_type(key)

    with speaking(spoken):
        shown = parsed(kind.render(value))
        for line_break in shown.find_all("br"):
            line_break.replace_with("\n")

        assert shown.get_text() == kind.text(value)


@pytest.mark.parametrize("pattern", ["a", "1.", "a@", "(<b> ", "https://a.example ", '",'])
@pytest.mark.parametrize("key", EVERY_TYPE)
def test_b94_ten_times_the_length_is_about_ten_times_the_work(key: str, pattern: str) -> None:
    kind = every_type(key)

    for surface in (SURFACES[name] for name in ("parse", "read", "render", "words", "sort_key")):
        short = _steps(surface, kind, _repeated(pattern, LONGEST // 10))
        long = _steps(surface, kind, _repeated(pattern, LONGEST))

        assert long <= max(12 * short, 2_000)
        assert long <= STEPS_PER_CHARACTER * LONGEST


def _repeated(pattern: str, length: int) -> str:
    return (pattern * length)[:length]


def _or_refused(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except InvalidValue:
        return None


def _steps(surface: Callable[[FieldType, str], Any], kind: FieldType, value: str) -> int:
    """Return how many lines of Python ran."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        surface(kind, value)
    finally:
        sys.settrace(before)
    return count
