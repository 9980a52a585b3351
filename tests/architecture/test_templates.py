"""Templates: each is used, and none holds what belongs into a stylesheet, a script or a view."""

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, meta, nodes

from tests.architecture.source import TEMPLATES, modules, templates, tree

# Parses only, renders nothing.
JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)

JINJA_PART = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
INLINE = {
    "style=": re.compile(r"<[^<>]*\sstyle\s*=", re.IGNORECASE),
    "on…=": re.compile(r"<[^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "<style>": re.compile(r"<style\b", re.IGNORECASE),
    "<script> without src": re.compile(r"<script\b(?![^<>]*\ssrc\s*=)", re.IGNORECASE),
    "javascript:": re.compile(r"javascript:", re.IGNORECASE),
}
GLOBALS_OF_THE_WEB = {"request", "session", "g", "config", "current_user", "viewer"}


def test_every_template_is_used() -> None:
    wanted = list(_wanted_by_code())
    wanted += [re.escape(name) for each in templates() for name in _wanted_by(each)]
    is_wanted = re.compile("|".join(wanted))

    unused = [name for name in templates() if not is_wanted.fullmatch(name)]

    assert unused == []


@pytest.mark.parametrize("name", templates())
def test_every_imported_macro_is_used(name: str) -> None:
    parsed = _parsed(name)
    read = {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}

    assert set(_imported_names(parsed)) - read == set()


@pytest.mark.parametrize("name", templates())
def test_nothing_is_inline(name: str) -> None:
    markup = JINJA_PART.sub("x", _text(name))

    assert [what for what, pattern in INLINE.items() if pattern.search(markup)] == []


@pytest.mark.parametrize("name", templates())
def test_nothing_escapes_the_escaping(name: str) -> None:
    parsed = _parsed(name)

    assert [node for node in parsed.find_all(nodes.Filter) if node.name == "safe"] == []
    assert list(parsed.find_all(nodes.EvalContextModifier)) == []


@pytest.mark.parametrize("name", [each for each in templates() if each.startswith("components/")])
def test_a_component_takes_values_and_never_the_request(name: str) -> None:
    assert meta.find_undeclared_variables(_parsed(name)) & GLOBALS_OF_THE_WEB == set()


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _parsed(name: str) -> nodes.Template:
    parsed = JINJA.parse(_text(name), name)
    for node in parsed.find_all(nodes.Filter):
        JINJA.filters.setdefault(node.name, str)  # one of ours; what it does is no matter here
    for node in parsed.find_all(nodes.Test):
        JINJA.tests.setdefault(node.name, bool)
    return parsed


def _wanted_by(name: str) -> Iterator[str]:
    return (each for each in meta.find_referenced_templates(_parsed(name)) if each)


def _wanted_by_code() -> Iterator[str]:
    """Yield patterns: strings that end as templates do, with anything where one has a value."""
    for module in modules("lupweb"):
        for node in ast.walk(tree(module)):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            if isinstance(parts[-1], ast.Constant) and str(parts[-1].value).endswith(
                (".html", ".svg")
            ):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^/]+"
                    for part in parts
                )


def _imported_names(parsed: nodes.Template) -> Iterator[str]:
    for node in parsed.find_all(nodes.Import):
        yield node.target
    for node in parsed.find_all(nodes.FromImport):
        for name in node.names:
            yield name if isinstance(name, str) else name[1]
