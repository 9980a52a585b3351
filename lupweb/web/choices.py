"""Values to choose by, as boxes to tick."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from lupweb.search.request import FacetOption
from lupweb.web.filters import number


@dataclass(frozen=True)
class Choice:
    """One option of a facet as a box to tick.

    :param key: of the field
    """

    key: str
    option: FacetOption

    @property
    def id(self) -> str:
        """Return the name of the box, the same from page to page."""
        return _choice_id(self.key, self.option.value)

    @property
    def value(self) -> str:
        """Return the value; "" is “not set”."""
        return self.option.value

    @property
    def label(self) -> str:
        """Return the value as people read it."""
        return self.option.label

    @property
    def count(self) -> str:
        """Return how many people it would leave, with the separators of the reader's language."""
        return number(self.option.count)

    @property
    def is_set(self) -> bool:
        """Return whether it is a value, and not “not set”."""
        return bool(self.option.value)

    @property
    def is_chosen(self) -> bool:
        """Return whether it is in use."""
        return self.option.is_chosen


@lru_cache(2_000)
def _choice_id(key: str, value: str) -> str:
    return f"f-{key}-{blake2b(value.encode(errors='replace'), digest_size=5).hexdigest()}"
