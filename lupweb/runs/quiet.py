"""The time of day in which no schedule reads everything, such as office hours. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from lupweb.clock import zone_of
from lupweb.errors import InvalidValue
from lupweb.texts import Text, _

BETWEEN = re.compile(
    r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])\s*[-–]\s*"
    r"(?P<last_hour>[01]?[0-9]|2[0-3]):(?P<last_minute>[0-5][0-9])"
)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Quiet:
    """From one time of day to another; if the second is earlier, over midnight."""

    begins: time
    ends: time

    @property
    def sentence(self) -> Text:
        """Return it in words: "not between 08:00 and 18:00"."""
        return _(
            "not between %(begin)s and %(end)s",
            begin=f"{self.begins:%H:%M}",
            end=f"{self.ends:%H:%M}",
        )


def quiet_time(text: str) -> Quiet | None:
    """Return what `08:00-18:00` means; None for "": there is no such time.

    :raises InvalidValue: if it cannot be read, or begins where it ends
    """
    if not text.strip():
        return None
    match = BETWEEN.fullmatch(text.strip())
    found = match and Quiet(
        time(int(match["hour"]), int(match["minute"])),
        time(int(match["last_hour"]), int(match["last_minute"])),
    )
    if not found or found.begins == found.ends:
        raise InvalidValue(
            _("“%(text)s” is no time between two times. An example: 08:00-18:00.", text=text[:40])
        )
    return found


def quiet_until(quiet: Quiet, zone: str, now: datetime) -> datetime | None:
    """Return when the quiet time ends in which `now` lies, in UTC; None if it lies in none.

    :param zone: IANA name of the zone in which the times are meant
    """
    here = now.astimezone(zone_of(zone) or UTC)
    for day in (here.date() - A_DAY, here.date()):
        begins = datetime.combine(day, quiet.begins, here.tzinfo)
        last_day = day if quiet.begins < quiet.ends else day + A_DAY
        ends = datetime.combine(last_day, quiet.ends, here.tzinfo)
        if begins.astimezone(UTC) <= now < ends.astimezone(UTC):
            return ends.astimezone(UTC)
    return None
