"""Every setting, every command and every package is described, and nothing that does not exist."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import click

from lupweb.cli import main
from lupweb.config import Settings
from tests.architecture.source import PACKAGE, ROOT

DOCS = ROOT / "docs"
HEADING = re.compile(r"^### `lupweb ([a-z -]+?)(?: [A-Z ]+)?`$", re.MULTILINE)


def test_every_setting_has_its_row() -> None:
    described = (DOCS / "configure.md").read_text(encoding="utf-8").splitlines()
    expected = [_row(each) for each in fields(Settings) if each.name != "instance"]

    assert [line for line in described if line.startswith("| `")] == expected


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    assert sorted(_sections()) == sorted(path for path, _command in _commands(main))


def test_every_option_stands_in_the_section_of_its_command() -> None:
    sections = _sections()
    missing = [
        f"{path} {option}"
        for path, command in _commands(main)
        for option in _options(command)
        if f"`{option}" not in sections.get(path, "")
    ]

    assert missing == []


def test_every_package_has_its_place_in_the_picture() -> None:
    described = (DOCS / "architecture.md").read_text(encoding="utf-8")
    packages = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))

    assert [name for name in packages if not re.search(rf"\b{name}\b", described)] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def _row(setting: Any) -> str:
    return f"| `{setting.name.upper()}` | {_shown(setting.default)} | {setting.metadata['help']} |"


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default not in ("", ()) else "empty"


def _commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)
        else:
            yield " ".join([*path, name]), command


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (name for name in parameter.opts if name.startswith("--"))


def _sections() -> dict[str, str]:
    """Return the text below each heading of docs/cli.md, by the command that it names."""
    _before, *parts = HEADING.split((DOCS / "cli.md").read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))
