"""May a field of a person be edited: source x found in the directory x mapped. Pure."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lupweb.profiles.sources import Source
from lupweb.texts import Text, _


class LockReason(StrEnum):
    """Why a field cannot be edited."""

    LDAP = "ldap"
    ALWAYS_LDAP = "ldap_only"
    ALTERNATIVE_LDAP = "alternative_ldap"
    XML = "xml"
    COMPUTED = "computed"


@dataclass(frozen=True)
class Lock:
    """A field that cannot be edited, and the sentence that says why and whom to ask."""

    reason: LockReason
    sentence: Text


@dataclass(frozen=True)
class Standing:
    """How one person stands to the places where values come from.

    :param in_directory: a directory that supplies people has this person
    :param takes_writes: what is typed can be saved to that directory (writeback.md section 1)
    :param held_by: keys of all directories that have the person, for fields of one of them alone
    :param written_by: keys of those to which what is typed can be saved
    :param used_by: keys of those of `held_by` that are in use
    :param delivered: keys of the fields that the XML file or the other LDAP holds for this person,
        with a value or without
    """

    in_directory: bool = False
    takes_writes: bool = False
    delivered: Set[str] = frozenset()
    held_by: Set[str] = frozenset()
    written_by: Set[str] = frozenset()
    used_by: Set[str] = frozenset()

    def has_entry(self, field: "LockedField") -> bool:
        """Return whether the person is found where a directory supplies this field."""
        is_there = field.directory in self.held_by if field.directory else self.in_directory
        return is_there or (field.falls_through and self.in_directory)

    def takes_writes_of(self, field: "LockedField") -> bool:
        """Return whether what is typed into this field can be saved to its directory."""
        if field.falls_through and field.directory not in self.used_by:
            return self.takes_writes
        return field.directory in self.written_by if field.directory else self.takes_writes


class LockedField(Protocol):
    """What a lock asks of a field."""

    @property
    def key(self) -> str:
        """Return its stable name."""

    @property
    def source(self) -> Source:
        """Return where its values come from."""

    @property
    def attribute(self) -> str:
        """Return what is read there; "" if nothing is mapped."""

    @property
    def directory(self) -> str:
        """Return the key of the one directory that supplies it; "": the one of the person."""

    @property
    def falls_through(self) -> bool:
        """Return whether the next directory supplies it where that one has no value."""

    @property
    def writes_back(self) -> bool:
        """Return whether what people enter is to be saved to the directory."""


def lock_of(field: LockedField, standing: Standing, *, is_computed: bool = False) -> Lock | None:
    """Return why nobody may edit this field of a person, or None (product.md section 2).

    Says nothing about who looks: `visibility` and `rights` decide that.

    :param is_computed: its value follows from another field
    """
    if is_computed:
        return Lock(LockReason.COMPUTED, _("Follows from another field by itself."))
    if not field.attribute:  # a mapping that was taken away keeps the value, and frees it
        return None
    return _OF_SOURCE[field.source](field, standing)


def is_saved_to_directory(field: LockedField, standing: Standing) -> bool:
    """Return whether what is typed into this field goes to the directory as well."""
    return (
        field.source is Source.LDAP
        and bool(field.attribute)
        and field.writes_back
        and standing.has_entry(field)
        and standing.takes_writes_of(field)
    )


def _never(_field: LockedField, _standing: Standing) -> None:
    """Lock nothing: people fill it in."""


def _ldap(field: LockedField, standing: Standing) -> Lock | None:
    if not standing.has_entry(field) or is_saved_to_directory(field, standing):
        return None
    if field.writes_back and not standing.takes_writes_of(field):
        said = _(
            "Comes from LDAP (attribute %(attribute)s). Nothing is saved there now: saving to this"
            " directory is switched off.",
            attribute=field.attribute,
        )
        return Lock(LockReason.LDAP, said)
    sentence = _(
        "Comes from LDAP (attribute %(attribute)s). The IT service changes it.",
        attribute=field.attribute,
    )
    return Lock(LockReason.LDAP, sentence)


def _always_ldap(field: LockedField, _standing: Standing) -> Lock:
    sentence = _(
        "Always comes from LDAP (attribute %(attribute)s). The IT service changes it.",
        attribute=field.attribute,
    )
    return Lock(LockReason.ALWAYS_LDAP, sentence)


def _other_ldap(field: LockedField, standing: Standing) -> Lock | None:
    if field.key not in standing.delivered:
        return None
    sentence = _(
        "Comes from another LDAP (attribute %(attribute)s). The IT service changes it.",
        attribute=field.attribute,
    )
    return Lock(LockReason.ALTERNATIVE_LDAP, sentence)


def _xml(field: LockedField, standing: Standing) -> Lock | None:
    if field.key not in standing.delivered:
        return None
    sentence = _(
        "Comes from another system by a file (%(node)s). The IT service knows which.",
        node=field.attribute,
    )
    return Lock(LockReason.XML, sentence)


_OF_SOURCE = {
    Source.USER: _never,
    Source.LDAP: _ldap,
    Source.LDAP_ONLY: _always_ldap,
    Source.ALTERNATIVE_LDAP: _other_ldap,
    Source.XML: _xml,
}
