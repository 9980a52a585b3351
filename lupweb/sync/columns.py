"""What many entries say, as columns: how it comes from the reading process. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from lupweb.sync.delivered import IS_LISTED, Part
from lupweb.sync.handing import unpacked


class Columns(NamedTuple):
    """What some entries say, each column in the same order; the names are those of `Delivered`.

    :param values: field key -> value of each, "" where there is none
    :param is_plain: nothing of them is a problem
    """

    unique_ids: Sequence[str]
    dns: Sequence[str]
    dns_folded: Sequence[str]
    stamps: Sequence[str]
    matches: Sequence[str]
    disabled: Sequence[str]
    listed: Sequence[bool]
    logins: Sequence[str]
    logins_folded: Sequence[str]
    names: Sequence[str]
    sort_names: Sequence[str]
    emails: Sequence[str]
    documents: Sequence[str]
    hashes: Sequence[bytes]
    values: Mapping[str, Sequence[str]]
    is_plain: bool = True

    @classmethod
    def of(cls, columns: Sequence[Sequence[Any]], values: Mapping[str, Sequence[str]]) -> Self:
        """Return the columns of plain entries, in the order of this class."""
        return cls._make([*columns, values, True])

    def column(self, key: str) -> Sequence[str]:
        """Return the value of this field of each, "" where there is none."""
        return self.values.get(key) or [""] * len(self.unique_ids)


def columns_of(part: Part) -> Columns | None:
    """Return what entries say of their people; None if they are nobody's."""
    if not part[0]:
        return None
    *packed, listed, hashes, keys, values, problems, unread = part[0]
    texts = [*map(unpacked, packed)]
    by_key = dict(zip(keys, map(unpacked, values), strict=True))
    columns = Columns.of([*texts[:IS_LISTED], listed, *texts[IS_LISTED:], hashes], by_key)
    return columns._replace(is_plain=not (problems or unread or part[1]))
