"""A view asks the domain: it builds no query itself (docs/architecture.md, "Where a view ends")."""

import ast

import pytest

from tests.architecture.source import modules, tree

OF_QUERIES = {"select", "insert", "update", "delete", "text", "db"}


@pytest.mark.parametrize("module", modules("lupweb/blueprints"))
def test_a_view_builds_no_query(module: str) -> None:
    taken = {
        name.name
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ImportFrom) and node.module in {"sqlalchemy", "lupweb.database"}
        for name in node.names
    }

    assert taken & OF_QUERIES == set()
