"""What a field asks of every value that people enter, whatever its type: needed, length, form."""

from functools import lru_cache
from typing import Any

import re2

from lupweb.errors import InvalidValue
from lupweb.profiles.layout import FieldLayout
from lupweb.texts import _

LONGEST_PATTERN = 1_000
MOST_MEMORY_BYTES = 1 << 20
"""Of one expression; a larger one is refused."""


def check_entered(field: FieldLayout, value: str) -> None:
    """Refuse a value that does not keep to the rules of its field.

    Length and form are asked of each single value, and of people not at all.

    :param value: as it is stored; "" if nothing was entered
    :raises InvalidValue: with what to do
    """
    items = field.type.split(value)
    if field.required and not items:
        raise InvalidValue(_("Fill this in: it cannot be empty."))
    if field.type.names_people:
        return
    for item in items:
        if field.max_length is not None and len(item) > field.max_length:
            raise InvalidValue(
                _(
                    "This is %(length)s characters long; there is room for %(most)s. Shorten it.",
                    length=len(item),
                    most=field.max_length,
                )
            )
        if field.pattern and not _fits(field.pattern, item):
            raise InvalidValue(
                _("“%(text)s” does not have the form that is asked for here.", text=item[:100])
            )


def check_pattern(pattern: str) -> None:
    """Refuse an expression by which values cannot be checked.

    RE2 takes time that grows with the length of the text and nothing else (hostile-input.md B93);
    for that it knows neither look-around nor back-references.

    :raises InvalidValue: with what is wrong
    """
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidValue(_("A pattern has at most %(most)s characters.", most=LONGEST_PATTERN))
    try:
        _compiled(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        raise InvalidValue(
            _(
                "This pattern cannot be used: %(why)s. Look-around and back-references are not"
                " known here, because they can take endless time.",
                why=_reason(error),
            )
        ) from error


def _fits(pattern: str, text: str) -> bool:
    try:
        return _compiled(pattern).fullmatch(text) is not None
    except re2.error:  # it came in before patterns were checked, and can refuse nobody
        return True


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # it would write to the standard error of the process
    options.max_mem = MOST_MEMORY_BYTES
    return re2.compile(pattern, options)


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace")[:200] if isinstance(said, bytes) else str(said)[:200]
