"""Parts of a bench that run in a process of their own, and end with us, however we end."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lupweb.config import PREFIX
from lupweb.embedded import guard
from lupweb.errors import LupwebError
from lupweb.texts import _

GRACE_S = 5


def environment(instance: Path, database_url: str = "") -> dict[str, str]:
    """Return the environment of a process that works on this installation, and on no other."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    own |= {PREFIX + "INSTANCE": str(instance), PREFIX + "LOG_LEVEL": "warning"}
    return own | ({PREFIX + "DATABASE_URL": database_url} if database_url else {})


def in_child(task: str, env: Mapping[str, str], **arguments: Any) -> Any:
    """Do a task of `lupweb.bench.child` in a fresh process; return what it found out.

    :raises LupwebError: if it fails; what it said stands on standard error
    """
    return json.loads(output_of([*module("lupweb.bench.child"), task, json.dumps(arguments)], env))


def module(name: str) -> list[str]:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", name]


def output_of(command: Sequence[str], env: Mapping[str, str] | None = None) -> bytes:
    """Run a program to its end, and return its standard output.

    :raises LupwebError: if it does not end well
    """
    theirs, ours = os.pipe()
    try:
        with subprocess.Popen(  # noqa: S603 - our own commands
            [*_guarded(theirs), *command],
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pass_fds=[theirs],
        ) as process:
            os.close(theirs)
            output, _nothing = process.communicate()
    finally:
        os.close(ours)
    if process.returncode:
        raise LupwebError(
            _(
                "A part of the bench ended with code %(code)s: %(command)s. The lines above say"
                " why.",
                code=process.returncode,
                command=" ".join(command[:4]),
            )
        )
    return output


def seconds_of(command: Sequence[str], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the wall time of a program whose output nobody reads.

    :raises LupwebError: if it does not end well
    """
    began = clock()
    done = subprocess.run(  # noqa: S603 - our own commands
        command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
    )
    took = clock() - began
    if done.returncode:
        raise LupwebError(
            _("%(program)s ended with code %(code)s.", program=command[0], code=done.returncode)
        )
    return took


def _guarded(lifeline: int) -> list[str]:
    return [sys.executable, "-I", "-S", str(guard.__file__), str(lifeline), str(GRACE_S)]
