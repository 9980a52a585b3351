"""What has to happen so that the database is as the file says. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Setup = Mapping[str, Mapping[str, Any]]
FOUND_BY = (
    "category", "type", "options", "settings", "searchable", "facet", "in_table", "visible_to",
)  # fmt: skip
"""What a field says that decides by which words and values people are found."""
ORDERED = frozenset({"directories", "categories", "fields", "org_charts", "lists", "start_pages"})


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


def found_otherwise(old: Setup, new: Setup, comparison: Comparison) -> set[str]:
    """Return the fields by whose values people are found otherwise than before, or by others."""
    named = {*comparison.created, *comparison.changed, *comparison.removed}
    seen_by_others = {
        key
        for key in {*old["categories"], *new["categories"]}
        if f"categories.{key}" in named
        and _without_names(old["categories"].get(key)) != _without_names(new["categories"].get(key))
    }
    fields = {*old["fields"], *new["fields"]}
    pairs = {key: (old["fields"].get(key, {}), new["fields"].get(key, {})) for key in fields}
    return {
        key
        for key, (was, now) in pairs.items()
        if now.get("category") in seen_by_others
        or any(was.get(name) != now.get(name) for name in FOUND_BY)
    }


def _without_names(category: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (category or {}).items() if "name" not in name}


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Return the entries that stand at another place among those that stay; fields by category."""
    places = {key: entry.get("category", "") for key, entry in new.items() if key in old}
    kept = {key for key, place in places.items() if old[key].get("category", "") == place}
    before = sorted((key for key in old if key in kept), key=lambda key: str(places[key]))
    after = sorted((key for key in new if key in kept), key=lambda key: str(places[key]))
    return {now for was, now in zip(before, after, strict=True) if was != now}


def _name(kind: str, key: str) -> str:
    return f"{kind}.{key}" if key else kind
