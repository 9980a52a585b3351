"""The words that people read, and what must never stand in a file that others get."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.architecture.source import ROOT, TEMPLATES, calls, modules, place, templates

UNWANTED = re.compile(r"\bplease\b|\bsuccessful(?:ly)?\b|!", re.IGNORECASE)
MARKERS = {"_", "gettext", "ngettext"}
JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
MARKUP = re.compile(r"<!--.*?-->|<[^<>]*>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

# Folders of one machine, and hosts that packages come from: a lock file needs neither.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.~-])/(?:work|root|Users/\w+|home/\w+)/|[A-Z]:\\Users"
    r"|\bpypi\.org/simple|\bfiles\.pythonhosted\.|\bregistry\.npmjs\."
)
NOT_OURS = {"__pycache__", "build", "dist", "htmlcov", "instance", "node_modules", "vendor"}


def test_what_the_code_says_is_plain() -> None:
    unwanted = [
        place(module, call)
        for module in modules("lupweb")
        for call in calls(module, *MARKERS)
        if any(UNWANTED.search(text) for text in _texts(call))
    ]

    assert unwanted == []


@pytest.mark.parametrize("name", templates())
def test_what_a_template_says_is_plain(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    said = [MARKUP.sub(" ", source), *_marked_texts(JINJA.parse(source, name))]

    assert [text for text in said if UNWANTED.search(text)] == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in _files(ROOT)
        if OF_ONE_MACHINE.search(_readable(path))
    ]

    assert found == []


def test_no_lock_file_holds_an_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"://|file:/|@ ", path.read_text(encoding="utf-8"))


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def _marked_texts(parsed: nodes.Template) -> Iterator[str]:
    for call in parsed.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS:
            for argument in call.args:
                if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                    yield argument.value


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore"}
        if is_hidden or path.name in NOT_OURS or path == Path(__file__):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _readable(path: Path) -> str:
    """Return the text of a file; nothing for a picture."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
