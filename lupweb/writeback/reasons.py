"""Why a value is not in the directory, as it is kept with its message. Pure."""

from enum import StrEnum

from lupweb.errors import WriteRefused

NO_SUCH_ATTRIBUTE = 16
NO_SUCH_OBJECT = 32
UNWILLING = 53


class Reason(StrEnum):
    """Why a value is not in the directory; `sentences` says it in words.

    The first ones are answers about the value, the others about the server or the site.
    """

    GONE = "gone"
    NO_RIGHT = "no_right"
    NOT_KNOWN = "not_known"
    NOT_ACCEPTED = "not_accepted"
    ONE_VALUE = "one_value"
    NAMES_ENTRY = "names_entry"
    NEVER_WRITTEN = "never_written"
    CANNOT_BE_MADE = "cannot_be_made"
    REFUSED = "refused"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials"
    READ_ONLY = "read_only"
    SITE_READ_ONLY = "site_read_only"
    SWITCHED_OFF = "switched_off"


BY_CODE = {
    16: Reason.NOT_KNOWN,
    17: Reason.NOT_KNOWN,
    65: Reason.NOT_KNOWN,
    19: Reason.NOT_ACCEPTED,
    21: Reason.NOT_ACCEPTED,
    20: Reason.ONE_VALUE,
    50: Reason.NO_RIGHT,
    64: Reason.NAMES_ENTRY,
    67: Reason.NAMES_ENTRY,
    69: Reason.NAMES_ENTRY,
    32: Reason.GONE,
}
"""Result codes of RFC 4511 (writeback.md section 11); every other one is `REFUSED`."""


def reason_of(error: WriteRefused, longest: int | None) -> str:
    """Return why a server refused a value, as it is kept.

    :param longest: characters or bytes that the attribute holds; None if nobody knows
    """
    reason = BY_CODE.get(error.code, Reason.REFUSED)
    if reason is Reason.NOT_ACCEPTED and longest:
        return f"{reason}:{longest}"
    return str(reason)


def read_reason(kept: str) -> tuple[Reason | None, int | None]:
    """Return a reason as it was kept, and the length that the directory takes, if it is known."""
    name, _colon, longest = kept.partition(":")
    try:
        reason = Reason(name)
    except ValueError:  # kept by another part of lupweb, or by a later version
        return None, None
    return reason, int(longest) if longest.isdecimal() else None
