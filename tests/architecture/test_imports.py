"""Imports point down, stand at the top, and no package escapes the contracts in pyproject.toml."""

import ast
import tomllib
from collections.abc import Iterator
from typing import Any

from tests.architecture.source import PACKAGE, ROOT, modules, place, tree

CONTRACTS: dict[str, Any] = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

# Imported by nothing, and allowed to import every models.py.
OUTSIDE_THE_LAYERS = {"schema"}

# The ways in, what they share, and what lies below the domain.
NOT_THE_DOMAIN = {
    "app", "bench", "blueprints", "cli", "clock", "config", "database", "embedded", "errors",
    "jobs", "logs", "schema", "texts", "web",
}  # fmt: skip

PURE = {
    "demo.company", "ldap.dn", "ldap.filters", "ldap.timestamps", "orgchart.layout",
    "orgchart.tree", "people.states", "profiles.document", "profiles.locks", "profiles.merging",
    "runs.schedules", "search.folding", "search.grammar", "sync.brake", "sync.fingerprint",
    "sync.keys", "sync.plan", "writeback.backoff",
}  # fmt: skip


def test_no_import_hides_in_a_function_or_a_class() -> None:
    hidden = [
        place(module, node) for module in modules("lupweb", "tests") for node in _nested(module)
    ]

    assert hidden == []


def test_every_package_has_its_layer() -> None:
    layers = CONTRACTS["Imports point down"]["layers"]
    named = {part.strip(" ()") for layer in layers for part in layer.split("|")}

    assert _full(_first_level() - OUTSIDE_THE_LAYERS) - named == set()


def test_every_package_but_ldap_is_kept_from_python_ldap() -> None:
    named = CONTRACTS["Only lupweb.ldap speaks python-ldap"]["source_modules"]

    assert set(named) == _full(_first_level() - {"ldap"})


def test_every_package_of_the_domain_is_kept_from_flask_and_the_queue() -> None:
    named = CONTRACTS["The domain knows neither Flask nor the queue"]["source_modules"]

    assert set(named) == _full(_first_level() - NOT_THE_DOMAIN)


def test_every_pure_module_is_kept_from_the_database() -> None:
    named = CONTRACTS["Pure modules touch no database and no network"]["source_modules"]
    existing = {name for name in PURE if (PACKAGE / f"{name.replace('.', '/')}.py").exists()}

    assert _full(existing) - set(named) == set()


def _nested(module: str) -> Iterator[ast.AST]:
    for outer in ast.walk(tree(module)):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            for inner in ast.walk(outer):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner


def _first_level() -> set[str]:
    """Return the packages that hold code, and the modules beside them."""
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    alone = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    return packages | alone


def _full(names: set[str]) -> set[str]:
    return {f"lupweb.{name}" for name in names}
