"""What wrk is asked, and how its answer is read."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lupweb.bench.load import Request, rate_in, script_of
from lupweb.errors import LupwebError

SAID = """Running 4s test @ http://127.0.0.1:8000
  2 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.03ms    1.11ms  18.00ms   79.00%
  11600 requests in 4.00s, 2.1MB read
Requests/sec:   2901.55
Transfer/sec:    537.20KB
"""
FAILED = "  Non-2xx or 3xx responses: 12"
BROKEN = "  Socket errors: connect 0, read 3, write 0, timeout 0"


def test_the_rate_is_found() -> None:
    assert rate_in(SAID) == 2901.55


@pytest.mark.parametrize("line", [FAILED, BROKEN])
def test_pages_that_fail_are_no_result(line: str) -> None:
    with pytest.raises(LupwebError, match=line.strip()):
        rate_in(SAID.replace("Requests/sec", f"{line}\nRequests/sec"))


def test_no_rate_is_no_result() -> None:
    with pytest.raises(LupwebError, match="unable to connect"):
        rate_in("unable to connect to 127.0.0.1:1 Connection refused")


def test_each_request_has_its_path_and_its_cookie() -> None:
    script = script_of([Request("/people?q=M%C3%BC", "lupweb=a"), Request('/"', "")])

    assert 'requests = {{"/people?q=M%C3%BC", "lupweb=a"}, {"/\\"", ""}}' in script
    assert "at = at % #requests + 1" in script


@pytest.mark.skipif(shutil.which("luac") is None, reason="no Lua here")
def test_the_script_is_lua(tmp_path: Path) -> None:
    path = tmp_path / "requests.lua"
    path.write_text(script_of([Request("/", "a=b")]))

    subprocess.run(["luac", "-p", str(path)], check=True)  # noqa: S603, S607
