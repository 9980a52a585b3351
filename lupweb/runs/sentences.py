"""Schedules in words, and in the few choices that most of them are. Pure."""

import re
from dataclasses import dataclass

from lupweb.errors import InvalidValue
from lupweb.runs.schedules import explain, is_off
from lupweb.texts import Text, _, ngettext

EVERY_MINUTES = re.compile(r"(?:\*/(?P<step>[1-9][0-9]?)|\*) \* \* \* \*")
EVERY_HOURS = re.compile(r"(?P<minute>[0-9]{1,2}) (?:\*/(?P<step>[1-9][0-9]?)|\*) \* \* \*")
DAILY = re.compile(r"(?P<minute>[0-9]{1,2}) (?P<hour>[0-9]{1,2}) \* \* (?P<days>\*|1-5|[0-6])")
TIME = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})")
HOUR = 60
MORNING = 6
MINUTES = (5, 10, 15, 20, 30, 60)
"""What is offered; anything else is cron text."""
WEEKDAYS = (
    _("Sunday"), _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"),
    _("Saturday"),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A schedule as a form shows it.

    :param kind: minutes, daily, weekdays, off, cron, or "" for the one of the site
    :param minutes: of `minutes`
    :param time: of `daily` and `weekdays`, as 01:11
    :param cron: the text itself, for `cron`
    """

    kind: str
    minutes: int = 15
    time: str = "01:11"
    cron: str = ""


def sentence(cron: str) -> Text | str:
    """Return in words when a schedule is due: `11 1 * * *` is "every night at 01:11".

    Text that cannot be read is returned as it is.
    """
    if is_off(cron):
        return _("never")
    plain = " ".join(cron.split())
    minutes = EVERY_MINUTES.fullmatch(plain)
    if minutes:
        return _every_minutes(int(minutes["step"] or 1))
    hours = EVERY_HOURS.fullmatch(plain)
    if hours and int(hours["minute"]) < HOUR:
        return _every_hours(int(hours["step"] or 1), int(hours["minute"]))
    daily = DAILY.fullmatch(plain)
    if daily:
        return _daily(int(daily["hour"]), int(daily["minute"]), daily["days"])
    try:
        return explain(cron)
    except InvalidValue:
        return cron


def choice_of(cron: str) -> Choice:
    """Return how a form shows a schedule; "" is the one of the site."""
    if not cron.strip():
        return Choice("")
    if is_off(cron):
        return Choice("off")
    plain = " ".join(cron.split())
    minutes = EVERY_MINUTES.fullmatch(plain)
    if minutes and int(minutes["step"] or 1) in MINUTES:
        return Choice("minutes", minutes=int(minutes["step"] or 1), cron=cron)
    if plain == "0 * * * *":
        return Choice("minutes", minutes=HOUR, cron=cron)
    daily = DAILY.fullmatch(plain)
    if daily and daily["days"] in {"*", "1-5"}:
        time = f"{int(daily['hour']):02}:{int(daily['minute']):02}"
        return Choice("daily" if daily["days"] == "*" else "weekdays", time=time, cron=cron)
    return Choice("cron", cron=cron)


def cron_of(choice: Choice) -> str:
    """Return the cron text of what was chosen in a form; the opposite of `choice_of`.

    :raises InvalidValue: if the time of day is none
    """
    if choice.kind == "minutes":
        return "0 * * * *" if choice.minutes == HOUR else f"*/{choice.minutes} * * * *"
    if choice.kind in {"daily", "weekdays"}:
        match = TIME.fullmatch(choice.time.strip())
        if match is None or int(match["hour"]) > 23 or int(match["minute"]) >= HOUR:
            raise InvalidValue(
                _("“%(text)s” is no time of day. An example: 01:11.", text=choice.time[:20])
            )
        days = "*" if choice.kind == "daily" else "1-5"
        return f"{int(match['minute'])} {int(match['hour'])} * * {days}"
    if choice.kind == "cron":
        return choice.cron.strip()
    return choice.kind


def _every_minutes(step: int) -> Text:
    return ngettext("every minute", "every %(n)s minutes", step)


def _every_hours(step: int, minute: int) -> Text:
    if step == 1 and not minute:
        return _("every hour")
    return ngettext(
        "every hour, %(minute)s minutes past",
        "every %(n)s hours, %(minute)s minutes past",
        step,
        minute=minute,
    )


def _daily(hour: int, minute: int, days: str) -> Text:
    time = f"{hour:02}:{minute:02}"
    if days == "1-5":
        return _("from Monday to Friday at %(time)s", time=time)
    if days != "*":
        return _("every %(day)s at %(time)s", day=WEEKDAYS[int(days)], time=time)
    if hour < MORNING:
        return _("every night at %(time)s", time=time)
    return _("every day at %(time)s", time=time)
