"""How a fake directory server takes changes, as strictly as OpenLDAP and as Active Directory do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import ldap

from lupweb.errors import DirectoryUnavailable, OutcomeUnknown
from lupweb.ldap.by_id import entry_of
from lupweb.ldap.cas import Door, compare_and_set
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.probing import may_write
from lupweb.ldap.results import as_write_error, result_code
from lupweb.ldap.sending import WAS_NO_OPERATION
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.writing import Act, Change, Part, Right, Wish, Written
from tests.ldap.fake_server import FakeServer, StoredEntry
from tests.ldap.matching import AttributeRule, matches

SERVER_CODES = {
    8: ldap.STRONG_AUTH_REQUIRED,
    12: ldap.UNAVAILABLE_CRITICAL_EXTENSION,
    16: ldap.NO_SUCH_ATTRIBUTE,
    17: ldap.UNDEFINED_TYPE,
    18: ldap.INAPPROPRIATE_MATCHING,
    19: ldap.CONSTRAINT_VIOLATION,
    20: ldap.TYPE_OR_VALUE_EXISTS,
    21: ldap.INVALID_SYNTAX,
    32: ldap.NO_SUCH_OBJECT,
    50: ldap.INSUFFICIENT_ACCESS,
    53: ldap.UNWILLING_TO_PERFORM,
    65: ldap.OBJECT_CLASS_VIOLATION,
    67: ldap.NOT_ALLOWED_ON_RDN,
    122: ldap.ASSERTION_FAILED,
}
REQUIRED = frozenset({"cn", "sn"})


def _refusal(code: int, text: str = "") -> ldap.LDAPError:
    kind = SERVER_CODES.get(code, ldap.LDAPError)
    return kind({"result": code, "desc": kind.__name__, "info": text})


class FakeWriting(ABC):
    """The part of a fake directory that takes changes."""

    server: FakeServer
    _bound_as: str
    _is_over: bool

    # How a test prepares it.

    def compare_by(self, form: str) -> None:
        """Compare by "assertion", as OpenLDAP does, or by "values", as the others do."""
        self.server.changing.form = form

    def be_read_only(self, *, is_read_only: bool = True) -> None:
        """Refuse every change with code 53."""
        self.server.changing.is_read_only = is_read_only

    def refuse_attribute(self, attribute: str, code: int = 50, text: str = "") -> None:
        """Answer every change of `attribute` with `code`; 0: no more."""
        name = self.server.spelling(attribute)
        self.server.changing.refused[name] = (code, text)
        if not code:
            del self.server.changing.refused[name]

    def limit_length(self, attribute: str, characters: int) -> None:
        """Refuse longer values of `attribute` with code 19."""
        self.server.changing.longest[self.server.spelling(attribute)] = characters

    def lose_answer(self, *, acted: bool) -> None:
        """Lose the connection behind the next change, which takes effect or does not."""
        self.server.changing.lost.append(acted)

    def meanwhile(self, action: Callable[[], object]) -> None:
        """Do `action` once, right before the next change acts: somebody else is faster."""
        self.server.changing.meanwhile.append(action)

    # What lupweb asks.

    def entry_of(self, base_dn: str, unique_id: str, attributes: Sequence[str]) -> Entry:
        """Return the entry of a unique id."""
        return entry_of(self, base_dn, unique_id, attributes)

    def compare_and_set(self, entry: Entry, wishes: Sequence[Wish]) -> Written:
        """Change an entry if nobody else did."""
        return compare_and_set(self._door(), entry, wishes)

    def may_write(self, entry: Entry, attribute: str) -> tuple[Right, str]:
        """Return the right to write."""
        return may_write(self._door(), entry, attribute)

    @abstractmethod
    def traits(self) -> ServerTraits:
        """Return what the server says."""

    @abstractmethod
    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return one entry."""

    @abstractmethod
    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return entries."""

    # Behind the counter.

    @abstractmethod
    def _ask(self, question: str) -> None: ...

    @abstractmethod
    def _answer(self, entries: list[StoredEntry], attributes: Sequence[str]) -> list[Entry]: ...

    def _door(self) -> Door:
        return Door(self.traits(), self.read, self._modify)

    def _modify(self, change: Change) -> Entry | None:
        self._ask(f"modify {change.dn}")
        told = self.server.changing
        told.changes.append(change)
        if told.meanwhile:
            told.meanwhile.pop(0)()
        if self.server.is_down:
            self._is_over = True
            raise DirectoryUnavailable("The server is not reachable.")
        if not told.lost:
            return self._answered(change)
        self._is_over = True
        if told.lost.pop(0):
            self._answered(change)
        raise OutcomeUnknown("No answer came.")

    def _answered(self, change: Change) -> Entry | None:
        try:
            self._act(change)
        except ldap.LDAPError as error:
            if result_code(error) == WAS_NO_OPERATION:
                return None
            raise as_write_error(error, "Changing") from error
        if not change.read_back:
            return None
        return self._answer([self.server.entries[fold_dn(change.dn)]], change.read_back)[0]

    def _act(self, change: Change) -> None:
        if not self._bound_as:
            raise _refusal(8, "modifications require authentication")
        if self.server.changing.is_read_only:
            raise _refusal(53, "operation restricted")
        entry = self.server.find(change.dn)
        if entry is None:
            raise _refusal(32)
        _check_controls(self.server, entry, change)
        changed = StoredEntry(entry.dn, {name: list(held) for name, held in entry.values.items()})
        for part in change.parts:
            _apply(self.server, changed, part)
        for part in change.parts:
            _check(self.server, changed, part.attribute)
        if change.is_trial and self.server.changing.honours_trials:
            raise _refusal(WAS_NO_OPERATION)
        self.server.replace(entry, changed.values)


def _check_controls(server: FakeServer, entry: StoredEntry, change: Change) -> None:
    is_controlled = change.assertion or change.read_back or change.is_trial
    if is_controlled and server.changing.form != "assertion":
        raise _refusal(12, "critical control unavailable")
    if change.assertion and not matches(change.assertion, entry.values, server.rules):
        raise _refusal(122)


def _apply(server: FakeServer, entry: StoredEntry, part: Part) -> None:
    rule = server.rules.find(part.attribute)
    if rule is None:
        is_strict = server.changing.form == "assertion"
        raise _refusal(17 if is_strict else 16, f"{part.attribute}: attribute type undefined")
    name = server.spelling(part.attribute)
    if name in server.changing.refused:
        raise _refusal(*server.changing.refused[name])
    if rule.is_operational:
        raise _refusal(19, f"{name}: no user modification allowed")
    _check_values(server, rule, part)
    held = entry.values.get(name, [])
    entry.values[name] = _result(rule, held, part)
    if not entry.values[name]:
        del entry.values[name]


def _check_values(server: FakeServer, rule: AttributeRule, part: Part) -> None:
    most = server.changing.longest.get(rule.names[0])
    if b"" in part.values:
        raise _refusal(21, f"{part.attribute}: value #0 invalid per syntax")
    if most and any(len(value.decode(errors="replace")) > most for value in part.values):
        raise _refusal(19, f"{part.attribute}: value too long")
    if rule.equality and len({rule.fold(value) for value in part.values}) < len(part.values):
        raise _refusal(20, f"{part.attribute}: value #1 provided more than once")


def _result(rule: AttributeRule, held: Sequence[bytes], part: Part) -> list[bytes]:
    """Return the values behind one part of a change."""
    if part.act is Act.REPLACE:
        return list(part.values)
    if held and part.values and not rule.equality:
        raise _refusal(18, f"modify: {part.attribute}: no equality matching rule")
    named, known = {rule.fold(value) for value in part.values}, {rule.fold(v) for v in held}
    if part.act is Act.ADD:
        if named & known:
            raise _refusal(20, f"modify/add: {part.attribute}: value #0 already exists")
        return [*held, *part.values]
    if not held or not named <= known:
        raise _refusal(16, f"modify/delete: {part.attribute}: no such value")
    return [value for value in held if named and rule.fold(value) not in named]


def _check(server: FakeServer, entry: StoredEntry, attribute: str) -> None:
    """Look at the entry as a whole, as servers do when all parts are applied."""
    rule, name = server.rules.get(attribute), server.spelling(attribute)
    held = entry.values.get(name, [])
    if rule.is_single and len(held) > 1:
        code = 19 if server.changing.form == "assertion" else 20
        raise _refusal(code, f"{name}: multiple values provided")
    if not rule.is_allowed_in(entry.values.get("objectClass", ())):
        raise _refusal(65, f"attribute '{name}' not allowed")
    if not held and name in REQUIRED:
        raise _refusal(65, f"object class 'person' requires attribute '{name}'")
    first, value = entry.dn.split(",", 1)[0].partition("=")[::2]
    is_plain = server.rules.get(first) is rule and not {"+", "\\"} & set(value)
    if is_plain and rule.fold(value.encode()) not in {rule.fold(each) for each in held}:
        raise _refusal(67, f"{name}: not allowed on RDN")
