"""What is wrong with a filter, where, and what to do: for people who never saw a grammar. Pure."""

import re

from lark import UnexpectedCharacters, UnexpectedToken

from lupweb.errors import FilterRefused
from lupweb.texts import Text, _

_PIECES = re.compile(r'\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|[()]')
IN_QUOTES = _('A parenthesis inside a value stands in quotes: department:"Sales (EMEA)".')
Problem = tuple[Text, int, Text | str]
"""What is wrong, the column, what may stand there."""


def sentence_of(error: FilterRefused) -> Text:
    """Return what is wrong with a filter in one line: the column, what it is, what may be meant."""
    said = {"column": error.column, "why": error.message}
    if error.suggestion:
        return _(
            "Column %(column)s: %(why)s Did you mean “%(field)s”?", field=error.suggestion, **said
        )
    if error.expected:
        return _("Column %(column)s: %(why)s %(expected)s", expected=error.expected, **said)
    return _("Column %(column)s: %(why)s", **said)


def refused(text: str, error: UnexpectedToken | UnexpectedCharacters) -> FilterRefused:
    """Return the error of a filter that the grammar does not know."""
    if isinstance(error, UnexpectedCharacters):
        message, column, expected = _of_sign(text, error.pos_in_stream or 0)
    elif error.token.type == "$END":
        message, column, expected = _of_end(text, error)
    else:
        message, column, expected = _of_token(text, error)
    return FilterRefused(message, column=column, text=text, expected=expected)


def _of_sign(text: str, place: int) -> Problem:
    sign = text[place]
    if sign == '"':
        return _("This quote is not closed."), place + 1, _("Put another one behind the value.")
    if sign == "\\":
        return (
            _("A backslash stands before the sign that it protects. Nothing follows here."),
            place + 1,
            _("For a backslash itself, write two."),
        )
    return _of_kind(text, place, sign)


def _of_token(text: str, error: UnexpectedToken) -> Problem:
    return _of_kind(text, int(error.token.start_pos or 0), str(error.token))


def _of_kind(text: str, place: int, what: str) -> Problem:
    operator = _operator_before(text, place)
    if operator:
        return _missing_value(operator, place, what)
    if what == ")" and _open_before(text, place) < 0:
        return _("This parenthesis closes nothing."), place + 1, IN_QUOTES
    if what[0] in ":<>":
        return (
            _("A field stands before “%(sign)s”.", sign=what[0]),
            place + 1,
            _("A plain word with this sign stands in quotes."),
        )
    return (
        _("Something is missing before “%(sign)s”.", sign=what),
        place + 1,
        _("A word, a field with a value, or a parenthesis stands there."),
    )


def _missing_value(operator: str, place: int, what: str) -> Problem:
    expected = IN_QUOTES if what == "(" else _not_set(operator)
    return _("A value is missing behind “%(sign)s”.", sign=operator), place + 1, expected


def _not_set(operator: str) -> Text:
    if operator == ":":
        return _('A word or a text in quotes stands there; "" finds those who have no value.')
    return _("A day or a number stands there, such as 2024-01-31.")


def _of_end(text: str, error: UnexpectedToken) -> Problem:
    end = len(text.rstrip())
    operator = _operator_before(text, end)
    if operator:
        return (
            _("A value is missing behind “%(sign)s”.", sign=operator),
            end,
            _not_set(operator),
        )
    joining = re.search(r"(?:AND|OR|NOT|UND|ODER|NICHT)$", text[:end])
    if joining and "RPAR" not in error.expected:
        return (
            _("Something is missing behind “%(sign)s”.", sign=joining[0]),
            joining.start() + 1,
            _("A word, a field with a value, or a parenthesis stands there."),
        )
    place = _open_before(text, end)
    return (
        _("This parenthesis is not closed."),
        (place if place >= 0 else max(end - 1, 0)) + 1,
        IN_QUOTES,
    )


def _operator_before(text: str, place: int) -> str:
    """Return the operator that stands right before a place, and waits for its value; or ""."""
    found = re.search(r"(?<!\\)(?:[<>]=?|:)\s*$", text[:place])
    return found[0].strip() if found else ""


def _open_before(text: str, place: int) -> int:
    """Return where the last parenthesis stands that is still open at a place; -1: none is."""
    waiting: list[int] = []
    for found in _PIECES.finditer(text[:place]):
        if found[0] == "(":
            waiting.append(found.start())
        elif found[0] == ")" and waiting:
            waiting.pop()
    return waiting[-1] if waiting else -1
