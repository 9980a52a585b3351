"""Load on a web server, made by wrk: eight connections that ask again when they are answered."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lupweb.bench.machine import require_program
from lupweb.embedded.slapd import HOST
from lupweb.errors import LupwebError
from lupweb.texts import _

CONNECTIONS = 8
SECONDS = 4
RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
FAILED = re.compile(r"^ *(Non-2xx or 3xx responses: .*|Socket errors: .*)$", re.MULTILINE)
SCRIPT = """
local requests = {%s}
local at = 0
request = function()
  at = at %% #requests + 1
  return wrk.format("GET", requests[at][1], {["Host"] = "localhost", ["Cookie"] = requests[at][2]})
end
"""


class Request(NamedTuple):
    """What is asked for, and the cookie that says by whom."""

    path: str
    cookie: str = ""


def require_wrk() -> str:
    """Return the path of wrk.

    :raises MissingPart: if it is not installed
    """
    return require_program(
        "wrk",
        _(
            "wrk, which asks for pages, is not installed. Debian and Ubuntu: apt-get install wrk."
            " Fedora: dnf install wrk. macOS: brew install wrk."
        ),
    )


def load_of(port: int, requests: Sequence[Request], folder: Path) -> float:
    """Return how many of these requests a server of this machine answers in a second.

    :raises LupwebError: if it does not answer all of them, and well
    """
    script = folder / "requests.lua"
    script.write_text(script_of(requests), "utf-8")
    command = [require_wrk(), f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]
    done = subprocess.run(  # noqa: S603 - our own script
        [*command, f"http://{HOST}:{port}"], capture_output=True, text=True, check=False
    )
    return rate_in(done.stdout + done.stderr)


def script_of(requests: Sequence[Request]) -> str:
    """Return the Lua program that walks through the requests, over and over."""
    pairs = (f"{{{json.dumps(each.path)}, {json.dumps(each.cookie)}}}" for each in requests)
    return SCRIPT % ", ".join(pairs)


def rate_in(said: str) -> float:
    """Return the requests a second that wrk tells.

    :raises LupwebError: if some failed, since a page that fails is quick
    """
    failed, found = FAILED.search(said), RATE.search(said)
    if failed or not found:
        text = failed[1] if failed else said.strip()[-200:]
        raise LupwebError(_("The server did not answer all requests well: %(said)s", said=text))
    return float(found[1])
