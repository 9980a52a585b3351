"""Two workers, two schedulers, any of them killed at any time (faults.md X22, X24).

LUPWEB_TEST_KILLS=50 kills at 50 points of a run instead of a handful.
"""

import random
import threading
import time

import pytest

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.runs.states import RunState
from tests.jobs.installation import PEOPLE, Installation, kill_with_children
from tests.jobs.test_processes import KILLS, site, slapd, until_alive

__all__ = ["site", "slapd"]

TEAM = ("worker", "worker", "scheduler", "scheduler")


@pytest.mark.thorough
def test_x22_x24_any_of_two_workers_and_two_schedulers_may_be_killed(site: Installation) -> None:
    site.write_generation(0)
    team = [(name, site.start(name)) for name in TEAM]
    until_alive(site, 2)
    began = time.monotonic()
    site.ask()
    site.until_idle()
    lasts_s = time.monotonic() - began

    for number in range(1, KILLS + 1):
        site.write_generation(number)
        site.ask()
        threading.Event().wait(random.uniform(0, lasts_s))  # noqa: S311 the point in time is tested
        name, victim = team.pop(random.randrange(len(team)))  # noqa: S311 no secret
        kill_with_children(victim)

        pairs = {(f"t{each}", f"t{each}") for each in (number - 1, number)}
        assert site.generations() <= pairs  # nobody is half written
        site.let_lease_run_out()
        team.append((name, site.start(name)))
        site.until_idle()
        site.ask()
        site.until_idle()

        assert site.runs()[-1][1] == RunState.DONE, site.runs()
        assert site.generations() == {(f"t{number}", f"t{number}")}
        assert db.session.query(Person).count() == PEOPLE
        db.session.rollback()
