"""The entries of a fake directory server, and how it is told to misbehave."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lupweb import clock
from lupweb.ldap.dn import DN, fold_dn
from lupweb.ldap.writing import Change
from tests.ldap.matching import RuleBook

EVERY_VALUE = range(2**31)


@dataclass
class StoredEntry:
    """One entry; attribute names in the schema's spelling, options behind them."""

    dn: str
    values: dict[str, list[bytes]]


@dataclass
class Misbehaviour:
    """What a test has told the server to do with changes."""

    form: str = "assertion"
    """"assertion": compares as OpenLDAP does. "values": as Active Directory, 389 and others."""
    is_read_only: bool = False
    honours_trials: bool = True
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Attribute in the schema's spelling -> result code and text."""
    longest: dict[str, int] = field(default_factory=dict)
    lost: list[bool] = field(default_factory=list)
    """For each of the next changes whose answer gets lost: whether it takes effect."""
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """What somebody else does right before the next changes, one each."""
    changes: list[Change] = field(default_factory=list)
    """Every change that arrived, oldest first."""


@dataclass
class FakeServer:
    """What all connections to one fake directory share."""

    suffix: str
    rules: RuleBook
    entries: dict[str, StoredEntry] = field(default_factory=dict)
    """Folded DN -> entry."""
    is_down: bool = False
    refuses_credentials: bool = False
    failing_page: int = 0
    size_limit: int = 0
    value_range: int = 0
    """How many values of an attribute are given at once; 0: all."""
    questions: list[str] = field(default_factory=list)
    """What was asked, oldest first: `bind cn=...`, `read ...`, `search ...`, `page 2 of ...`."""
    changing: Misbehaviour = field(default_factory=Misbehaviour)
    rows_sent: int = 0
    writes: int = 0

    def add(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> str:
        """Add an entry below one that exists; return its entryUUID."""
        parent = DN.parse(dn).parent
        is_top = fold_dn(dn) == fold_dn(self.suffix)
        if fold_dn(dn) in self.entries:
            raise ValueError(f"entry already exists: {dn}")
        if not is_top and (parent is None or parent.folded not in self.entries):
            raise ValueError(f"no parent: {dn}")
        entry_uuid = str(uuid.uuid4())
        entry = StoredEntry(dn, {"entryUUID": [entry_uuid.encode()], "entryDN": [dn.encode()]})
        for name, values in attributes.items():
            self._put(entry, name, values)
        self._stamp(entry)
        entry.values["createTimestamp"] = entry.values["modifyTimestamp"]
        self.entries[fold_dn(dn)] = entry
        return entry_uuid

    def get(self, dn_or_uid: str, attribute: str) -> list[bytes]:
        """Return the values that are held now."""
        return list(self._entry(dn_or_uid).values.get(self.spelling(attribute), ()))

    def set(self, dn_or_uid: str, attribute: str, values: Sequence[bytes]) -> None:
        """Replace the values of an attribute; none: it goes."""
        entry = self._entry(dn_or_uid)
        self._put(entry, attribute, values)
        self._stamp(entry)

    def delete(self, dn_or_uid: str) -> None:
        """Delete an entry that has none below it."""
        entry = self._entry(dn_or_uid)
        if self.below(entry.dn):
            raise ValueError(f"there are entries below: {entry.dn}")
        del self.entries[fold_dn(entry.dn)]

    def rename(self, dn_or_uid: str, new_dn: str) -> None:
        """Rename or move an entry with all below it; only its own stamp moves (as on slapd)."""
        entry = self._entry(dn_or_uid)
        old_dn = entry.dn
        for each in (entry, *self.below(old_dn)):
            del self.entries[fold_dn(each.dn)]
            each.dn = each.dn[: len(each.dn) - len(old_dn)] + new_dn
            each.values["entryDN"] = [each.dn.encode()]
            self.entries[fold_dn(each.dn)] = each
        name, value = new_dn.split(",", 1)[0].split("=", 1)
        if not {"+", "\\"} & set(value):
            self._put(entry, name, [value.encode()])
        self._stamp(entry)

    def find(self, dn: str) -> StoredEntry | None:
        """Return the entry of a DN, or None."""
        return self.entries.get(fold_dn(dn))

    def replace(self, entry: StoredEntry, values: Mapping[str, list[bytes]]) -> None:
        """Give an entry all its values anew; its stamp moves, as on OpenLDAP, even if none does."""
        entry.values = dict(values)
        self._stamp(entry)

    def below(self, dn: str) -> list[StoredEntry]:
        """Return the entries at any depth below `dn`."""
        base = DN.parse(dn)
        return [each for each in self.entries.values() if DN.parse(each.dn).is_below(base)]

    def spelling(self, attribute: str) -> str:
        """Return the name of `attribute` as the schema writes it, with its options."""
        _base, separator, options = attribute.partition(";")
        return self.rules.get(attribute).names[0] + separator + options

    def _entry(self, dn_or_uid: str) -> StoredEntry:
        entry = self.entries.get(fold_dn(dn_or_uid))
        if entry is not None:
            return entry
        uid = dn_or_uid.casefold().encode()
        for entry in self.entries.values():
            if uid in (value.lower() for value in entry.values.get("uid", ())):
                return entry
        raise KeyError(dn_or_uid)

    def _put(self, entry: StoredEntry, attribute: str, values: Sequence[bytes]) -> None:
        rule = self.rules.get(attribute)
        folded = [rule.fold(value) for value in values]
        if b"" in values or len(set(folded)) < len(folded) or (rule.is_single and len(values) > 1):
            raise ValueError(f"{attribute}: an empty, a double or a second value")
        entry.values.pop(self.spelling(attribute), None)
        if values:
            entry.values[self.spelling(attribute)] = list(values)

    def _stamp(self, entry: StoredEntry) -> None:
        self.writes += 1
        now = clock.now().strftime("%Y%m%d%H%M%S")
        csn = f"{now}.{self.writes % 1_000_000:06}Z#000000#000#000000"
        entry.values["entryCSN"] = [csn.encode()]
        entry.values["modifyTimestamp"] = [f"{now}Z".encode()]


def range_asked(attribute: str) -> tuple[str, range]:
    """Return an attribute without its range option, and the places of the values asked for."""
    match = re.fullmatch(r"(.+);range=([0-9]+)-([0-9]+|\*)", attribute, re.IGNORECASE)
    if match is None:
        return attribute, EVERY_VALUE
    end = EVERY_VALUE.stop if match[3] == "*" else int(match[3]) + 1
    return match[1], range(int(match[2]), end)


def ranged(
    name: str, values: Sequence[bytes], asked: range, *, most: int
) -> tuple[str, list[bytes]]:
    """Return the values asked for, at most `most` of them, under the name for that."""
    end = min(asked.stop, asked.start + most if most else asked.stop)
    if asked.start == 0 and end >= len(values):
        return name, list(values)
    last = "*" if end >= len(values) else str(end - 1)
    return f"{name};range={asked.start}-{last}", list(values[asked.start : end])
