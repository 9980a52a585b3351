"""What has to happen so that the database is as the file says. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Setup = Mapping[str, Mapping[str, Any]]
ORDERED = frozenset({"directories", "categories", "fields", "org_charts"})


@dataclass(frozen=True)
class Comparison:
    """Names of entries, as `fields.phone`, or of kinds that are one table, as `site`."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        """Return whether nothing has to happen."""
        return not (self.created or self.changed or self.removed)

    def touches(self, *kinds: str) -> bool:
        """Return whether something of one of these kinds has to happen."""
        names = (*self.created, *self.changed, *self.removed)
        return any(name.partition(".")[0] in kinds for name in names)


def compare(stored: Setup, wanted: Setup, kinds: Iterable[str]) -> Comparison:
    """Compare the set-up that is with the one that shall be.

    :param kinds: those that count; the others stay as they are
    """
    created: list[str] = []
    changed: list[str] = []
    removed: list[str] = []
    unchanged = 0
    for kind in kinds:
        old, new = stored[kind], wanted[kind]
        moved = _moved(old, new) if kind in ORDERED else set()
        differing = {key for key in new if key in old and (new[key] != old[key] or key in moved)}
        created += [_name(kind, key) for key in new if key not in old]
        changed += [_name(kind, key) for key in new if key in differing]
        removed += [_name(kind, key) for key in old if key not in new]
        unchanged += sum(key in old and key not in differing for key in new)
    return Comparison(tuple(created), tuple(changed), tuple(removed), unchanged)


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Return the entries that stand at another place among those that stay; fields by category."""
    places = {key: entry.get("category", "") for key, entry in new.items() if key in old}
    kept = {key for key, place in places.items() if old[key].get("category", "") == place}
    before = sorted((key for key in old if key in kept), key=lambda key: str(places[key]))
    after = sorted((key for key in new if key in kept), key=lambda key: str(places[key]))
    return {now for was, now in zip(before, after, strict=True) if was != now}


def _name(kind: str, key: str) -> str:
    return f"{kind}.{key}" if key else kind
