"""How a directory server compares: attribute types, matching rules, search filters.

For FakeDirectory only. A filter is true, false or undefined (None), as in RFC 4511, 4.5.1.7: an
attribute that the schema does not know makes it undefined, and so does its negation.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lupweb.errors import InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.timestamps import read_generalized_time

Values = Mapping[str, Sequence[bytes]]
Fold = Callable[[bytes], bytes]


def _ignoring_case(value: bytes) -> bytes:
    return " ".join(value.decode("utf-8", "replace").casefold().split()).encode()


def _telephone(value: bytes) -> bytes:
    return re.sub(rb"[ -]", b"", value).lower()


def _dn(value: bytes) -> bytes:
    return fold_dn(value.decode("utf-8", "replace")).encode()


def _time(value: bytes) -> bytes:
    return read_generalized_time(value).strftime("%Y%m%d%H%M%S%f").encode()


def _exactly(value: bytes) -> bytes:
    return value


@dataclass(frozen=True)
class AttributeRule:
    """One attribute type: its names, how values compare, and who keeps it."""

    names: tuple[str, ...]
    fold: Fold = _ignoring_case
    is_single: bool = False
    is_operational: bool = False
    is_uncompared: bool = False
    """Without an equality rule, as pictures and fax numbers in the standard schemas."""

    @property
    def equality(self) -> str:
        """Return the name of its equality rule, or ""."""
        return "" if self.is_uncompared else EQUALITY[self.fold]

    def is_allowed_in(self, object_classes: Sequence[bytes]) -> bool:
        """Return whether a person may have it; other entries may have everything."""
        is_person = any(each.lower() == b"inetorgperson" for each in object_classes)
        return not is_person or not NOT_OF_PEOPLE.intersection(self.names)

    @property
    def definition(self) -> bytes:
        """Return it as a server lists it in its subschema."""
        names = " ".join(f"'{name}'" for name in self.names)
        rule = f" EQUALITY {self.equality}" if self.equality else ""
        syntax = SYNTAXES.get(self.names[0]) or SYNTAX_OF_RULES[self.fold]
        kind = f"{rule} SYNTAX 1.3.6.1.4.1.1466.115.121.1.{syntax}"
        single = " SINGLE-VALUE" if self.is_single else ""
        usage = " NO-USER-MODIFICATION USAGE directoryOperation" if self.is_operational else ""
        return f"( {self.names[0]}-oid NAME ( {names} ){kind}{single}{usage} )".encode()


EQUALITY: dict[Fold, str] = {
    _ignoring_case: "caseIgnoreMatch",
    _telephone: "telephoneNumberMatch",
    _dn: "distinguishedNameMatch",
    _time: "generalizedTimeMatch",
    _exactly: "octetStringMatch",
}
SYNTAX_OF_RULES = {
    _ignoring_case: "15",
    _telephone: "50{32}",
    _dn: "12",
    _time: "24",
    _exactly: "40",
}
# Where an attribute has another syntax than most that compare as it does (RFC 4517, section 3.3).
SYNTAXES = {
    "mail": "26{256}",
    "description": "15{1024}",
    "postalAddress": "41",
    "facsimileTelephoneNumber": "22",
    "jpegPhoto": "28",
    "labeledURI": "15",
    "userCertificate": "8",
    "objectClass": "38",
    "c": "11",
}
NOT_OF_PEOPLE = frozenset({"c", "dc", "member", "uniqueMember", "owner"})


def _rules(fold: Fold, *names: str, **more: bool) -> list[AttributeRule]:
    return [AttributeRule(tuple(name.split("/")), fold, **more) for name in names]


STANDARD_RULES = [
    *_rules(_ignoring_case, "objectClass", "cn/commonName", "sn/surname", "uid/userid", "title"),
    *_rules(_ignoring_case, "mail/rfc822Mailbox", "givenName/gn", "description", "initials"),
    *_rules(_ignoring_case, "departmentNumber", "employeeType", "roomNumber", "postalCode"),
    *_rules(_ignoring_case, "ou/organizationalUnitName", "o/organizationName", "l/localityName"),
    *_rules(_ignoring_case, "st/stateOrProvinceName", "street/streetAddress", "businessCategory"),
    *_rules(_ignoring_case, "physicalDeliveryOfficeName", "postalAddress", "carLicense"),
    *_rules(_ignoring_case, "displayName", "employeeNumber", "preferredLanguage", is_single=True),
    *_rules(_ignoring_case, "c/countryName", "dc/domainComponent", is_single=True),
    *_rules(_telephone, "telephoneNumber", "mobile", "homePhone", "pager"),
    *_rules(_telephone, "facsimileTelephoneNumber/fax", is_uncompared=True),
    *_rules(_dn, "manager", "secretary", "member", "uniqueMember", "seeAlso", "owner"),
    *_rules(_exactly, "userPassword", "labeledURI", "userCertificate"),
    *_rules(_exactly, "jpegPhoto", is_uncompared=True),
    *_rules(_ignoring_case, "entryUUID", is_single=True, is_operational=True),
    *_rules(_exactly, "entryCSN", is_single=True, is_operational=True),
    *_rules(_time, "modifyTimestamp", "createTimestamp", is_single=True, is_operational=True),
    *_rules(_dn, "entryDN", is_single=True, is_operational=True),
]
SUPERCLASSES = {
    b"inetorgperson": [b"organizationalPerson", b"person", b"top"],
    b"organizationalperson": [b"person", b"top"],
    b"person": [b"top"],
}


def _class(name: str, above: str, attributes: Sequence[str]) -> bytes:
    return f"( {name}-oid NAME '{name}' SUP {above} MAY ( {' $ '.join(attributes)} ) )".encode()


class RuleBook:
    """All attribute types that a directory knows."""

    def __init__(self, more: Sequence[str] = ()) -> None:
        self.rules = [*STANDARD_RULES, *_rules(_ignoring_case, *more)]
        self._by_name = {name.casefold(): rule for rule in self.rules for name in rule.names}

    @property
    def subschema(self) -> dict[str, list[bytes]]:
        """Return the values of a subschema entry."""
        may = [
            rule.names[0]
            for rule in self.rules
            if rule.is_allowed_in([b"inetOrgPerson"]) and not rule.is_operational
        ]
        classes = [
            _class("person", "top", ["objectClass", "cn", "sn"]),
            _class("organizationalPerson", "person", ["title"]),
            _class("inetOrgPerson", "organizationalPerson", may),
        ]
        return {
            "attributeTypes": [rule.definition for rule in self.rules],
            "objectClasses": classes,
        }

    def find(self, name: str) -> AttributeRule | None:
        """Return the rule of `name`, or None if the schema does not know it."""
        return self._by_name.get(name.partition(";")[0].casefold())

    def get(self, name: str) -> AttributeRule:
        """Return the rule of `name`.

        :raises ValueError: as a server answers undefinedAttributeType
        """
        rule = self.find(name)
        if rule is None:
            raise ValueError(f"attribute type undefined: {name}")
        return rule


def matches(search_filter: str, values: Values, rules: RuleBook) -> bool:
    """Return whether an entry with these values is found by `search_filter`.

    :raises ValueError: if the filter cannot be read
    """
    truth, rest = _evaluate(search_filter, values, rules)
    if rest:
        raise ValueError(f"text after the filter: {rest}")
    return truth is True


def read_value(text: str) -> bytes:
    """Undo the escapes of a value in a filter (RFC 4515)."""
    if re.search(r"[()*\x00]|\\(?![0-9a-fA-F]{2})", text):
        raise ValueError(f"not escaped: {text}")
    parts = re.split(r"\\([0-9a-fA-F]{2})", text)
    return b"".join(
        bytes.fromhex(part) if place % 2 else part.encode() for place, part in enumerate(parts)
    )


def _evaluate(text: str, values: Values, rules: RuleBook) -> tuple[bool | None, str]:
    """Return the truth of the filter that `text` begins with, and what follows it."""
    if not text.startswith("("):
        raise ValueError(f"no filter: {text}")
    operator = text[1:2]
    if operator not in "&|!" or not operator:
        item, bracket, rest = text[1:].partition(")")
        if not bracket:
            raise ValueError(f"not closed: {text}")
        return _item(item, values, rules), rest
    parts, rest = [], text[2:]
    while rest.startswith("("):
        part, rest = _evaluate(rest, values, rules)
        parts.append(part)
    if not rest.startswith(")") or (operator == "!" and len(parts) != 1):
        raise ValueError(f"not closed: {text}")
    return _combined(operator, parts), rest[1:]


def _combined(operator: str, parts: list[bool | None]) -> bool | None:
    if operator == "!":
        return None if parts[0] is None else not parts[0]
    decisive = operator == "|"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _item(item: str, values: Values, rules: RuleBook) -> bool | None:
    match = re.fullmatch(r"([A-Za-z0-9.;-]+)(>=|<=|=)(.*)", item, re.DOTALL)
    if match is None:
        raise ValueError(f"no condition: {item}")
    name, operator, asserted = match.groups()
    rule = rules.find(name)
    if rule is None:
        return None
    held = [value for each in rule.names for value in _of(values, each)]
    if operator == "=" and "*" in asserted:
        return _has_parts(asserted, held, rule)
    try:
        wanted, folded = rule.fold(read_value(asserted)), [rule.fold(value) for value in held]
    except (LookupError, RuntimeError, InvalidValue):
        return None
    if operator == "=":
        return wanted in folded
    return any(value >= wanted if operator == ">=" else value <= wanted for value in folded)


def _of(values: Values, name: str) -> list[bytes]:
    held = [
        value for key, each in values.items() if key.partition(";")[0] == name for value in each
    ]
    if name == "objectClass":
        held += [above for each in held for above in SUPERCLASSES.get(each.lower(), [])]
    return held


def _has_parts(asserted: str, held: list[bytes], rule: AttributeRule) -> bool:
    first, *middle, last = [read_value(part) for part in asserted.split("*")]
    if asserted == "*":
        return bool(held)
    # Only the ends of a value are trimmed, so a part keeps the blanks at its own ends.
    pattern = b".*".join(re.escape(part.lower()) for part in (first, *middle, last))
    return any(re.fullmatch(pattern, rule.fold(value), re.DOTALL) for value in held)
