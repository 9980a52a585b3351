"""Between any two steps of a piece of work that last: it dies there, or something else happens.

Steps are commits, and questions to a directory: between them nothing changes that anybody sees.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import event, update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.connect import refuse_in_transaction
from lupweb.errors import LupwebError
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.runs import leases
from lupweb.runs.models import Lease

LONG = timedelta(hours=1)


class Died(BaseException):
    """The process is gone: nobody catches it, and nothing is tidied up."""


class Steps:
    """Counts the steps of the work of this thread, and lets something happen at one of them."""

    def __init__(self) -> None:
        self._left = -1
        self._act: Callable[[], None] | None = None
        self._is_dead = False

    @contextmanager
    def dying(self, after: int) -> Iterator[None]:
        """Let the process die before the step after so many; not at all if there are fewer."""
        self._left, self._act = after, None
        try:
            yield
        except Died:
            db.session.rollback()
        finally:
            self._left, self._is_dead = -1, False

    @contextmanager
    def meanwhile(self, after: int, act: Callable[[], None]) -> Iterator[None]:
        """Let another process do something after so many steps; not at all if there are fewer."""
        self._left, self._act = after, act
        try:
            yield
        finally:
            self._left, self._act = -1, None

    def asked(self) -> None:
        """Take the step of a question; given to directories as their `check`."""
        refuse_in_transaction()
        if threading.current_thread() is threading.main_thread():
            self._step()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Take a step with each commit, while the block lasts."""
        event.listen(db.session, "before_commit", self._before_commit)
        event.listen(db.session, "after_commit", self._after_commit)
        try:
            yield
        finally:
            event.remove(db.session, "before_commit", self._before_commit)
            event.remove(db.session, "after_commit", self._after_commit)

    def _before_commit(self, _session: Any) -> None:
        if self._act is None:
            self._step()

    def _after_commit(self, session: Any) -> None:
        if self._act is not None and not session.in_nested_transaction():
            self._step()

    def _step(self) -> None:
        if self._is_dead:
            raise Died
        if self._left < 0:
            return
        self._left -= 1
        if self._left >= 0:
            return
        act, self._act = self._act, None
        if act is None:
            self._is_dead = True
            raise Died
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        with app.app_context(), suppress(LupwebError):
            act()


def let_leases_run_out() -> None:
    """Let so much time pass that whoever died is noticed."""
    with transaction():
        db.session.execute(
            update(Lease)
            .where(Lease.run_id.is_not(None))
            .values(heartbeat_at=leases.database_now() - LONG)
        )
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == OutboxState.LEASED)
            .values(lease_until=clock.now() - LONG)
        )
