"""Let random histories happen, each in an installation of its own."""

import os
from collections.abc import Callable
from pathlib import Path
from shutil import copy

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from lupweb.database import db

ASKED_FOR = os.environ.get("LUPWEB_HISTORIES")
"""How many histories there are, each time others; without it a few that are always the same."""


def histories(
    make: Callable[[], RuleBasedStateMachine],
    folder: Path,
    tables: Path,
    *,
    usually: int,
    steps: int = 25,
) -> None:
    """Let histories happen that nobody has thought of. One that fails is printed as a program.

    :param make: makes the world of one history
    :param folder: of the application that runs
    :param tables: a database without anybody in it, copied for each history
    :param usually: how many there are unless somebody asks for more
    :param steps: how much happens in each
    :param steps: what happens in each, at most
    """

    def anew() -> RuleBasedStateMachine:
        db.session.remove()
        db.engine.dispose()
        for name in ("lupweb.sqlite-wal", "lupweb.sqlite-shm"):
            (folder / name).unlink(missing_ok=True)
        copy(tables, folder / "lupweb.sqlite")
        return make()

    run_state_machine_as_test(
        anew,
        settings=settings(
            max_examples=int(ASKED_FOR or usually),
            stateful_step_count=steps,
            derandomize=not ASKED_FOR,
            print_blob=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
