"""The one place where time comes from. A test sets `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date in UTC."""
    return now().date()


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of an IANA name such as Europe/Berlin, or None if it names none.

    :param name: any text; a directory may have delivered it
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # also a path, a folder, a long name
        return None
