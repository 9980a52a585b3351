"""Search filters are written in one place, where every value is escaped."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import called_name, modules, place, tree

# "(attribute=", also behind (&, (| or (!, also with >=, <=, ~= and :rule:=
BEGINS_A_FILTER = re.compile(r"\((?:[&|!]\()*[A-Za-z][\w.;-]*(?::[\w.:]*|[<>~])?=")


def test_no_search_filter_is_glued_together_elsewhere() -> None:
    glued = [
        place(module, node)
        for module in modules("lupweb")
        if module != "lupweb/ldap/filters.py"
        for node in _glued_text(tree(module))
    ]

    assert glued == []


def _glued_text(whole: ast.Module) -> Iterator[ast.AST]:
    """Yield f-strings, %-formats, format() calls and sums whose fixed part begins a filter."""
    for node in ast.walk(whole):
        if any(BEGINS_A_FILTER.search(text) for text in _fixed_parts(node)):
            yield node


def _fixed_parts(node: ast.AST) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        parts: list[ast.expr] = node.values
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        parts = [node.left]
    elif isinstance(node, ast.Call) and called_name(node) == "format":
        parts = [node.func.value] if isinstance(node.func, ast.Attribute) else []
    else:
        parts = []
    return [part.value for part in parts if _is_text(part)]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
