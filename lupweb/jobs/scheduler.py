"""The scheduler: a loop over rows, which starts what is due and starts again what died.

Any number of them may run: a row is claimed by compare-and-set. What it knows stands in the
database, so that a queue server that lost everything costs time and nothing else.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from lupweb import clock
from lupweb.database import end_reading, transaction
from lupweb.errors import AlreadyRunning, LupwebError
from lupweb.jobs import timetable as configured
from lupweb.jobs import wake
from lupweb.jobs.draining import Draining
from lupweb.jobs.housekeeping import forget_what_ended
from lupweb.jobs.renewing import renew_outdated
from lupweb.jobs.sync import perform
from lupweb.jobs.telling import tell_administrators
from lupweb.options.service import options
from lupweb.purging.service import purge_if_due
from lupweb.runs import timetable
from lupweb.runs.leases import database_now, is_held, show_life
from lupweb.runs.quiet import quiet_time
from lupweb.runs.recovery import dead_runs, start_again
from lupweb.runs.service import active_runs, finish
from lupweb.runs.states import RunState
from lupweb.tables import is_of_other_version
from lupweb.texts import Text, _

SUBJECT = "scheduler"
"""The lease row by which others see that a scheduler lives."""
TURN_S = 1.0
WAKE_AGAIN = timedelta(seconds=5)
OVERDUE = timedelta(seconds=60)
"""No worker took it for so long: perhaps there is none. The scheduler does it itself."""

log = structlog.get_logger()


@dataclass
class Duty:
    """Something that is done every so many seconds."""

    act: Callable[[], None]
    every_s: float
    next_at_s: float = 0.0


class Scheduler:
    """Looks once a second for what is to be done."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings = app.extensions["lupweb"].settings
        self._is_over = threading.Event()
        self._is_outdated = False
        self._woken: dict[int, float] = {}
        self._helper: threading.Thread | None = None
        self._helps_with = 0
        self._draining = Draining(app)
        self._duties = [
            Duty(self._show_life, 5),
            Duty(self._start_dead_again, 5),
            Duty(self._arrange, 5),
            Duty(self._start_due, TURN_S),
            Duty(self._wake_workers, TURN_S),
            Duty(self._draining.look, 5),
            Duty(self._renew_outdated, TURN_S),
            Duty(self._tell_administrators, 60),
            Duty(self._clean_up, 60 * 60),
            Duty(self._purge, 60 * 60),
        ]

    def run(self) -> None:
        """Look and act until told to stop; what this process is at work on is handed back."""
        while not self._is_over.is_set():
            self.turn()
            self._is_over.wait(TURN_S)
        self._do(self._hand_back)

    def stop(self, *_signal: Any) -> None:
        """End `run` within a second."""
        self._is_over.set()

    def turn(self) -> None:
        """Do each duty whose time has come; none while the tables are of another version (X37)."""
        self._do(self._look_at_version)
        if self._is_outdated:
            return
        for duty in self._duties:
            if self._is_over.is_set():
                return
            if time.monotonic() >= duty.next_at_s:
                duty.next_at_s = time.monotonic() + duty.every_s
                self._do(duty.act)

    def _look_at_version(self) -> None:
        was_outdated, self._is_outdated = self._is_outdated, is_of_other_version()
        if self._is_outdated and not was_outdated:
            log.warning("waiting: the database is of another version; start this process again")

    def _do(self, act: Callable[[], None]) -> None:
        try:
            with self._app.app_context():
                act()
        except OperationalError as error:
            log.warning("the database does not answer", why=str(error.orig))
        except Exception:  # the outermost loop: what fails once must not stop the rest
            log.exception("the scheduler goes on after a fault", duty=act.__name__)

    def _show_life(self) -> None:
        with transaction():
            show_life(SUBJECT, f"{socket.gethostname()}:{os.getpid()}")

    def _start_dead_again(self) -> None:
        for run_id in dead_runs():
            with transaction():
                next_id = start_again(run_id)
            log.warning("a run was interrupted", run=run_id, started_again_as=next_id)

    def _arrange(self) -> None:
        """Bring the schedule rows in line with the directories and options of the site."""
        wanted = configured.wanted()
        if timetable.differs_from(wanted):
            with transaction():
                timetable.arrange(wanted, clock.now())

    def _start_due(self) -> None:
        chosen = options()
        if self._settings.read_only or chosen["read_only"]:
            return
        quiet = quiet_time(chosen["full_not_between"])
        for due in timetable.due(clock.now()):
            with transaction():
                timetable.claim(due, clock.now(), quiet)

    def _wake_workers(self) -> None:
        """Wake a worker for each run that waits, or do it here if nobody can be woken."""
        waiting = _waiting()
        self._woken = {run_id: at for run_id, at in self._woken.items() if run_id in waiting}
        for run_id, since in waiting.items():
            if since > OVERDUE or not self._is_woken(run_id):
                self._help_with(run_id)
                return

    def _is_woken(self, run_id: int) -> bool:
        """Return False if the queue is away."""
        now = time.monotonic()
        if now - self._woken.get(run_id, 0.0) < WAKE_AGAIN.total_seconds():
            return True
        self._woken[run_id] = now
        if wake(self._settings, run_id):
            return True
        del self._woken[run_id]
        return False

    def _help_with(self, run_id: int) -> None:
        """Do a run in this process, beside the loop; one at a time."""
        if self._helper is not None and self._helper.is_alive():
            return
        log.warning("no worker takes the run; the scheduler does it itself", run=run_id)
        self._helps_with = run_id
        self._helper = threading.Thread(target=self._do, args=(self._perform,), daemon=True)
        self._helper.start()

    def _perform(self) -> None:
        """Do the run; one that cannot even begin is ended, or it would be tried for ever."""
        run_id = self._helps_with
        try:
            perform(run_id)
        except AlreadyRunning:
            return  # it waits until that one has ended
        except LupwebError as error:
            _give_up(run_id, error.message)
        except Exception:  # the outermost call of a run
            log.exception("a run ended by a fault", run=run_id)
            _give_up(
                run_id, _("A fault in lupweb ended the run. The log of the scheduler says which.")
            )

    def _hand_back(self) -> None:
        """Let another process go on with the run that this one is at work on."""
        if self._helper is not None and self._helper.is_alive():
            with transaction():
                start_again(self._helps_with, is_stopping=True)

    def _renew_outdated(self) -> None:
        renew_outdated(TURN_S)

    def _tell_administrators(self) -> None:
        tell_administrators(self._settings)

    def _purge(self) -> None:
        settings = self._settings
        purge_if_due(secret_key=settings.secret_key, read_only=settings.read_only)

    def _clean_up(self) -> None:
        forget_what_ended()


def keep_looking(app: Flask) -> None:
    """Run a scheduler until TERM or INT."""
    scheduler = Scheduler(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, scheduler.stop)
    scheduler.run()


def _give_up(run_id: int, message: Text | str) -> None:
    with transaction():
        finish(run_id, RunState.FAILED, message)


def _waiting() -> dict[int, timedelta]:
    """Return the runs that wait although nobody works on their subject, and for how long."""
    now = database_now()
    waiting = {
        run.id: now - run.started_at
        for run, lease in active_runs()
        if run.state == RunState.QUEUED and not is_held(lease, now)
    }
    end_reading()
    return {run_id: since for run_id, since in waiting.items() if since > WAKE_AGAIN}
