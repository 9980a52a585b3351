"""Whether a directory has switched an account off (sync.md section 18). Pure.

A lock-out after wrong passwords, which ends by itself, is not "disabled".
"""

from datetime import UTC, datetime, timedelta

from lupweb.ldap.entry import Entry

ATTRIBUTES = (
    "userAccountControl", "accountExpires", "nsAccountLock", "pwdAccountLockedTime", "shadowExpire",
)  # fmt: skip
ACCOUNT_DISABLED = 0x2
"""The bit of userAccountControl (MS-ADTS 2.2.16)."""
NEVER = frozenset({0, 2**63 - 1})
FILE_TIME_BEGAN = datetime(1601, 1, 1, tzinfo=UTC)
UNIX_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
LOCKED_FOR_GOOD = b"000001010000Z"
"""pwdAccountLockedTime of an account that an administrator locked (draft-behera-ldap-password)."""
NO_EXPIRY = -1


def disabled_reason(entry: Entry, now: datetime) -> str:
    """Return which attribute says that the account is switched off, or "" if none does."""
    for attribute, says_so in (
        ("userAccountControl", _bit_is_set(entry)),
        ("accountExpires", _file_time_is_past(entry, now)),
        ("nsAccountLock", (entry.first("nsAccountLock") or b"").lower() == b"true"),
        ("pwdAccountLockedTime", entry.first("pwdAccountLockedTime") == LOCKED_FOR_GOOD),
        ("shadowExpire", _shadow_is_past(entry, now)),
    ):
        if says_so:
            return attribute
    return ""


def _number(entry: Entry, attribute: str) -> int | None:
    value = entry.first(attribute) or b""
    try:
        return int(value)
    except ValueError:
        return None


def _bit_is_set(entry: Entry) -> bool:
    return bool((_number(entry, "userAccountControl") or 0) & ACCOUNT_DISABLED)


def _file_time_is_past(entry: Entry, now: datetime) -> bool:
    ticks = _number(entry, "accountExpires")
    if ticks is None or ticks in NEVER or ticks < 0:
        return False
    return ticks // 10 < (now - FILE_TIME_BEGAN) // timedelta(microseconds=1)


def _shadow_is_past(entry: Entry, now: datetime) -> bool:
    days = _number(entry, "shadowExpire")
    return days is not None and days > NO_EXPIRY and days < (now - UNIX_BEGAN).days
