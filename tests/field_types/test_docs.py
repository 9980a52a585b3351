"""Every type and each of its options is described, and nothing that does not exist is."""

from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.base import FieldType
from lupweb.field_types.choosing import CHOICES
from lupweb.field_types.options import TypeOption
from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "fields.md"


def test_every_type_has_its_row() -> None:
    overview = PAGE.read_text(encoding="utf-8").partition("\n### ")[0]

    assert _rows(overview) == [_row(FIELD_TYPES[key]) for key in sorted(FIELD_TYPES)]


def test_every_option_has_its_row_in_the_section_of_its_type() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    found = {section.partition("\n")[0].strip("`"): _rows(section) for section in sections}
    with_options = {key: kind for key, kind in FIELD_TYPES.items() if kind.option_list}

    assert sorted(found) == sorted(with_options)
    for key, kind in with_options.items():
        assert found[key] == [_option(each) for each in kind.option_list]


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `")]


def _row(kind: type[FieldType]) -> str:
    cells = (
        f"`{kind.key}`",
        str(kind.label),
        str(kind.explanation),
        "several" if kind.is_multiple else "one",
        "yes" if kind.is_facet else "no",
        "read and written" if kind.can_write else "never written",
    )
    return f"| {' | '.join(cells)} |"


def _option(option: TypeOption) -> str:
    name = "options" if option.name == CHOICES else option.name
    kind = ", ".join(f"`{each}`" if each else "empty" for each in option.choices) or option.kind
    return f"| `{name}` | {kind} | {_default(option.default)} | {option.help} |"


def _default(default: object) -> str:
    if default in ("", [], None):
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
