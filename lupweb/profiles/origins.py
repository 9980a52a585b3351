"""Where the values of a profile come from, as its page says it."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lupweb.profiles.document import origin_of_value
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.sources import Source


@dataclass(frozen=True)
class Origin:
    """Where one value came from, when, and in which run; "" or None where that is not known.

    :param attribute: as the directory calls it; for the owner and administrators alone
    :param directory: its name
    :param at: since when the value is what it is
    :param is_computed: from other fields, by nobody's hand
    :param is_saved: what is entered here is saved to that directory
    """

    source: Source
    attribute: str = ""
    directory: str = ""
    run: str = ""
    at: datetime | None = None
    is_computed: bool = False
    is_saved: bool = False


def origin_of(
    field: FieldLayout,
    provenance: Mapping[str, Any],
    directories: Mapping[str, str],
    *,
    in_full: bool,
    written: Set[str] = frozenset(),
) -> Origin:
    """Return where the value of `field` came from.

    :param provenance: field key -> origin, as stored with the person
    :param directories: key -> name, of those that have the person; the first one supplies
    :param in_full: False: the source alone, as colleagues may know it
    :param written: keys of the directories that take what people enter
    """
    kept = origin_of_value(provenance, field.key)
    source = _source(kept.get("source", ""), field)
    if not in_full or field.type.sources:
        return Origin(source, is_computed=bool(field.type.sources))
    key = kept.get("directory", "")
    is_of_one = field.directory in directories and not field.falls_through
    if source is Source.LDAP and is_of_one:
        key = field.directory  # also where it says the same as the one before it did
    return Origin(
        source=source,
        attribute=field.attribute if source is not Source.USER else "",
        directory=directories.get(key, key),
        run=kept.get("run", ""),
        at=came_at(provenance, field.key),
        is_saved=_saved_to(field, key, directories) in written
        and field.writes_back
        and field.source is Source.LDAP,
    )


def _saved_to(field: FieldLayout, key: str, directories: Mapping[str, str]) -> str:
    """Return the key of the directory that gets what is entered.

    :param key: of the one that the value comes from: it may have fallen through to there
    """
    if not field.falls_through or not key:
        return key
    return field.directory if field.directory in directories else next(iter(directories), key)


def came_at(provenance: Mapping[str, Any], key: str) -> datetime | None:
    """Return since when the value of field `key` is what it is, or None."""
    return read_instant(origin_of_value(provenance, key).get("at", ""))


def read_instant(text: str) -> datetime | None:
    """Return the aware instant that a provenance keeps, or None."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _source(kept: str, field: FieldLayout) -> Source:
    """Return what the value itself says; where it says nothing, what the field is set to."""
    source = Source(kept) if kept in set(Source) else field.source
    return Source.LDAP if source.is_directory else source
