"""What a bench knows of its machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lupweb.bench.children import environment, output_of
from lupweb.bench.machine import (
    PROCESSES,
    description,
    is_busy,
    peak_of_children,
    require_program,
    version_of,
)
from lupweb.errors import LupwebError, MissingPart
from lupweb.texts import _

HOLDS = "import sys; held = b'x' * 100_000_000; print(flush=True); sys.stdin.read(); del held"
PEAK = (
    "import json; from lupweb.bench.machine import memory_now_mb, memory_peak_mb;"
    " before = memory_now_mb(); held = bytearray(50_000_000); del held;"
    " print(json.dumps([before, memory_peak_mb()]))"
)


@pytest.mark.parametrize(("load", "busy"), [(1.9, False), (2.0, False), (2.1, True)])
def test_a_machine_is_busy_above_its_number_of_cores(load: float, busy: bool) -> None:
    assert is_busy(load, 2) is busy


def test_the_machine_is_described_without_its_name() -> None:
    said = description(lambda: {"slapd": "2.5.13"})

    assert "slapd 2.5.13" in said
    assert "cores" in said


def test_the_version_of_a_program_is_found() -> None:
    assert version_of(sys.executable, "-V") == ".".join(map(str, sys.version_info[:3]))


def test_a_missing_program_is_named() -> None:
    with pytest.raises(MissingPart, match="apt-get install nothing"):
        require_program("no-such-program", _("apt-get install nothing"))


@pytest.mark.skipif(not PROCESSES.exists(), reason="only Linux tells")
def test_p6_what_the_starter_of_a_process_holds_does_not_count() -> None:
    held = bytearray(300_000_000)  # `ru_maxrss` of the child would begin here

    before, peak = json.loads(output_of([sys.executable, "-c", PEAK]))

    assert len(held) > 200 * 10**6 > peak
    assert 45 < peak - before < 60


@pytest.mark.skipif(not PROCESSES.exists(), reason="only Linux tells")
def test_p6_what_a_process_lets_its_children_hold_counts() -> None:
    with peak_of_children(every_s=0.01) as children:
        holder = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with holder:
            assert holder.stdout
            holder.stdout.readline()
            children.look()
            holder.communicate()

    assert children.peak_mb > 100  # other children of a busy test process may add to it


def test_a_part_of_a_bench_sees_no_setting_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPWEB_DATABASE_URL", "postgresql://somewhere/people")

    own = environment(tmp_path)

    assert "LUPWEB_DATABASE_URL" not in own
    assert own["LUPWEB_INSTANCE"] == str(tmp_path)


def test_a_part_that_fails_ends_the_bench() -> None:
    with pytest.raises(LupwebError, match="code 7"):
        output_of([sys.executable, "-c", "raise SystemExit(7)"])
