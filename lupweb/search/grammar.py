"""The filter language: from text to a tree of conditions. Pure.

`department:Sales`, `department:"Sales (EMEA)"`, `-location:Berlin`, `anna OR ben`,
`start>=2024-01-01`, `birthday:"next 7 days"`, `room:4.*`, `phone:""`; docs/filters.md says it for
people. What names a field, and which values it has, is no matter of the grammar: `filters.py`.

`UND`, `ODER` and `NICHT` are the same in German: saved filters are read by everybody, so both
languages hold for all. Words that stand side by side have all to be found. A value without quotes
ends at a blank; the plain words behind it are kept beside it (`Comparison.more`), since older
filters have values with blanks and no quotes: `department:Sales ?EMEA?`.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any
from urllib.parse import quote_plus

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from lupweb.errors import FilterRefused
from lupweb.search.grammar_errors import refused
from lupweb.search.terms import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Not,
    Operator,
    Value,
    Words,
    leaves_of,
)
from lupweb.texts import _

LONGEST_FILTER = 2_000
LONGEST_IN_ADDRESS = 6_000
"""Bytes: an address of 8,190 has to hold the filter beside everything else."""
MOST_CONDITIONS = 60
"""More are nothing that anybody wrote, and each asks the database."""
DEEPEST = 40
"""Parentheses inside each other."""
RULES = r"""
    ?start: any?                                -> whole
    ?any: all (_OR all)*                        -> any_of
    ?all: part (_AND? part)*                    -> all_of
    ?part: _NOT part                            -> negated
         | MINUS part                           -> turned
         | "(" any ")"                          -> grouped
         | WORD                                 -> word
         | STRING                               -> text
         | (FIELD | QUOTED_FIELD) OPERATOR VALUE WORD*  -> compared
         | (FIELD | QUOTED_FIELD) OPERATOR STRING       -> compared
    _AND: "AND" | "UND"
    _OR: "OR" | "ODER"
    _NOT: "NOT" | "NICHT"
    MINUS.4: /-(?=[^\s)])/
    QUOTED_FIELD.3: /"(?:[^"\\]|\\[\s\S])*"(?=\s*[:<>])/
    FIELD.3: /(?!(?:AND|OR|NOT|UND|ODER|NICHT)\s)(?:[^\s"()\\:<>]|\\[\s\S])+(?=\s*[:<>])/
    OPERATOR: /:\s*[<>]=?|[<>]=?|:/
    STRING: /"(?:[^"\\]|\\[\s\S])*"/
    VALUE: /(?!(?:AND|OR|NOT|UND|ODER|NICHT)(?![^\s()"]))(?:[^\s"()\\]|\\[\s\S])+/
    WORD: /(?!(?:AND|OR|NOT|UND|ODER|NICHT)(?![^\s()"]))(?:[^\s"()\\:<>]|\\[\s\S])+/
    %ignore /\s+/
"""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def parse(text: str) -> Condition:
    """Return what a filter says.

    :param text: anything; the characters that no value can hold stand for an unknown one
    :raises FilterRefused: with the column where it goes wrong, and what to do
    """
    if len(text) > LONGEST_FILTER:
        raise FilterRefused(
            _("A filter has at most %(most)s characters.", most=LONGEST_FILTER),
            column=LONGEST_FILTER + 1,
            text=text,
            expected=_("Save parts of it as lists, or leave something out."),
        )
    readable = _UNSTORABLE.sub("\ufffd", text)
    _refuse_wide(readable)
    _refuse_depth(readable)
    try:
        found: Any = _parser().parse(readable)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise refused(readable, error) from error
    condition: Condition = found
    _refuse_length(readable, condition)
    return condition


class _Builder(Transformer[Token, Condition]):
    """Makes the tree while the text is read, from inside to outside."""

    def whole(self, parts: Sequence[Condition]) -> Condition:
        return parts[0] if parts else All(())

    def any_of(self, parts: Sequence[Condition]) -> Condition:
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self, parts: Sequence[Condition]) -> Condition:
        joined = _joined(parts)
        return joined[0] if len(joined) == 1 else All(tuple(joined))

    @v_args(inline=True)
    def grouped(self, inner: Condition) -> Condition:
        # what stands behind a value stays inside the parentheses, whatever becomes of it
        return All((inner,)) if _has_words_behind(inner) else inner

    @v_args(inline=True)
    def negated(self, part: Condition) -> Condition:
        return part.part if isinstance(part, Not) else Not(part)

    @v_args(inline=True)
    def turned(self, _minus: Token, part: Condition) -> Condition:
        return part.part if isinstance(part, Not) else Not(part)

    @v_args(inline=True)
    def word(self, token: Token) -> Condition:
        return Words((_plain(token),), _column(token))

    @v_args(inline=True)
    def text(self, token: Token) -> Condition:
        return Words((_plain(token),), _column(token))

    @v_args(inline=True)
    def compared(self, field: Token, operator: Token, value: Token, *more: Token) -> Condition:
        return Comparison(
            field=_plain(field),
            operator=Operator(operator.removeprefix(":").strip() or ":"),
            value=Value.read(_inside(value)),
            column=_column(field),
            value_column=_column(value),
            more=tuple(map(str, more)),
        )


@cache
def _parser() -> Lark:
    return Lark(RULES, parser="lalr", maybe_placeholders=False, transformer=_Builder())


def _joined(parts: Sequence[Condition]) -> list[Condition]:
    """Return the parts; words that stand side by side as one search: a number may have blanks."""
    found: list[Condition] = []
    for part in parts:
        before = found[-1] if found else None
        if isinstance(part, Words) and isinstance(before, Words):
            found[-1] = Words((*before.words, *part.words), before.column)
        else:
            found.append(part)
    return found


def _has_words_behind(part: Condition) -> bool:
    compared = part.part if isinstance(part, Not) else part
    return isinstance(compared, Comparison) and bool(compared.more)


def _refuse_wide(text: str) -> None:
    """Refuse what no address has room for: one sign of another alphabet is six bytes there."""
    if len(text) * 12 <= LONGEST_IN_ADDRESS:
        return
    ends = list(accumulate(len(quote_plus(sign)) for sign in text))
    if ends[-1] > LONGEST_IN_ADDRESS:
        raise FilterRefused(
            _(
                "This filter is too long for an address: accents and letters of other alphabets"
                " take six bytes or more each, and there is room for %(most)s.",
                most=LONGEST_IN_ADDRESS,
            ),
            column=bisect_right(ends, LONGEST_IN_ADDRESS) + 1,
            text=text,
            expected=_("Save parts of it as lists, or leave something out."),
        )


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in re.finditer(r'\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|[()]', text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth > DEEPEST:
            raise FilterRefused(
                _("At most %(most)s parentheses stand inside each other.", most=DEEPEST),
                column=found.start() + 1,
                text=text,
            )


def _refuse_length(text: str, condition: Condition) -> None:
    for number, leaf in enumerate(leaves_of(condition)):
        if number >= MOST_CONDITIONS:
            raise FilterRefused(
                _("A filter has at most %(most)s conditions.", most=MOST_CONDITIONS),
                column=leaf.column,
                text=text,
            )


def _inside(token: Token) -> str:
    return str(token)[1:-1] if token.startswith('"') else str(token)


def _plain(token: Token) -> str:
    return Value.read(_inside(token)).signs


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1
