"""The parts of a bench that need a fresh process: python -m lupweb.bench.child TASK ARGUMENTS

What a task returns is one JSON document on standard output.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from lupweb.bench import charting, company, floors, savers, searching, serving, syncing
from lupweb.errors import LupwebError

TASKS: dict[str, Callable[..., Any]] = {
    "load": company.load,
    "set_up": company.set_up,
    "read_as_floor": floors.read_as_floor,
    "sync": syncing.sync,
    "weigh": syncing.weigh,
    "fill": searching.fill,
    "search": searching.search,
    "browsers": serving.browsers,
    "charts": charting.charts,
    "prompt_saves": savers.prompt_saves,
    "read_at_sign_in": savers.read_at_sign_in,
    "save_on": savers.save_on,
    "drain_on": savers.drain_on,
    "what_became": savers.what_became,
}


def main(task: str, arguments: str) -> None:
    """Do one task; its arguments are a JSON object."""
    try:
        found = TASKS[task](**json.loads(arguments))
    except LupwebError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
