"""Who is in a group, as a reading of it has found; and how many levels are followed."""

from dataclasses import dataclass, field

MEMBER_ATTRIBUTES = ("member", "uniqueMember", "memberUid")
DEEPEST = 20
DIRECT = -1
"""The place of whatever the group itself names."""


@dataclass(frozen=True)
class Nested:
    """A group inside; `inside` is the place of the one that names it, or `DIRECT`."""

    dn: str
    inside: int


@dataclass(frozen=True)
class Members:
    """Whom a group has: person -> place in `nested` of the group that names them, or `DIRECT`."""

    people: dict[int, int] = field(default_factory=dict)
    nested: list[Nested] = field(default_factory=list)
    is_gone: bool = False
