"""Bring what one person is to have to the directory: read, compare, write. No database.

Every step may be the last one of a process: whoever comes next begins with the reading, and finds
in the directory what became of it (writeback.md sections 4 to 6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lupweb.directories.attributes import is_never_written
from lupweb.errors import (
    ChangedMeanwhile,
    DirectoryError,
    DirectoryUnavailable,
    EntryNotFound,
    InvalidValue,
    OutcomeUnknown,
    WriteRefused,
)
from lupweb.field_types.base import FieldType
from lupweb.ldap.cas import stamp_of
from lupweb.ldap.entry import Entry
from lupweb.ldap.results import cleaned_foreign_text
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.writing import Wish
from lupweb.outbox.comparing import Held, what_is_held
from lupweb.outbox.states import THEIRS, OnConflict, OutboxState
from lupweb.outbox.values import Claimed, Verdict
from lupweb.writeback.reasons import NO_SUCH_OBJECT, Reason, reason_of

SECOND_VALUE = frozenset({19, 20, 65})
"""What OpenLDAP, Active Directory and 389 answer to two values where there is room for one."""
ROUNDS = 5
"""So often an entry is read anew that others change meanwhile."""


@dataclass(frozen=True)
class Parcel:
    """A message that is brought to a directory.

    :param kind: reads what the directory holds
    :param may_replace: it may be written without a comparison where the server offers none
    :param on_conflict: whose value stays where the directory has a third one
    """

    claimed: Claimed
    kind: FieldType
    may_replace: bool = False
    on_conflict: OnConflict = OnConflict.ASK

    @property
    def attribute(self) -> str:
        """Return the attribute that it changes."""
        return self.claimed.place.attribute

    def held(self, values: Sequence[bytes]) -> Held:
        """Return what the values of the attribute are for it."""
        return what_is_held(self.claimed, self.kind, values)


@dataclass(frozen=True)
class Outcome:
    """What has become of one message.

    :param values: what the directory holds now, where it was read
    :param theirs: what somebody else has put there, where it was settled whose value stays
    :param stamp: the entry's stamp behind our own change, where nobody else's can be behind it
    """

    claimed: Claimed
    verdict: Verdict
    values: tuple[bytes, ...] = ()
    stamp: str = ""
    theirs: str | None = None


@dataclass(frozen=True)
class Carrier:
    """Brings messages to one directory, person by person.

    :param base_dn: where its people are
    :param barred: attributes that are not written there beside those that never are
    :param pace: called before each change; it may wait
    """

    session: LdapSession
    base_dn: str
    barred: Sequence[str]
    pace: Callable[[], None]

    def deliver(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Bring the messages of one person; all of them in one change where that is possible.

        :raises DirectoryUnavailable: if the server does not answer; nothing was changed then that
            another reading would not show. Also `DirectoryReadOnly`.
        """
        done: list[Outcome] = []
        left = list(parcels)
        for _round in range(ROUNDS):
            try:
                entry = self._entry(left)
            except EntryNotFound:
                return done + [_rejected(each, str(Reason.GONE)) for each in left]
            outcomes, left = self._compared(entry, left)
            done += outcomes
            if not left:
                return done
            try:
                return done + self._written(entry, left)
            except (ChangedMeanwhile, EntryNotFound):
                continue
        return done + [_busy(each) for each in left]

    def _entry(self, parcels: Sequence[Parcel]) -> Entry:
        attributes = [each.attribute for each in parcels]
        try:
            return self.session.entry_of(
                self.base_dn, parcels[0].claimed.place.unique_id, attributes
            )
        except EntryNotFound:
            self._require_base()
            raise

    def _require_base(self) -> None:
        """Refuse to call somebody gone where nobody at all can be seen.

        :raises DirectoryUnavailable: if this account does not see where the people are
        """
        try:
            self.session.read(self.base_dn, ["objectClass"])
        except EntryNotFound as error:
            raise DirectoryUnavailable(error.message) from error

    def _compared(
        self, entry: Entry, parcels: Sequence[Parcel]
    ) -> tuple[list[Outcome], list[Parcel]]:
        """Return what is settled by what the entry holds, and what is still to be written."""
        settled, left = [], []
        for each in parcels:
            values = tuple(entry.values(each.attribute))
            never = self._why_never(entry, each.attribute)
            if never:
                settled.append(_rejected(each, str(never)))
                continue
            held = each.held(values)
            if held is Held.DESIRED:
                settled.append(_done(each, values, self._stamp(entry)))
            elif held is Held.EXPECTED or each.on_conflict is OnConflict.PERSON:
                left.append(each)
            else:
                settled.append(_conflict(each, values, self._stamp(entry)))
        return settled, left

    def _why_never(self, entry: Entry, attribute: str) -> Reason | None:
        """Return why an attribute of this entry is not written, whatever the set-up says."""
        schema = self.session.traits().schema
        if is_never_written(attribute, schema=schema, also=self.barred):
            return Reason.NEVER_WRITTEN
        if is_never_written(attribute, schema=schema, dn=entry.dn):
            return Reason.NAMES_ENTRY
        return None

    def _written(self, entry: Entry, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Write what is left of a person.

        :raises ChangedMeanwhile: if the entry is no longer what was read
        """
        self.pace()
        try:
            written = self.session.compare_and_set(entry, [_wish(entry, each) for each in parcels])
        except OutcomeUnknown:
            return [_unknown(each) for each in parcels]
        except WriteRefused as error:
            return self._refused(parcels, error)
        traits, before = self.session.traits(), self._stamp(entry)
        stamp = written.stamp if traits.asserts and traits.reads_back else ""
        server = self.session.connected_uri or ""
        return [
            _over(
                _done(each, tuple(written.values[each.attribute]), before, stamp, server),
                _third_value(each, entry.values(each.attribute)),
            )
            for each in parcels
        ]

    def _refused(self, parcels: Sequence[Parcel], error: WriteRefused) -> list[Outcome]:
        """Return what a refusal means; of several messages each is tried alone."""
        if len(parcels) > 1:
            return [outcome for each in parcels for outcome in self.deliver([each])]
        return [self._rejected_by(parcels[0], error)]

    def _rejected_by(self, parcel: Parcel, error: WriteRefused) -> Outcome:
        if error.code == NO_SUCH_OBJECT:
            return _rejected(parcel, str(Reason.GONE), error)
        schema = self.session.traits().schema
        has_several = len(parcel.claimed.wanted.desired) > 1
        if has_several and error.code in SECOND_VALUE and schema.is_single_valued(parcel.attribute):
            return _rejected(parcel, str(Reason.ONE_VALUE), error)
        return _rejected(parcel, reason_of(error, self._exceeded(parcel)), error)

    def _exceeded(self, parcel: Parcel) -> int | None:
        """Return the length that a value exceeds: in characters, of binary values in bytes."""
        schema = self.session.traits().schema
        longest = schema.longest(parcel.attribute)
        is_binary = schema.is_binary(parcel.attribute)
        lengths = [
            len(each) if is_binary else len(each.decode(errors="replace"))
            for each in parcel.claimed.wanted.desired
        ]
        return longest if longest and max(lengths, default=0) > longest else None

    def _stamp(self, entry: Entry) -> str:
        return stamp_of(self.session.traits(), entry)


def _wish(entry: Entry, parcel: Parcel) -> Wish:
    """Return the wish for a message: what is there now was found to be what is expected."""
    return Wish(
        parcel.attribute,
        expected=tuple(entry.values(parcel.attribute)),
        desired=tuple(parcel.claimed.wanted.desired),
        may_replace=parcel.may_replace,
    )


def _done(
    parcel: Parcel, values: tuple[bytes, ...], before: str, stamp: str = "", server: str = ""
) -> Outcome:
    verdict = Verdict(OutboxState.WRITTEN, base_stamp=before, counts=True, server=server)
    return Outcome(parcel.claimed, verdict, values, stamp)


def _third_value(parcel: Parcel, values: Sequence[bytes]) -> str | None:
    """Return what somebody else has put there, as documents store it; None: nothing readable."""
    if parcel.held(values) is not Held.FOREIGN:
        return None
    try:
        return parcel.kind.read(values)
    except InvalidValue:
        return None


def _over(written: Outcome, theirs: str | None) -> Outcome:
    """Return what was written with what it has replaced, if that was somebody else's."""
    if theirs is None:
        return written
    return replace(written, verdict=replace(written.verdict, found_value=theirs), theirs=theirs)


def _conflict(parcel: Parcel, values: tuple[bytes, ...], stamp: str) -> Outcome:
    """Return that the directory has a third value, which stays, or which the person looks at."""
    gives_way = parcel.on_conflict is OnConflict.DIRECTORY
    verdict = Verdict(
        OutboxState.CANCELLED if gives_way else OutboxState.CONFLICT,
        found_value=found_value(parcel.kind, values),
        base_stamp=stamp,
        reason=THEIRS if gives_way else "",
        counts=True,
        maybe_applied=parcel.claimed.is_unsure,
    )
    theirs = _third_value(parcel, values) if gives_way else None
    return Outcome(parcel.claimed, verdict, values, theirs=theirs)


def found_value(kind: FieldType, values: Sequence[bytes]) -> str:
    """Return what lupweb stores for values of a directory; "" if it cannot read them."""
    try:
        return kind.read(values)
    except InvalidValue:
        return ""


def _unknown(parcel: Parcel) -> Outcome:
    reason = str(Reason.UNREACHABLE)
    return Outcome(parcel.claimed, Verdict(OutboxState.UNKNOWN, reason=reason))


def _busy(parcel: Parcel) -> Outcome:
    verdict = Verdict(OutboxState.WAITING, reason=str(Reason.BUSY), counts=True)
    return Outcome(parcel.claimed, verdict)


def not_understood(parcel: Parcel, error: DirectoryError) -> Outcome:
    """Return the outcome of a message where the directory gave an answer that helps nobody."""
    said = cleaned_foreign_text(error)
    verdict = Verdict(OutboxState.WAITING, reason=str(Reason.REFUSED), info=said, counts=True)
    return Outcome(parcel.claimed, verdict)


def _rejected(parcel: Parcel, reason: str, error: WriteRefused | None = None) -> Outcome:
    verdict = Verdict(
        OutboxState.REJECTED,
        reason=reason,
        code=error.code if error else 0,
        info=error.reply if error else "",
        counts=True,
    )
    return Outcome(parcel.claimed, verdict)
