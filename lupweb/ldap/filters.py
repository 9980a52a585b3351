"""Search filters from values, always escaped (RFC 4515). Pure.

The only place that writes a parenthesis of a filter.
"""

import re
from collections.abc import Iterable

from lupweb.errors import InvalidValue
from lupweb.texts import _, ngettext

# RFC 4512, section 2.5: a name or a dotted number, then options.
ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)(?:;[A-Za-z0-9-]+)*")
SIGN = r"[^\\()*]|\\[0-9A-Fa-f]{2}"
# RFC 4515, section 3: simple, present and substring; the other comparisons; extensible.
CONDITION = re.compile(
    rf"\(\s*(?:(?:{ATTRIBUTE.pattern})(?:=(?:{SIGN}|\*)*|(?:~=|>=|<=)(?:{SIGN})*)"
    rf"|(?:(?:{ATTRIBUTE.pattern})(?::dn)?(?::[A-Za-z0-9.-]+)?|(?::dn)?:[A-Za-z0-9.-]+):=(?:{SIGN})*)\)",
    re.IGNORECASE,
)
IN_CHAIN = "1.2.840.113556.1.4.1941"
READ = "\x01"  # stands for a filter that was read; given() lets no such sign in
COMBINATION = re.compile(rf"\(\s*(?:[&|]\s*(?:{READ}\s*)*|!\s*{READ}\s*)\)")
INNERMOST = re.compile(r"\([^()]*\)")
SPECIAL = frozenset(b"\x00()*\\")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def equals(attribute: str, value: str | bytes) -> str:
    """Return the filter for entries whose `attribute` has `value`, whatever stands in it.

    :raises InvalidValue: if `attribute` is no attribute name, or `value` is no text
    """
    return f"({checked_attribute(attribute)}={_escaped(value)})"


def at_least(attribute: str, value: str) -> str:
    """Return the filter for entries whose `attribute` is `value` or comes after it.

    :raises InvalidValue: if `attribute` is no attribute name, or `value` is no text
    """
    return f"({checked_attribute(attribute)}>={_escaped(value)})"


def contains(attribute: str, text: str) -> str:
    """Return the filter for entries in whose `attribute` `text` stands somewhere.

    :raises InvalidValue: if `attribute` is no attribute name, or `text` is none
    """
    return f"({checked_attribute(attribute)}=*{_escaped(text)}*)"


def in_chain(attribute: str, dn: str) -> str:
    """Return the filter for entries that lead to `dn` by one step of `attribute` or by several.

    The chain rule of Active Directory (MS-ADTS 3.1.1.3.4.4.3); other servers do not know it.
    """
    return f"({checked_attribute(attribute)}:{IN_CHAIN}:={_escaped(dn)})"


def present(attribute: str) -> str:
    """Return the filter for entries that have a value of `attribute`."""
    return f"({checked_attribute(attribute)}=*)"


def all_of(*filters: str) -> str:
    """Return the filter that matches where each of `filters` does; without any, everything."""
    return _joined("&", filters) if filters else present("objectClass")


def any_of(*filters: str) -> str:
    """Return the filter that matches where one of `filters` does; without any, nothing.

    The empty `(|)` of RFC 4526 is not known to every server.
    """
    return _joined("|", filters) if filters else f"(!{present('objectClass')})"


def one_of(attribute: str, values: Iterable[str | bytes]) -> str:
    """Return the filter for entries whose `attribute` has one of `values`."""
    return any_of(*(equals(attribute, value) for value in values))


def given(text: str) -> str:
    """Return an administrator's own filter, in parentheses, to be combined with others.

    Whether its attributes exist is for the server to say; here only its form is checked, so that
    it cannot reach into what it is combined with.

    :raises InvalidValue: if it is empty, or no filter by RFC 4515
    """
    stripped = text.strip()
    if not stripped:
        raise InvalidValue(_("The search filter is empty. An example: (objectClass=person)."))
    if CONTROLS.search(stripped):
        raise InvalidValue(_("The search filter holds invisible characters. Remove them."))
    added = 0 if stripped.startswith("(") else 1
    whole = f"({stripped})" if added else stripped
    _check_parentheses(whole, shift=len(text) - len(text.lstrip()) - added)
    _check_conditions(whole)
    return whole


def checked_attribute(name: str) -> str:
    """Return `name` if it is an attribute name, with or without options (RFC 4512).

    :raises InvalidValue: otherwise
    """
    if not ATTRIBUTE.fullmatch(name):
        raise InvalidValue(
            _("“%(name)s” is not an attribute name. An example: mail.", name=name[:200])
        )
    return name


def _joined(operator: str, filters: tuple[str, ...]) -> str:
    return filters[0] if len(filters) == 1 else f"({operator}{''.join(filters)})"


def _escaped(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return "".join(_byte(byte, is_text=False) for byte in value)
    try:
        encoded = value.encode()
    except UnicodeEncodeError as error:
        raise InvalidValue(_("This text holds a broken character. Type it again.")) from error
    if SPECIAL.isdisjoint(encoded):
        return value
    return "".join(_byte(ord(sign), is_text=True) if ord(sign) < 128 else sign for sign in value)


def _byte(byte: int, *, is_text: bool) -> str:
    if byte in SPECIAL or (not is_text and not 32 <= byte < 127):
        return f"\\{byte:02x}"
    return chr(byte)


def _check_parentheses(whole: str, *, shift: int) -> None:
    """:param shift: what to add to a column of `whole` to name it in the administrator's text"""
    depth = 0
    for column, sign in enumerate(whole, start=1):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and column < len(whole):
            raise InvalidValue(
                _(
                    "The search filter ends at column %(column)s, too early."
                    " Several conditions are written (&(first)(second)).",
                    column=column + shift,
                )
            )
    if depth:
        raise InvalidValue(
            ngettext(
                "The search filter misses %(n)s closing parenthesis.",
                "The search filter misses %(n)s closing parentheses.",
                depth,
            )
        )


def _check_conditions(whole: str) -> None:
    """Read from the inside out, so that no depth of nesting matters."""
    left, before = CONDITION.sub(READ, whole), ""
    while left != before:
        left, before = COMBINATION.sub(READ, left), left
    if left != READ:
        wrong = INNERMOST.search(left)
        raise InvalidValue(
            _(
                "The search filter cannot be read at “%(part)s”. A condition looks like"
                " (attribute=value); in a value, parentheses are written \\28 and \\29.",
                part=(wrong[0] if wrong else left).replace(READ, "(…)")[:200],
            )
        )
