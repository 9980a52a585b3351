"""The one place where time comes from. A test sets `now`."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date in UTC."""
    return now().date()
