"""What is to be changed in an entry, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Wish:
    """One attribute that is to hold `desired` where it holds `expected` now; `()`: no value.

    :param may_replace: "last writer wins": only where server and attribute offer no comparison
    """

    attribute: str
    expected: tuple[bytes, ...]
    desired: tuple[bytes, ...]
    may_replace: bool = False


@dataclass(frozen=True)
class Written:
    """What the directory holds behind a change.

    :param values: wished attribute -> its values as read back, which may be newer than the change
    :param stamp: the entry's change stamp with these values
    """

    values: Mapping[str, tuple[bytes, ...]]
    stamp: str


class Right(StrEnum):
    """Whether this account may write an attribute of an entry."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    NOT_CHECKED = "not_checked"


class Act(StrEnum):
    """What one part of a change does to an attribute."""

    ADD = "add"
    DELETE = "delete"
    REPLACE = "replace"


@dataclass(frozen=True)
class Part:
    """One part of a change. Without values, `DELETE` and `REPLACE` leave none."""

    act: Act
    attribute: str
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Change:
    """One modify request: all of its parts take effect, or none.

    :param dn: also a form that only one kind of server knows, such as `<GUID=...>`
    :param assertion: filter that the entry must match for the change to take effect; "": none
    :param read_back: attributes that the answer brings as they are behind the change
    :param is_trial: the server shall check everything and change nothing
    """

    dn: str
    parts: tuple[Part, ...]
    assertion: str = ""
    read_back: tuple[str, ...] = ()
    is_trial: bool = False
