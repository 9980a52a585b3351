import ast
from dataclasses import fields
from pathlib import Path

import pytest

from lupweb.ldap import dialects
from lupweb.ldap.dialects import DIALECTS, defaults_of
from lupweb.ldap.dialects.dialect import Dialect
from lupweb.ldap.filters import checked_attribute, given
from lupweb.ldap.paging import PAGE_SIZE

FOLDER = Path(dialects.__file__).parent
FILES = sorted(path for path in FOLDER.glob("*.py") if path.stem not in {"__init__", "dialect"})
BEHAVIOUR = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.If, ast.For, ast.While),
    *(ast.IfExp, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp),
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dialect_holds_values_and_no_behaviour(path: Path) -> None:
    found = [
        type(node).__name__
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, BEHAVIOUR)
    ]

    assert found == []


def test_every_dialect_has_its_file_and_is_known() -> None:
    assert set(DIALECTS) == {path.stem for path in FILES}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_the_values_of_a_dialect_can_be_used(dialect: Dialect) -> None:
    assert given(dialect.user_filter) == dialect.user_filter
    assert given(dialect.group_filter) == dialect.group_filter
    for field in fields(dialect):
        if field.name.endswith("_attribute"):
            assert checked_attribute(getattr(dialect, field.name))
    assert 0 < dialect.page_size <= PAGE_SIZE


def test_an_unknown_kind_has_the_defaults_of_the_generic_one() -> None:
    assert defaults_of("active_directory").login_attribute == "sAMAccountName"
    assert defaults_of("novell") == defaults_of("generic")
