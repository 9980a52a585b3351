"""In which order values stand. Pure."""

import unicodedata
from collections.abc import Iterable


def sort_text(text: str) -> str:
    """Return `text` as it is compared for its place: without case and accents."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def without_twins(items: Iterable[str]) -> list[str]:
    """Return `items` in their order, of those that differ by case only the first by code points.

    The result is the same in whatever order the items come.
    """
    found: dict[str, str] = {}
    for item in sorted(items, key=lambda item: (sort_text(item), item)):
        found.setdefault(item.casefold(), item)
    return list(found.values())
