"""The Last LDAP sync date as people read and enter it: dd-MM-yyyy HH:mm:ss, in the site's zone."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lupweb.errors import InvalidValue
from lupweb.texts import _

FORM = "%d-%m-%Y %H:%M:%S"


def write_date(instant: datetime, zone: str) -> str:
    """Return an instant as the setting shows it.

    :param zone: IANA name; a time in UTC is written where there is no such zone
    """
    return instant.astimezone(_zone(zone)).strftime(FORM)


def read_date(text: str, zone: str) -> datetime:
    """Return the instant that was entered, in UTC.

    :raises InvalidValue: if it is no such date
    """
    try:
        local = datetime.strptime(text, FORM).replace(tzinfo=_zone(zone))
    except ValueError as error:
        raise InvalidValue(
            _("“%(text)s” is no date. An example: 23-05-2016 15:30:00.", text=text[:63])
        ) from error
    return local.astimezone(UTC)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
