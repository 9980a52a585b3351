"""Find an entry by what stays the same when it is renamed or moved."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from lupweb.errors import DirectoryRefused, EntryNotFound
from lupweb.ldap.entry import Entry, folded_name
from lupweb.ldap.filters import equals
from lupweb.ldap.server import ServerTraits
from lupweb.texts import _


class Asked(Protocol):
    """The part of a directory that finds entries."""

    def traits(self) -> ServerTraits: ...

    def read(self, dn: str, attributes: Sequence[str]) -> Entry: ...

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]: ...


def entry_of(directory: Asked, base_dn: str, unique_id: str, attributes: Sequence[str]) -> Entry:
    """Return the entry, see `lupweb.ldap.session.Directory.entry_of`."""
    traits = directory.traits()
    wanted = list(dict.fromkeys([*_always_read(traits), *attributes]))
    if traits.is_active_directory:
        return directory.read(f"<GUID={_uuid(unique_id)}>", wanted)
    name = traits.unique_id_attribute or "entryUUID"
    found = directory.search(base_dn, id_filter(name, unique_id), wanted, limit=2)
    if not found:
        raise EntryNotFound(
            _("There is no entry of this unique id any more, or this account may not see it.")
        )
    if len(found) > 1:
        raise DirectoryRefused(
            _("Several entries of the directory have the same unique id. None of them was touched.")
        )
    return found[0]


def id_filter(attribute: str, unique_id: str) -> str:
    """Return the filter for the entry of a unique id; objectGUID is stored little-endian in part.

    :param attribute: the one that holds unique ids
    :param unique_id: as `unique_id_of` gives it
    :raises EntryNotFound: if it is no unique id of this form, so that no entry has it
    """
    if folded_name(attribute) == "objectguid":
        return equals(attribute, _uuid(unique_id).bytes_le)
    return equals(attribute, unique_id)


def _always_read(traits: ServerTraits) -> list[str]:
    names = (traits.unique_id_attribute, traits.own_id_attribute, traits.stamp_attribute)
    return [name for name in names if name]


def _uuid(unique_id: str) -> UUID:
    try:
        return UUID(unique_id)
    except ValueError as error:
        raise EntryNotFound(
            _("This is no unique id as this directory has them, so there is no such entry.")
        ) from error
