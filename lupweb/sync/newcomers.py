"""Entries of people who are all new, as columns on their way to the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from lupweb.people.states import PersonState
from lupweb.profiles.newcomers import Ahead
from lupweb.sync.columns import Columns
from lupweb.sync.plan import Plan

ENTRY = (
    "unique_id", "dn", "dn_folded", "stamp", "match", "disabled_reason", "is_listed", "login",
    "login_folded", "name", "sort_name", "email", "document", "content_hash",
)  # fmt: skip
"""What a plan says of an entry, in the order of `Columns`."""
Texts = Sequence[Sequence[str]]
"""Columns of texts."""


@dataclass(frozen=True)
class Newcomers:
    """What entries say of whom nobody is known yet.

    :param ahead: who made texts of them ahead, and these texts, as columns
    """

    said: Columns
    ahead: tuple[Ahead, Texts] | None = None

    @classmethod
    def of(cls, plans: Sequence[Plan], keys: Sequence[str]) -> "Newcomers":
        """Return the same of plans.

        :param keys: of all fields whose values they may have
        """
        values = {key: [each.changes.get(key, "") for each in plans] for key in keys}
        columns = [[getattr(each, name) for each in plans] for name in ENTRY]
        return cls(Columns.of(columns, values))

    @classmethod
    def joined(cls, parts: Sequence["Newcomers"]) -> "Newcomers":
        """Return several in one, all of whose values are of the same fields."""
        if len(parts) == 1:
            return parts[0]
        *columns, values, _plain = zip(*(each.said for each in parts), strict=True)
        joined = [[*chain.from_iterable(column)] for column in columns]
        by_key = {key: [*chain.from_iterable(each[key] for each in values)] for key in values[0]}
        made = [each.ahead for each in parts if each.ahead]
        ahead = None
        if len(made) == len(parts):
            texts = zip(*(texts for _maker, texts in made), strict=True)
            ahead = made[0][0], [[*chain.from_iterable(column)] for column in texts]
        return cls(Columns.of(joined, by_key), ahead)

    def __len__(self) -> int:
        return len(self.said.unique_ids)

    @property
    def states(self) -> list[str]:
        """Return the state of each, as it is stored."""
        disabled, active = PersonState.DISABLED.value, PersonState.ACTIVE.value
        return [disabled if why else active for why in self.said.disabled]

    @property
    def count_of_values(self) -> int:
        """Return how many values they have."""
        return sum(len(column) - column.count("") for column in self.said.values.values())

    def plans(self) -> list[Plan]:
        """Return a plan of each, for those who have to be looked at one by one."""
        *columns, values, _is_plain = self.said
        texts = zip(*values.values(), strict=True) if values else repeat(())
        rows: Iterator[tuple[Any, ...]] = zip(*columns, texts, strict=False)
        return [_plan(said, dict(zip(values, of_one, strict=True))) for *said, of_one in rows]


def _plan(said: Sequence[Any], values: Mapping[str, str]) -> Plan:
    return Plan(*[*said, {key: text for key, text in values.items() if text}, (), None])
