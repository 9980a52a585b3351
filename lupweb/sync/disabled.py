"""Whether a directory has switched an account off (sync.md section 18). Pure.

A lock-out after wrong passwords, which ends by itself, is not "disabled".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from lupweb.directories.switching import SwitchedOff
from lupweb.ldap.entry import Entry

ACCOUNT_DISABLED = 0x2
"""The bit of userAccountControl (MS-ADTS 2.2.16)."""
NEVER = frozenset({0, 2**63 - 1})
FILE_TIME_BEGAN = datetime(1601, 1, 1, tzinfo=UTC)
UNIX_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
LOCKED_FOR_GOOD = b"000001010000Z"
"""pwdAccountLockedTime of an account that an administrator locked (draft-behera-ldap-password)."""
NO_EXPIRY = -1


def disabled_reason(entry: Entry, now: datetime, rule: SwitchedOff | None = None) -> str:
    """Return which attribute says that the account is switched off, or "" if none does.

    :param rule: the attribute and value that an administrator named, beside those that are known
    """
    for attribute, says_so in RULES.items():
        value = entry.first(attribute)
        if value is not None and says_so(value, now):
            return attribute
    if rule is not None and rule.is_among(entry.values(rule.attribute)):
        return rule.attribute
    return ""


def _number(value: bytes) -> int | None:
    try:
        return int(value)
    except ValueError:
        return None


def _bit_is_set(value: bytes, _now: datetime) -> bool:
    return bool((_number(value) or 0) & ACCOUNT_DISABLED)


def _file_time_is_past(value: bytes, now: datetime) -> bool:
    ticks = _number(value)
    if ticks is None or ticks in NEVER or ticks < 0:
        return False
    return ticks // 10 < (now - FILE_TIME_BEGAN) // timedelta(microseconds=1)


def _is_true(value: bytes, _now: datetime) -> bool:
    return value.lower() == b"true"


def _is_locked_for_good(value: bytes, _now: datetime) -> bool:
    return value == LOCKED_FOR_GOOD


def _shadow_is_past(value: bytes, now: datetime) -> bool:
    days = _number(value)
    return days is not None and days > NO_EXPIRY and days < (now - UNIX_BEGAN).days


RULES: Mapping[str, Callable[[bytes, datetime], bool]] = {
    "userAccountControl": _bit_is_set,
    "accountExpires": _file_time_is_past,
    "nsAccountLock": _is_true,
    "pwdAccountLockedTime": _is_locked_for_good,
    "shadowExpire": _shadow_is_past,
}
ATTRIBUTES = tuple(RULES)
