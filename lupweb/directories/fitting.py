"""Whether a directory could hold a value, by what it said about its attributes. Pure.

It is asked when a value is entered, without the directory (hostile-input.md B105). What passes here
may still be refused there; nothing is refused here that the directory would take.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupweb.directories.attributes import is_barred
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import DN
from lupweb.ldap.schema import Schema, base_name
from lupweb.texts import Text, _, ngettext

Document = Mapping[str, Any]
"""Folded name of an attribute -> what is known of it, empty for one that the directory lacks."""
ONE_VALUE = _("The directory allows only one value here.")
NAMES_ENTRY = _("This value is part of your directory name and cannot be changed here.")
NEVER_WRITTEN = _("This value is never saved to a directory. Administrators see it.")
NO_TEXT = _("The directory holds pictures or the like here, and no text.")
MOST_SHOWN = 10
OCTETS = "1.3.6.1.4.1.1466.115.121.1.40"  # it takes any bytes, a text as well


def _is_dn(text: str) -> bool:
    try:
        DN.parse(text)
    except InvalidValue:
        return False
    return bool(text)


_SYNTAXES = "1.3.6.1.4.1.1466.115.121.1."
# RFC 4517, section 3.3, and MS-ADTS, 3.1.1.2.2.2.
OTHERS_THAN: Mapping[str, re.Pattern[str]] = {
    f"{_SYNTAXES}26": re.compile(r"[^\x00-\x7f]"),
    f"{_SYNTAXES}36": re.compile(r"[^0-9 ]"),
    **dict.fromkeys((f"{_SYNTAXES}44", f"{_SYNTAXES}50"), re.compile(r"[^A-Za-z0-9 '()+,\-./:=?]")),
}
"""Number of a syntax -> the characters that it does not have."""
WHOLE_NUMBER = re.compile(r"-?[0-9]+")
TIME = re.compile(r"[0-9]{10}([0-9]{2}){0,2}([.,][0-9]+)?(Z|[+-][0-9]{2}([0-9]{2})?)")
FORMS: Mapping[str, tuple[Callable[[str], Any], Text]] = {
    f"{_SYNTAXES}7": (
        re.compile("TRUE|FALSE").fullmatch,
        _("The directory takes TRUE or FALSE here, and nothing else."),
    ),
    f"{_SYNTAXES}24": (
        TIME.fullmatch,
        _("The directory takes a time here, as in %(example)s.", example="20260131120000Z"),
    ),
    **dict.fromkeys(
        (f"{_SYNTAXES}27", "1.2.840.113556.1.4.906"),
        (WHOLE_NUMBER.fullmatch, _("The directory takes a whole number here.")),
    ),
    f"{_SYNTAXES}11": (
        re.compile("[A-Za-z]{2}").fullmatch,
        _("The directory takes the two letters of a country here, as in DE."),
    ),
    f"{_SYNTAXES}12": (
        _is_dn,
        _("The directory takes the name of an entry here (a DN), and no other text."),
    ),
}
"""Number of a syntax -> whether a text has its form, and what is said where it has not."""


@dataclass(frozen=True)
class Target:
    """The entry that values are to be saved to, as far as it is known without asking.

    :param known: what the directory said about its attributes; what is missing is not checked
    :param barred: attributes that are not written beside those that never are
    """

    known: Document
    dn: str = ""
    barred: Sequence[str] = ()

    def refusal(self, attribute: str, values: Sequence[bytes]) -> Text | None:
        """Return why the directory could not hold these values, in words for whoever entered them.

        :param values: none clears the attribute
        """
        facts = self.known.get(base_name(attribute))
        never = self._why_never(attribute)
        if never or not facts:
            return never
        if facts["single"] and len(values) > 1:
            return ONE_VALUE
        return next(filter(None, (_misfit(facts, value) for value in values)), None)

    def refusal_of_picture(self, attribute: str) -> Text | None:
        """Return why the directory could not hold a picture there, however small it is."""
        facts = self.known.get(base_name(attribute))
        never = self._why_never(attribute)
        if never or not facts or facts["binary"]:
            return never
        return _(
            "The directory holds text in %(attribute)s, and no pictures. Administrators mend that.",
            attribute=attribute,
        )

    def _why_never(self, attribute: str) -> Text | None:
        facts = self.known.get(base_name(attribute))
        names = facts["names"] if facts else [attribute]
        if is_barred(names, barred=self.barred) or not (facts or {}).get("modifiable", True):
            return NEVER_WRITTEN
        if is_barred(names, dn=self.dn):
            return NAMES_ENTRY
        return unknown_attribute(attribute) if facts == {} else None


def most_bytes(known: Document, attribute: str) -> int | None:
    """Return how many bytes a picture may have there; None: nobody said."""
    facts = known.get(base_name(attribute)) or {}
    return facts.get("longest") if facts.get("binary") else None


def describe(schema: Schema, attributes: Iterable[str]) -> Document:
    """Return what a schema says about attributes, as it is stored; nothing if it is hidden."""
    if not schema.is_readable:
        return {}
    return {
        base_name(each): _facts(schema, each) if schema.knows(each) else {}
        for each in sorted(set(attributes), key=str.casefold)
    }


def unknown_attribute(attribute: str) -> Text:
    """Return what is said of an attribute that the directory does not have."""
    return _("The directory does not know %(attribute)s for your entry.", attribute=attribute)


def too_long(most: int) -> Text:
    """Return what is said of a value that has too many characters."""
    return ngettext(
        "Too long for the directory: at most %(n)s character.",
        "Too long for the directory: at most %(n)s characters.",
        most,
    )


def _facts(schema: Schema, attribute: str) -> dict[str, Any]:
    return {
        "names": list(schema.names_of(attribute)),
        "syntax": schema.syntax(attribute),
        "single": schema.is_single_valued(attribute),
        "modifiable": schema.is_modifiable(attribute),
        "longest": schema.longest(attribute),
        "binary": schema.is_binary(attribute),
        # Active Directory names no rules, and takes any character where others count them
        "counts_characters": schema.tells_rules,
    }


def _misfit(facts: Mapping[str, Any], value: bytes) -> Text | None:
    most, syntax = facts["longest"], facts["syntax"]
    if facts["binary"]:
        if most and len(value) > most:
            return too_long(most)
        return None if syntax == OCTETS else NO_TEXT
    text = value.decode(errors="replace")
    if most and len(text) > most:
        return too_long(most)
    others = OTHERS_THAN.get(syntax) if facts["counts_characters"] else None
    strange = "".join(dict.fromkeys(others.findall(text))) if others else ""
    if strange:
        return _(
            "The directory does not take these characters here: %(characters)s",
            characters=" ".join(strange[:MOST_SHOWN]),
        )
    has_form, sentence = FORMS.get(syntax, (None, None))
    return sentence if has_form is not None and not has_form(text) else None
