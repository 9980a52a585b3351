"""When a run may not do something to many people by itself (sync.md section 7). Pure."""

from dataclasses import dataclass
from enum import StrEnum

from lupweb.texts import Text, _

LEAST = 10
SHARE_PERCENT = 5
LEAST_CLEARED = 20
SHARE_CLEARED_PERCENT = 20
LEAST_RENAMED = 10
SHARE_RENAMED_PERCENT = 50
TIMES_AS_MANY = 3
FEW = 5
"""Of fewer people it is thinkable that all of them left, and others came."""


class Guard(StrEnum):
    """What holds something until an administrator has looked at it.

    `MOVED`: it is not what the plan said that is being applied.
    """

    REMOVAL = "removal"
    DISABLE = "disable"
    CLEAR = "clear"
    RENAME = "rename"
    NEW = "new"
    SERVER = "server"
    MOVED = "moved"


@dataclass(frozen=True)
class Verdict:
    """What one guard held.

    :param field: the key of the field that would be emptied; "" for the other guards
    :param count: how many people
    :param limit: up to how many it would have been done without being asked
    :param of: of how many
    """

    guard: Guard
    count: int
    limit: int
    of: int
    field: str = ""


@dataclass(frozen=True)
class Limits:
    """Up to how many people a directory may lose at once: a number, or a share if that is more."""

    least: int = LEAST
    percent: int = SHARE_PERCENT


USUAL = Limits()


def limit(active: int, limits: Limits = USUAL) -> int:
    """Return how many people of `active` a run may hide without being asked."""
    return max(limits.least, active * limits.percent // 100)


def clear_limit(holders: int) -> int:
    """Return how many of the `holders` of a field may lose its value without being asked."""
    return max(LEAST_CLEARED, holders * SHARE_CLEARED_PERCENT // 100)


def rename_limit(people: int) -> int:
    """Return how many of `people` may get another login or name without being asked."""
    return max(LEAST_RENAMED, people * SHARE_RENAMED_PERCENT // 100)


def holds(gone: int, *, active: int, seen: int, limits: Limits = USUAL) -> bool:
    """Return whether hiding `gone` people has to wait for an administrator.

    :param active: people of this directory that are shown now
    :param seen: entries that the enumeration, complete as it was, has found
    """
    return bool(gone) and (gone > limit(active, limits) or seen == 0)


def is_another(new: int, *, gone: int, known: int) -> bool:
    """Return whether a directory looks like another one: nobody known was met, and others were.

    :param gone: how many of those who are known were not met
    :param known: how many the last reading had
    """
    return known >= FEW and gone == known and new > 0


def holds_new(new: int, *, seen: int, known: int) -> bool:
    """Return whether making `new` people has to wait, since far more were found than are known.

    :param known: how many the last reading had; 0 at the first run, which holds nobody
    """
    return known > 0 and new > LEAST and seen > known * TIMES_AS_MANY


def reason(verdict: Verdict, field_name: str = "") -> Text:
    """Return why a guard held something, in words.

    :param field_name: what people call the field
    """
    said = {"count": verdict.count, "limit": verdict.limit, "of": verdict.of, "name": field_name}
    return {
        Guard.REMOVAL: lambda: _(
            "%(count)s of %(of)s people were not found. More than %(limit)s at once are not hidden"
            " without being asked. Check whether the directory lost them, or the filter.",
            **said,
        ),
        Guard.DISABLE: lambda: _(
            "%(count)s of %(of)s people would be switched off. More than %(limit)s at once are not"
            " switched off without being asked.",
            **said,
        ),
        Guard.CLEAR: lambda: _(
            "“%(name)s” would become empty for %(count)s of the %(of)s people who have it. More"
            " than %(limit)s at once are not emptied without being asked. Check whether the"
            " directory still lets lupweb read the attribute.",
            **said,
        ),
        Guard.RENAME: lambda: _(
            "%(count)s of %(of)s people would get another login or name. More than %(limit)s at"
            " once are not renamed without being asked. Check the attributes for login and name.",
            **said,
        ),
        Guard.NEW: lambda: _(
            "%(count)s people would be new where %(of)s are known. More than three times as many"
            " people as are known are not taken without being asked. Check base DN and filter.",
            **said,
        ),
        Guard.SERVER: lambda: _(
            "None of the %(of)s people who are known was found, and %(count)s others were. This"
            " looks like another server, or like a directory that was loaded anew so that every"
            " unique id is another one. Check the address, base DN and filter.",
            **said,
        ),
        Guard.MOVED: lambda: _(
            "For %(count)s people the plan is out of date: they, or their entries, changed since"
            " it was made. What would be done now was planned again.",
            **said,
        ),
    }[verdict.guard]()
