"""What a server is and can do, as its rootDSE and its subschema say.

Every branch in behaviour is taken from here, none from the kind of server that an admin chose.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import Found, clean_text, single_values
from lupweb.ldap.entry import Entry, folded_name
from lupweb.ldap.results import cleaned_foreign_text
from lupweb.ldap.schema import Schema, base_name
from lupweb.texts import _

PAGED_RESULTS = "1.2.840.113556.1.4.319"
SHOW_DELETED = "1.2.840.113556.1.4.417"  # MS-ADTS 3.1.1.3.4.1.14
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
ASSERTION = "1.3.6.1.1.12"  # RFC 4528
POST_READ = "1.3.6.1.1.13.2"  # RFC 4527
SYNC_REQUEST = "1.3.6.1.4.1.4203.1.9.1.1"  # RFC 4533
# RFC 4512 and MS-ADTS 3.1.1.3.4.3: Active Directory, and its lightweight form.
ACTIVE_DIRECTORY = frozenset({"1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1851"})
ROOT_DSE_ATTRIBUTES = (
    "objectClass",
    "namingContexts",
    "subschemaSubentry",
    "supportedCapabilities",
    "supportedControl",
    "supportedExtension",
    "vendorName",
    "vendorVersion",
)
# The first one that the schema knows, sync.md section 1. A schema may list objectGUID although no
# entry has it (msuser.schema of OpenLDAP), so away from Active Directory it comes last.
UNIQUE_IDS = ("entryUUID", "nsUniqueId", "ipaUniqueID", "objectGUID")
GUID_BYTES = 16
UUID_TEXT = re.compile(rb"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
NS_UNIQUE_ID = re.compile(rb"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{8}){3}")
ID_PATTERNS = {"entryuuid": UUID_TEXT, "ipauniqueid": UUID_TEXT, "nsuniqueid": NS_UNIQUE_ID}
LONGEST_ID = 255


@dataclass(frozen=True)
class ServerTraits:
    """What one server says about itself.

    `unique_id_attribute` tells its entries apart: what an administrator chose for that, else
    `own_id_attribute`, which the server gives to each; None if it offers none. A schema may know
    one although no entry has it.
    """

    vendor: str
    naming_contexts: tuple[str, ...]
    controls: frozenset[str]
    extensions: frozenset[str]
    unique_id_attribute: str | None
    stamp_attribute: str
    schema: Schema
    own_id_attribute: str | None = None

    @property
    def pages(self) -> bool:
        """Return whether it can hand out a search in pages."""
        return PAGED_RESULTS in self.controls

    @property
    def shows_deleted(self) -> bool:
        """Return whether it can show what was deleted, to an account that may see that."""
        return SHOW_DELETED in self.controls

    @property
    def asserts(self) -> bool:
        """Return whether it changes an entry on condition that the entry matches a filter."""
        return ASSERTION in self.controls

    @property
    def reads_back(self) -> bool:
        """Return whether its answer to a change can bring what the entry holds behind it."""
        return POST_READ in self.controls

    @property
    def says_what_changed(self) -> bool:
        """Return whether it may be asked what was written and removed since a cookie (RFC 4533).

        Only where entries have the ids and stamps that OpenLDAP answers with.
        """
        has_both = (self.unique_id_attribute, self.stamp_attribute) == ("entryUUID", "entryCSN")
        return has_both and SYNC_REQUEST in self.controls

    @property
    def compares_by_stamp(self) -> bool:
        """Return whether the change stamp alone tells that an entry is what it was.

        Stamps of whole seconds do not: two changes within one leave the same stamp.
        """
        return self.stamp_attribute in ("entryCSN", "uSNChanged")

    @property
    def is_active_directory(self) -> bool:
        """Return whether it names entries by `<GUID=...>`, as Active Directory does."""
        return self.unique_id_attribute == "objectGUID" and self.stamp_attribute == "uSNChanged"

    def compares_values(self, attribute: str) -> bool:
        """Return whether a value of `attribute` can be deleted by naming it."""
        schema = self.schema
        is_told = schema.tells_rules and schema.knows(attribute)
        return not is_told or bool(schema.equality_rule(attribute))

    @property
    def says_who_am_i(self) -> bool:
        """Return whether it can be asked whom it takes us for."""
        return WHO_AM_I in self.extensions


def read_traits(root: Entry, schema: Schema, chosen: str = "") -> ServerTraits:
    """Put together what the rootDSE and the subschema say.

    :param chosen: the attribute that is to tell entries apart; "": what the server gives for that
    """
    is_active_directory = not ACTIVE_DIRECTORY.isdisjoint(_texts(root, "supportedCapabilities"))
    own = _unique_id(schema, is_active_directory=is_active_directory)
    return ServerTraits(
        vendor=_vendor(root, is_active_directory=is_active_directory),
        naming_contexts=_texts(root, "namingContexts"),
        controls=frozenset(_texts(root, "supportedControl")),
        extensions=frozenset(_texts(root, "supportedExtension")),
        unique_id_attribute=chosen or own,
        stamp_attribute=_stamp(schema, is_active_directory=is_active_directory),
        schema=schema,
        own_id_attribute=own,
    )


def unique_id_of(entry: Entry, attribute: str) -> str:
    """Return what stays the same when this entry is renamed or moved, in the form that is kept.

    :param attribute: `ServerTraits.unique_id_attribute`, or one that an admin chose
    :raises InvalidValue: if it is absent, has several values, or is malformed
    """
    values = entry.by_name.get(folded_name(attribute), ())
    if len(values) != 1:
        raise InvalidValue(
            _(
                "The entry has %(n)s values of its unique id %(attribute)s instead of one. It was"
                " left out.",
                n=len(values),
                attribute=attribute,
            )
        )
    text = _id_reader(attribute)(values[0])
    if text is None:
        raise InvalidValue(
            _(
                "The unique id %(attribute)s is malformed. The entry was left out.",
                attribute=attribute,
            )
        )
    return text


def unique_ids_of(found: Found, attribute: str) -> list[str] | None:
    """Return what `unique_id_of` does, of many entries at once, if all have a proper one in text.

    None: each has to be looked at.

    :param found: the values of the attribute
    """
    pattern = ID_PATTERNS.get(base_name(attribute))
    values = single_values(found)
    if pattern is None or not values or not all(map(pattern.fullmatch, values)):
        return None
    return b"\n".join(values).decode().lower().split("\n")


def _texts(root: Entry, attribute: str) -> tuple[str, ...]:
    return tuple(
        cleaned_foreign_text(value.decode(errors="replace")) for value in root.values(attribute)
    )


def _vendor(root: Entry, *, is_active_directory: bool) -> str:
    named = " ".join((*_texts(root, "vendorName"), *_texts(root, "vendorVersion")))
    if named:
        return named
    if is_active_directory:
        return "Active Directory"
    return "OpenLDAP" if "OpenLDAProotDSE" in _texts(root, "objectClass") else ""


def _unique_id(schema: Schema, *, is_active_directory: bool) -> str | None:
    if is_active_directory:
        return "objectGUID"
    if not schema.is_readable:
        return "entryUUID"  # RFC 4530; an entry without it is told apart when it is read
    return next(filter(schema.knows, UNIQUE_IDS), None)


def _stamp(schema: Schema, *, is_active_directory: bool) -> str:
    if is_active_directory:
        return "uSNChanged"
    return "entryCSN" if schema.knows("entryCSN") else "modifyTimestamp"


@lru_cache(maxsize=64)  # asked for every entry of a directory
def _id_reader(attribute: str) -> Callable[[bytes], str | None]:
    """Return what makes the kept form of a value of this attribute; None where it is malformed."""
    name = base_name(attribute)
    if name == "objectguid":
        return _guid
    pattern = ID_PATTERNS.get(name)
    return _cleaned_id if pattern is None else partial(_matched_id, pattern.fullmatch)


def _guid(value: bytes) -> str | None:
    return str(uuid.UUID(bytes_le=value)) if len(value) == GUID_BYTES else None


def _matched_id(matches: Callable[[bytes], object], value: bytes) -> str | None:
    return value.decode().lower() if matches(value) else None


def _cleaned_id(value: bytes) -> str | None:
    try:
        return clean_text(value, max_length=LONGEST_ID).casefold() or None
    except InvalidValue:
        return None
