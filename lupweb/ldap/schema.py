"""The attributes that a server knows, and what it says about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache

from lupweb.ldap.definitions import (
    AttributeFacts,
    ClassFacts,
    allowed_by,
    read_attributes,
    read_classes,
    read_lengths,
)
from lupweb.ldap.entry import Entry

SUBSCHEMA_ATTRIBUTES = (
    "attributeTypes",
    "objectClasses",
    "dITContentRules",
    "extendedAttributeInfo",
)
# RFC 4517, section 3.3; the last ones are Active Directory's (MS-ADTS, 3.1.1.2.2.2).
_SYNTAXES = "1.3.6.1.4.1.1466.115.121.1."
BINARY_SYNTAXES = frozenset(
    {*(f"{_SYNTAXES}{number}" for number in (4, 5, 8, 9, 10, 23, 28, 40, 49)),
     "1.2.840.113556.1.4.907"}
)  # fmt: skip
TEXT_SYNTAXES = frozenset(
    {*(f"{_SYNTAXES}{number}" for number in (15, 26, 44)),
     "1.2.840.113556.1.4.905", "1.2.840.113556.1.4.1362"}
)  # fmt: skip
LENGTHS = {"thumbnailphoto": 102_400}
"""What Active Directory limits elsewhere than in its schema."""
NO_FACTS = AttributeFacts(names=("",))


@lru_cache(maxsize=4)
def _known(definitions: tuple[bytes, ...]) -> Mapping[str, AttributeFacts]:
    """Return what a server says about its attributes; nobody changes it.

    It says the same over each connection, and reading it takes longer than all else that is asked
    before a person is read.
    """
    return read_attributes(definitions)


@dataclass(frozen=True)
class Schema:
    """The attributes that a server knows, under all their names, whatever the case.

    Options of an attribute do not matter: `cn;lang-de` is looked up as `cn`.
    """

    _facts: Mapping[str, AttributeFacts] = field(default_factory=dict)  # folded name or number
    _classes: Sequence[bytes] = field(default=(), repr=False)
    _content_rules: Sequence[bytes] = field(default=(), repr=False)
    _extended: Sequence[bytes] = field(default=(), repr=False)

    @classmethod
    def read(cls, definitions: Iterable[bytes]) -> "Schema":
        """Read the values of `attributeTypes`; a definition that cannot be read is left out."""
        return cls(read_attributes(definitions))

    @classmethod
    def of(cls, subschema: Entry) -> "Schema":
        """Read a subschema entry with `SUBSCHEMA_ATTRIBUTES`."""
        return cls(
            _known(tuple(subschema.values("attributeTypes"))),
            subschema.values("objectClasses"),
            subschema.values("dITContentRules"),
            subschema.values("extendedAttributeInfo"),
        )

    @property
    def is_readable(self) -> bool:
        """Return whether the server shows its schema; if not, nothing can be checked against it."""
        return bool(self._facts)

    @property
    def attributes(self) -> list[str]:
        """Return the attributes that exist here, each by its usual name, in their order."""
        names = {facts.usual for facts in self._facts.values()}
        return sorted((name for name in names if not name[:1].isdigit()), key=str.casefold)

    def knows(self, attribute: str) -> bool:
        """Return whether `attribute` exists here, by any of its names."""
        return base_name(attribute) in self._facts

    def nearest(self, attribute: str) -> str | None:
        """Return the known name that looks most like `attribute`, or None if none does.

        The attributes of OpenLDAP's own configuration are nobody's, and not meant.
        """
        names = [name for name in self._facts if not name.startswith("olc")]
        found = get_close_matches(base_name(attribute), names, n=1)
        return self._facts[found[0]].usual if found else None

    def names_of(self, attribute: str) -> tuple[str, ...]:
        """Return all names of `attribute` and its number; of an unknown one, what was given."""
        facts = self._facts.get(base_name(attribute))
        return facts.names if facts else (attribute.partition(";")[0].strip(),)

    def is_single_valued(self, attribute: str) -> bool:
        """Return whether an entry holds at most one value of `attribute`."""
        return self._of(attribute).is_single_valued

    def is_modifiable(self, attribute: str) -> bool:
        """Return whether others than the server may change `attribute` (RFC 4512, 4.1.2).

        That is: it is not marked NO-USER-MODIFICATION, and its usage is userApplications.
        """
        return self._of(attribute).is_modifiable

    def syntax(self, attribute: str) -> str:
        """Return the number of the syntax of `attribute`, or "" if it is not told."""
        return self._of(attribute).syntax

    def equality_rule(self, attribute: str) -> str:
        """Return the name of the rule by which values of `attribute` are equal, or ""."""
        return self._of(attribute).equality

    def is_binary(self, attribute: str) -> bool:
        """Return whether values of `attribute` are no text: pictures, certificates, ids."""
        return self.syntax(attribute) in BINARY_SYNTAXES

    def is_text(self, attribute: str) -> bool:
        """Return whether values of `attribute` may be any one line of text."""
        return self.syntax(attribute) in TEXT_SYNTAXES

    def longest(self, attribute: str) -> int | None:
        """Return how long a value of `attribute` may be, None if there is no limit that is known.

        In characters, of a binary attribute in bytes. A server that limits nothing may suggest a
        length all the same, see `suggested_length`.
        """
        known = {**self._lengths, **LENGTHS} if self._extended else {}
        usual = self.names_of(attribute)[0]
        return known.get(usual.casefold())

    def suggested_length(self, attribute: str) -> int | None:
        """Return the `{n}` of the syntax: so much a server must take; OpenLDAP takes more."""
        return self._of(attribute).suggested_length

    def allows(self, object_classes: Iterable[str], attribute: str) -> bool | None:
        """Return whether an entry of these classes may hold `attribute`; None: it is not told."""
        classes = [name.casefold() for name in object_classes]
        if not self._by_class:
            return None
        if "extensibleobject" in classes:
            return self.knows(attribute)
        allowed = allowed_by(self._by_class, classes)
        return any(name.casefold() in allowed for name in self.names_of(attribute))

    @property
    def tells_rules(self) -> bool:
        """Return whether this schema names matching rules at all; Active Directory's does not."""
        return any(facts.equality for facts in self._facts.values())

    @cached_property
    def _by_class(self) -> dict[str, list[ClassFacts]]:
        return read_classes(self._classes, self._content_rules)

    @cached_property
    def _lengths(self) -> dict[str, int]:
        return read_lengths(self._extended)

    def _of(self, attribute: str) -> AttributeFacts:
        return self._facts.get(base_name(attribute), NO_FACTS)


def base_name(attribute: str) -> str:
    """Return an attribute description without its options, in the form that is compared."""
    return attribute.partition(";")[0].strip().casefold()
