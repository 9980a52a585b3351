"""Every key is described, nothing that does not exist is, and the examples can be applied."""

import re
from pathlib import Path
from typing import Any

import pytest

from lupweb.configfile.document import read_document
from lupweb.configfile.keys import Key
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.secrecy import fetch
from lupweb.configfile.stored import untouched_setup
from lupweb.configfile.wanted import wanted_setup
from tests.architecture.source import ROOT
from tests.ldap.certificates import Authority

PAGE = ROOT / "docs" / "configuration-file.md"
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.toml"))
TYPES = {str: "text", bool: "true or false", int: "number", tuple: "list", dict: "table"}


def test_every_key_has_its_row_in_the_section_of_its_kind() -> None:
    sections = _sections()

    for kind in KINDS.values():
        assert sections[kind.name] == [_row(key) for key in kind.keys]


def test_every_section_is_a_kind() -> None:
    assert sorted(_sections()) == sorted(KINDS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_applied(example: Path, tmp_path: Path) -> None:
    Authority(tmp_path, "ca")
    document = read_document(example.read_text(encoding="utf-8"))

    wanted = wanted_setup(
        fetch(document, tmp_path, {"READER_PASSWORD": "a password"}), untouched_setup()
    )

    assert list(wanted.setup["directories"]) == ["main"]


def _sections() -> dict[str, list[str]]:
    """Return the rows below each heading, by the kind that it names."""
    heads = re.compile(r"^### `\[+(\w+)\]+`$", re.MULTILINE)
    _before, *parts = heads.split(PAGE.read_text(encoding="utf-8"))
    return {
        kind: [line for line in text.splitlines() if line.startswith("| `")]
        for kind, text in zip(parts[::2], parts[1::2], strict=True)
    }


def _row(key: Key) -> str:
    kind = TYPES[type(key.default)]
    kind = f"{kind}, or one text" if key.takes_one else kind
    kind = ", ".join(f"`{choice}`" for choice in key.choices) or kind
    return f"| `{key.name}` | {kind} | {_default(key)} | {key.help} |"


def _default(key: Key) -> str:
    if key.required or key.shown:
        return key.shown or "needed"
    return "empty" if key.default in ("", (), {}) else f"`{_written(key.default)}`"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
