"""See to it that what is due reaches the directories, whatever became of queue and workers."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from lupweb import clock
from lupweb.database import db, end_reading
from lupweb.errors import LupwebError
from lupweb.jobs import wake_drain
from lupweb.jobs.writeback import drain
from lupweb.options.service import options
from lupweb.writeback.records import due_since

OVERDUE = timedelta(seconds=8)
"""No worker took it for so long: they are busy with runs, or there is none."""

log = structlog.get_logger()


class Draining:
    """Wakes workers for what is due; what nobody takes is done here, beside the caller."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings = app.extensions["lupweb"].settings
        self._helper: threading.Thread | None = None

    def look(self) -> None:
        """Look once for what is due; call it in the application's context, outside transactions."""
        if self._settings.read_only or options()["read_only"]:
            return
        due = due_since()
        end_reading()
        late = [
            directory_id for directory_id, since in due.items() if clock.now() - since > OVERDUE
        ]
        woken = [each for each in due if wake_drain(self._settings, each)]
        self._help_with([each for each in due if each in late or each not in woken])

    def wait(self, seconds: float) -> None:
        """Wait until what is done here is over, or so long."""
        if self._helper is not None:
            self._helper.join(seconds)

    def _help_with(self, directory_ids: Sequence[int]) -> None:
        is_busy = self._helper is not None and self._helper.is_alive()
        if not directory_ids or is_busy:
            return
        log.info("no worker saves values; the scheduler does it itself")
        self._helper = threading.Thread(target=self._drain, args=(directory_ids,), daemon=True)
        self._helper.start()

    def _drain(self, directory_ids: Sequence[int]) -> None:
        with self._app.app_context():
            for directory_id in directory_ids:
                try:
                    drain(directory_id)
                except OperationalError as error:
                    log.warning("the database does not answer", why=str(error.orig))
                except LupwebError as error:
                    log.warning("values were not saved", directory=directory_id, why=str(error))
            db.session.remove()
