"""The source of lupweb as these tests read it: files, and their syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lupweb"
TEMPLATES = PACKAGE / "templates"


def modules(*folders: str) -> list[str]:
    """Return the Python files below these folders, as paths from the root of the project."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def templates() -> list[str]:
    """Return every template by the name that it is rendered under."""
    found = (path for path in TEMPLATES.rglob("*") if path.is_file())
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in found)


@cache
def tree(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


def calls(module: str, *names: str) -> Iterator[ast.Call]:
    """Yield the calls of functions and methods with these names."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and called_name(node) in names:
            yield node


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called: `c` for `a.b.c()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def place(module: str, node: ast.AST) -> str:
    """Return where the node is, for a message."""
    return f"{module}:{getattr(node, 'lineno', '?')}"
