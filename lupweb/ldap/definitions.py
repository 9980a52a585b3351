"""What a subschema says about attributes and object classes (RFC 4512, section 4.1). Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ldap.schema.models import AttributeType, DITContentRule, ObjectClass

Read = TypeVar("Read")
UNDERSTOOD = (ValueError, KeyError, IndexError, AssertionError, AttributeError)
MOST_SUPERIORS = 20
USER_APPLICATIONS = 0  # python-ldap's number of that USAGE
# MS-ADTS, 3.1.1.3.1.1.5: ( 2.5.4.20 NAME 'telephoneNumber' RANGE-LOWER '1' RANGE-UPPER '64' ... )
EXTENDED = re.compile(r"NAME '(?P<name>[^']+)'.*?RANGE-UPPER '(?P<most>[0-9]{1,9})'")


@dataclass(frozen=True)
class AttributeFacts:
    """One attribute type, with what it has from the type above it.

    :param names: all of them, the usual one first, then its number
    :param syntax: number of the syntax, or ""
    :param equality: name of the matching rule, or ""
    :param suggested_length: how many characters a server must take; it may take more
    """

    names: tuple[str, ...]
    syntax: str = ""
    equality: str = ""
    suggested_length: int | None = None
    is_single_valued: bool = False
    is_modifiable: bool = True

    @property
    def usual(self) -> str:
        """Return the name that people know it by."""
        return self.names[0]


@dataclass(frozen=True)
class ClassFacts:
    """What an entry of an object class may hold; `above` are the classes it builds on."""

    names: tuple[str, ...]
    attributes: tuple[str, ...]
    above: tuple[str, ...] = ()


def read_attributes(definitions: Iterable[bytes]) -> dict[str, AttributeFacts]:
    """Return folded name or number -> facts; a definition that cannot be read is left out."""
    types = [found for each in definitions if (found := _understood(each, AttributeType))]
    by_name = {name.casefold(): each for each in types for name in (*each.names, each.oid)}
    facts: dict[str, AttributeFacts] = {}
    for each in types:
        read = _facts(each, by_name)
        facts.update({name.casefold(): read for name in read.names})
    return facts


def read_classes(classes: Iterable[bytes], rules: Iterable[bytes]) -> dict[str, list[ClassFacts]]:
    """Return folded name or number -> facts, of object classes and of the rules that add to them.

    :param rules: values of `dITContentRules`: a class may hold what its auxiliary classes may
    """
    found: dict[str, list[ClassFacts]] = {}
    read = [_class(each) for value in classes if (each := _understood(value, ObjectClass))]
    read += [_rule(each) for value in rules if (each := _understood(value, DITContentRule))]
    for facts in read:
        for name in facts.names:
            found.setdefault(name.casefold(), []).append(facts)
    return found


def read_lengths(extended: Iterable[bytes]) -> dict[str, int]:
    """Return folded name -> the most that the server takes, of values of extendedAttributeInfo."""
    texts = (value.decode(errors="replace") for value in extended)
    found = filter(None, map(EXTENDED.search, texts))
    return {match["name"].casefold(): int(match["most"]) for match in found}


def allowed_by(classes: Mapping[str, list[ClassFacts]], names: Iterable[str]) -> set[str]:
    """Return the folded names of attributes that an entry of these classes may hold."""
    seen, waiting, allowed = set[str](), [name.casefold() for name in names], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for facts in classes.get(name, ()):
            allowed.update(each.casefold() for each in facts.attributes)
            waiting += [above.casefold() for above in facts.above]
    return allowed


def _understood(definition: bytes, read: Callable[[str], Read]) -> Read | None:
    if not definition.strip():
        return None
    try:
        return read(definition.decode())
    except UNDERSTOOD:
        return None


def _facts(found: AttributeType, by_name: Mapping[str, AttributeType]) -> AttributeFacts:
    syntax, equality, length = found.syntax, found.equality, found.syntax_len
    above, steps = found, 0
    while above.sup and steps < MOST_SUPERIORS and not (syntax and equality):
        known = by_name.get(above.sup[0].casefold())
        if known is None:
            break
        above, steps = known, steps + 1
        syntax, equality = syntax or above.syntax, equality or above.equality
        length = length or above.syntax_len
    return AttributeFacts(
        names=(*found.names, found.oid),
        syntax=(syntax or "").strip("'"),
        equality=equality or "",
        suggested_length=length,
        is_single_valued=bool(found.single_value),
        is_modifiable=not found.no_user_mod and found.usage == USER_APPLICATIONS,
    )


def _class(found: ObjectClass) -> ClassFacts:
    return ClassFacts((*found.names, found.oid), (*found.must, *found.may), tuple(found.sup))


def _rule(found: DITContentRule) -> ClassFacts:
    return ClassFacts((*found.names, found.oid), (*found.must, *found.may), tuple(found.aux))
