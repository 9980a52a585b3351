"""Schedules are told in words, and chosen without cron text."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.runs.sentences import Choice, choice_of, cron_of, sentence

SAID = [
    ("11 1 * * *", "every night at 01:11"),
    ("30 18 * * *", "every day at 18:30"),
    ("0 7 * * 1-5", "from Monday to Friday at 07:00"),
    ("5 20 * * 0", "every Sunday at 20:05"),
    ("*/15 * * * *", "every 15 minutes"),
    ("* * * * *", "every minute"),
    ("0 * * * *", "every hour"),
    ("10 * * * *", "every hour, 10 minutes past"),
    ("20 */2 * * *", "every 2 hours, 20 minutes past"),
    ("off", "never"),
    ("", "never"),
    ("nonsense", "nonsense"),
]


@pytest.mark.parametrize(("cron", "said"), SAID)
def test_a_schedule_is_told_as_a_sentence(cron: str, said: str) -> None:
    assert str(sentence(cron)) == said


def test_what_no_sentence_fits_is_still_explained() -> None:
    assert "first" in str(sentence("0 3 1 * *")) or "3" in str(sentence("0 3 1 * *"))


@pytest.mark.parametrize("cron", ["11 1 * * *", "0 7 * * 1-5", "*/15 * * * *", "0 * * * *", "off"])
def test_what_was_chosen_is_shown_again(cron: str) -> None:
    assert cron_of(choice_of(cron)) == cron


def test_anything_else_stays_cron_text() -> None:
    assert choice_of("7 3 1 * *") == Choice("cron", cron="7 3 1 * *")
    assert cron_of(Choice("cron", cron=" 7 3 1 * * ")) == "7 3 1 * *"
    assert choice_of("") == Choice("")


@pytest.mark.parametrize("time", ["", "25:00", "7", "12:60", "noon"])
def test_b107_what_is_no_time_of_day_is_refused(time: str) -> None:
    with pytest.raises(InvalidValue, match="is no time of day"):
        cron_of(Choice("daily", time=time))
