"""Distinguished names: parse, fold, compare, put together (RFC 4514). Pure.

Servers write the same DN in several ways (`\\,` or `\\2C`, case, blanks), so a DN is compared in
its folded form only, and never kept as a key.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import ldap
import ldap.dn

from lupweb.errors import InvalidValue
from lupweb.texts import _

# RFC 4514, section 3, and what servers also write for the same types.
TYPE_NAMES = {
    "commonname": "cn",
    "2.5.4.3": "cn",
    "surname": "sn",
    "2.5.4.4": "sn",
    "countryname": "c",
    "2.5.4.6": "c",
    "localityname": "l",
    "2.5.4.7": "l",
    "stateorprovincename": "st",
    "2.5.4.8": "st",
    "streetaddress": "street",
    "2.5.4.9": "street",
    "organizationname": "o",
    "2.5.4.10": "o",
    "organizationalunitname": "ou",
    "2.5.4.11": "ou",
    "userid": "uid",
    "0.9.2342.19200300.100.1.1": "uid",
    "domaincomponent": "dc",
    "0.9.2342.19200300.100.1.25": "dc",
}
HEX = 2  # libldap's flag of a value that was written as `#04024869`
STRING_TAGS = frozenset(b"\x04\x0c\x13\x16")  # BER: octet, UTF-8, printable and IA5 string
# The usual DN of a person: one part in plain ASCII, and a parent that many others share.
PLAIN = re.compile(r"([A-Za-z][A-Za-z0-9-]*)=([\w@'./-][\w@'./ -]*),(.+)", re.ASCII | re.DOTALL)
# Such first parts, one in each line, and no two blanks beside each other.
PLAIN_PARTS = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*=[\w@'./-]+(?: [\w@'./-]+)*\n)*", re.ASCII)

Rdn = tuple[tuple[str, str, int], ...]  # type, value, libldap's flags


@dataclass(frozen=True)
class DN:
    """A parsed distinguished name. Two are equal if a server would take them for the same."""

    text: str = field(compare=False)
    folded: str
    _rdns: tuple[Rdn, ...] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "DN":
        """Read `text`; the empty text is the root, above every naming context.

        :raises InvalidValue: if it is no DN
        """
        rdns = _split(text)
        return cls(text, _fold(rdns), rdns)

    @property
    def parent(self) -> "DN | None":
        """Return the DN one level up; the root for a DN of one part, None for the root."""
        if not self._rdns:
            return None
        above = self._rdns[1:]
        return DN(",".join(map(_rdn_text, above)), _fold(above), above)

    def is_below(self, base: "DN") -> bool:
        """Return whether this DN lies under `base`, at any depth. A DN is not below itself."""
        depth = len(self._rdns) - len(base._rdns)
        return depth > 0 and _fold(self._rdns[depth:]) == base.folded

    def __str__(self) -> str:
        return self.text


def join(*parts: str) -> str:
    """Put DNs together, the lowest first; empty ones are left out."""
    return ",".join(part.strip() for part in parts if part.strip())


def escape_value(text: str) -> str:
    """Return `text` as it may stand for a value in a DN."""
    return str(ldap.dn.escape_dn_chars(text))


def is_dn(text: str) -> bool:
    """Return whether `text` is a DN that names something."""
    return bool(folded_dn(text))


def first_value(text: str) -> str:
    """Return by what the entry of a DN is called beside others; of a text that is no DN, itself."""
    try:
        rdns = _split(text)
    except InvalidValue:
        return text
    return " + ".join(value for _name, value, _flags in rdns[0]) if rdns else text


def rdn_attributes(text: str) -> frozenset[str]:
    """Return the folded types that name the entry of a DN, in its lowest part; none if none do."""
    try:
        rdns = _split(text)
    except InvalidValue:
        return frozenset()
    return frozenset(fold_type(name) for name, _value, _flags in rdns[0]) if rdns else frozenset()


def fold_dn(text: str) -> str:
    """Return the form of a DN that is compared; of a text that is no DN, its folded text.

    A manager attribute may hold anything, so this one does not fail.
    """
    folded = folded_dn(text)
    return text.casefold() if folded is None else folded


def folded_dn(text: str) -> str | None:
    """Return the form of a DN that is compared, "" for the root; None if `text` is no DN."""
    try:
        plain = PLAIN.fullmatch(text)
        if plain is None:
            return _fold_text(text)
        name, value, above = plain.groups()
        folded = value.casefold()  # ASCII, so that only blanks are left to prepare
        if " " in folded:
            folded = " ".join(folded.split())
        return f"{fold_type(name)}={folded},{_fold_text(above)}"
    except InvalidValue:
        return None


def fold_dns(texts: Sequence[str]) -> list[str]:
    """Return `fold_dn` of each; quick where they are plain and share a few parents."""
    parts = [text.partition(",") for text in texts]
    named = [head for head, _comma, _above in parts]
    if not PLAIN_PARTS.fullmatch("\n".join([*named, ""])):
        return [*map(fold_dn, texts)]
    above = {each: folded_dn(each) for each in {each for _head, _comma, each in parts}}
    if not all(above.values()):
        return [*map(fold_dn, texts)]
    pairs = [head.lower().split("=") for head in named]
    return [
        f"{fold_type(name)}={value},{above[part[2]]}"
        for (name, value), part in zip(pairs, parts, strict=True)
    ]


@lru_cache(maxsize=1024)
def _fold_text(text: str) -> str:
    return _fold(_split(text))


def _split(text: str) -> tuple[Rdn, ...]:
    try:
        return tuple(tuple(rdn) for rdn in ldap.dn.str2dn(text))
    except (ldap.LDAPError, UnicodeError, ValueError) as error:
        raise InvalidValue(
            _(
                "“%(text)s” is not a distinguished name. An example: ou=people,dc=example,dc=com.",
                text=text[:200],
            )
        ) from error


def _fold(rdns: tuple[Rdn, ...]) -> str:
    return ",".join(map(_fold_rdn, rdns))


@lru_cache(maxsize=8192)
def _fold_rdn(rdn: Rdn) -> str:
    return "+".join(
        sorted(f"{fold_type(name)}={_fold_value(value, flags)}" for name, value, flags in rdn)
    )


@lru_cache(maxsize=1024)
def fold_type(name: str) -> str:
    """Return the form of an attribute type in a DN that is compared: `CN` and `2.5.4.3` are `cn`.

    Only the types that usually stand in DNs are known by all their names.
    """
    folded = name.casefold().removeprefix("oid.")
    return TYPE_NAMES.get(folded, folded)


def _fold_value(text: str, flags: int) -> str:
    """Prepare a value for comparison: compatibility forms, case, blanks (RFC 4518)."""
    if flags & HEX:
        written = text.encode()
        is_string = len(written) > 1 and written[0] in STRING_TAGS
        if not is_string or written[1] != len(written) - 2:
            return "#" + written.hex()
        text = text[2:]
    for _round in range(2):  # folding may make new compatibility forms (Unicode D146)
        text = unicodedata.normalize("NFKC", text).casefold()
    return escape_value(" ".join(unicodedata.normalize("NFKC", text).split()))


def _rdn_text(rdn: Rdn) -> str:
    return "+".join(
        f"{name}=#{value.encode().hex()}" if flags & HEX else f"{name}={escape_value(value)}"
        for name, value, flags in rdn
    )
