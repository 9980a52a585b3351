"""When a schedule is due next. Pure: cron text, time zone and an instant in, an instant out."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from lupweb.errors import InvalidValue
from lupweb.texts import _

NEVER = frozenset({"", "off"})
FIELDS = 5
"""Minute, hour, day, month, weekday. A sixth would be seconds: below the shortest interval."""
SHORTEST = timedelta(seconds=60)


def next_due(cron: str, zone: str, after: datetime) -> datetime | None:
    """Return the first time due later than `after`, in UTC; None for a schedule that is off.

    A time that a clock change skips is due right behind the gap; one that occurs twice is due the
    first time only. Times that were missed are not made up for: the next one counts from now.

    :param cron: five fields; "" or "off" is never
    :param zone: IANA name, such as Europe/Berlin
    :raises InvalidValue: if the text or the zone cannot be read, or no day fits
    """
    if is_off(cron):
        return None
    times = _times(cron, after.astimezone(_zone(zone)))
    # In the hour that a clock change repeats, the first answer may lie behind us.
    due = next((time for time in times if time.astimezone(UTC) > after), None)
    if due is None:
        raise _unreadable(cron)
    return due.astimezone(UTC)


def is_off(cron: str) -> bool:
    """Return whether this schedule is never due."""
    return cron.strip().lower() in NEVER


def check(cron: str, zone: str) -> None:
    """Refuse what could never be due, or more often than once in 60 seconds (B107).

    :raises InvalidValue: with an example of what can be read
    """
    _zone(zone)
    next_due(cron, zone, datetime(2000, 1, 1, tzinfo=UTC))


def explain(cron: str) -> str:
    """Return in words when a schedule is due: `11 1 * * *` is "At 01:11 every day".

    :raises InvalidValue: if it cannot be read
    """
    if is_off(cron):
        return str(_("Never"))
    return _times(cron, datetime(2000, 1, 1, tzinfo=UTC)).explain()


def _times(cron: str, start: datetime) -> CronSim:
    if len(cron.split()) > FIELDS:
        raise InvalidValue(
            _(
                "The schedule “%(cron)s” has too many fields. Five are needed: minute, hour, day,"
                " month, weekday. The shortest interval is %(seconds)s seconds.",
                cron=cron,
                seconds=int(SHORTEST.total_seconds()),
            )
        )
    try:
        return CronSim(cron, start)
    except CronSimError as error:
        raise _unreadable(cron) from error


def _unreadable(cron: str) -> InvalidValue:
    return InvalidValue(
        _(
            "The schedule “%(cron)s” cannot be read. Five fields are needed: minute, hour, day,"
            " month, weekday. “11 1 * * *” is 01:11 every night; “off” is never.",
            cron=cron,
        )
    )


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidValue(
            _("There is no time zone “%(name)s”. An example: Europe/Berlin.", name=name)
        ) from error
