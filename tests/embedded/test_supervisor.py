"""Real processes: what starts is told apart by name, and nothing of it stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import LupwebError

from .processes import is_running, pid_in, until

SAYS_ITS_PID = """
import os, pathlib, signal, sys, time
def leave(name, pid=None):
    path = pathlib.Path(sys.argv[1]) / name
    path.with_suffix(".new").write_text(f"{pid or os.getpid()}\\n")
    path.with_suffix(".new").rename(path)
"""
SLEEPS = SAYS_ITS_PID + "leave(sys.argv[2]); time.sleep(600)"
IGNORES_TERM = SAYS_ITS_PID + (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); leave('deaf'); time.sleep(600)"
)
# As an RQ worker does: the grandchild gets a process group of its own, and survives its parent.
FORKS = (
    SAYS_ITS_PID
    + """
if os.fork() == 0:
    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    leave('grandchild')
    time.sleep(600)
leave('parent')
time.sleep(600)
"""
)
DAEMONIZES = (
    SAYS_ITS_PID
    + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        leave('daemon')
        time.sleep(600)
    os._exit(0)
leave('parent')
time.sleep(600)
"""
)
SUPERVISES = """
import sys
from lupweb.embedded.supervisor import Child, Supervisor
with Supervisor() as supervisor:
    for program in sys.argv[2:]:
        argv = [sys.executable, "-c", program, sys.argv[1], "only"]
        supervisor.start(Child(name="child", argv=argv, stop_within_s=0.3))
    print("up", flush=True)
    sys.exit(supervisor.run())
"""
REVIVES = """
import sys
from lupweb.embedded import supervisor
supervisor.FIT_AFTER_S = float(sys.argv[3])
with supervisor.Supervisor() as running:
    argv = [sys.executable, "-c", sys.argv[2], sys.argv[1], "only"]
    running.start(supervisor.Child(name="child", argv=argv, comes_back=True))
    sys.exit(running.run())
"""


def python(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def status_of(program: str) -> list[str]:
    return [sys.executable, "-c", program]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(lines: list[str]) -> Iterator[Supervisor]:
    with Supervisor(write=lines.append) as supervisor:
        yield supervisor


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a supervisor in a process of its own, in its own process group."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*programs: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            python(SUPERVISES, tmp_path, *programs),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_each_line_carries_the_name_of_its_child(supervisor: Supervisor, lines: list[str]) -> None:
    program = "import sys; print('one'); print('two', file=sys.stderr); print('three', end='')"
    supervisor.start(Child(name="talker", argv=status_of(program)))

    supervisor.run()

    said = [line for line in lines if line.startswith("talker")]
    assert sorted(said) == ["talker     | one", "talker     | three", "talker     | two"]


def test_control_characters_of_a_child_do_not_reach_the_terminal(
    supervisor: Supervisor, lines: list[str]
) -> None:
    supervisor.start(Child(name="talker", argv=status_of(r"print('\x1b[2Jgone \x9b3m')")))

    supervisor.run()

    assert lines[0] == r"talker     | \x1b[2Jgone \x9b3m"


def test_a_line_without_an_end_does_not_grow_for_ever(
    supervisor: Supervisor, lines: list[str]
) -> None:
    supervisor.start(Child(name="talker", argv=status_of("print('x' * 300_000)")))

    supervisor.run()

    said = [line for line in lines if line.startswith("talker")]
    assert sum(line.count("x") for line in said) == 300_000
    assert max(map(len, said)) < 2 * 64 * 1024 + 100


def test_starting_waits_until_the_child_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    sleeper = Child(
        name="sleeper",
        argv=python(SLEEPS, tmp_path, "sleeper"),
        ready=(tmp_path / "sleeper").exists,
    )

    supervisor.start(sleeper)

    assert is_running(pid_in(tmp_path / "sleeper"))


def test_a_child_that_does_not_get_ready_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    argv = python(SLEEPS, tmp_path, "slow")
    slow = Child(name="slow", argv=argv, ready=lambda: False, ready_within_s=0.2)

    with pytest.raises(LupwebError, match=r"slow did not get ready within 0\.2 seconds"):
        supervisor.start(slow)


def test_a_child_that_ends_before_it_is_ready_is_named_with_how_it_ended(
    supervisor: Supervisor, lines: list[str]
) -> None:
    dying = status_of("print('no port'); raise SystemExit(3)")

    with pytest.raises(LupwebError, match="dying ended by itself with exit code 3"):
        supervisor.start(Child(name="dying", argv=dying, ready=lambda: False))

    assert "dying      | no port" in lines


def test_a_program_that_is_not_there_says_so(supervisor: Supervisor, lines: list[str]) -> None:
    with pytest.raises(LupwebError, match="exit code 127"):
        supervisor.start(Child(name="ghost", argv=["/no/such/program"], ready=lambda: False))

    assert lines == ["ghost      | cannot start /no/such/program: No such file or directory"]


def test_when_one_child_dies_the_others_are_stopped_and_the_dead_one_is_named(
    supervisor: Supervisor, lines: list[str], tmp_path: Path
) -> None:
    supervisor.start(Child(name="healthy", argv=python(SLEEPS, tmp_path, "healthy")))
    supervisor.start(Child(name="doomed", argv=python(SLEEPS, tmp_path, "doomed")))
    healthy = pid_in(tmp_path / "healthy")
    os.kill(pid_in(tmp_path / "doomed"), signal.SIGKILL)

    code = supervisor.run()

    assert code == 1
    assert lines == ["lup        | doomed was ended by signal 9 (Killed). Stopping the others."]
    assert not is_running(healthy)


def test_children_started_later_stop_first(supervisor: Supervisor, lines: list[str]) -> None:
    program = (
        "import os, signal, sys, time\n"  # the signal may come in the middle of the print below
        "def end(*_): os.write(1, b'stops\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
    )
    for name in ("first", "second", "third"):
        up = f"{name:<10} | up"
        supervisor.start(Child(name=name, argv=status_of(program), ready=lambda up=up: up in lines))

    supervisor.stop()

    stops = [line.split()[0] for line in lines if line.endswith("stops")]
    assert stops == ["third", "second", "first"]


def test_a_child_gets_the_environment_and_folder_it_was_given(
    supervisor: Supervisor, lines: list[str], tmp_path: Path
) -> None:
    program = "import os; print(os.environ['HARBOUR'], 'HOME' in os.environ, os.getcwd())"
    env = {"HARBOUR": "north"}
    supervisor.start(Child(name="child", argv=status_of(program), env=env, cwd=tmp_path))

    supervisor.run()

    assert lines[0] == f"child      | north False {tmp_path}"


def test_an_interrupt_while_waiting_for_a_child_stops_the_start(supervisor: Supervisor) -> None:
    def interrupted() -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    argv = status_of("import time; time.sleep(600)")
    with pytest.raises(KeyboardInterrupt):
        supervisor.start(Child(name="child", argv=argv, ready=interrupted))


def test_an_interrupt_between_two_starts_ends_the_work_at_hand(supervisor: Supervisor) -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)


def test_signal_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    with Supervisor(write=lambda _line: None):
        pass

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_is_no_failure(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, number: signal.Signals
) -> None:
    process = supervise(SLEEPS, FORKS)
    pids = [pid_in(tmp_path / name) for name in ("only", "parent", "grandchild")]

    os.killpg(process.pid, number)  # as a terminal does: the whole group

    assert process.wait(20) == 0
    assert not any(map(is_running, pids))


def test_a_child_that_ignores_term_is_killed(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(IGNORES_TERM)
    deaf = pid_in(tmp_path / "deaf")

    process.terminate()

    assert process.wait(20) == 0
    assert not is_running(deaf)


def test_a_second_ctrl_c_does_not_wait_for_a_slow_child(tmp_path: Path) -> None:
    program = SUPERVISES.replace("0.3", "3600")
    argv = python(program, tmp_path, IGNORES_TERM)
    with subprocess.Popen(  # noqa: S603 - our own programs
        argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        deaf = pid_in(tmp_path / "deaf")
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline() == b"lup        | Stopping.\n"

        process.send_signal(signal.SIGINT)

        assert process.wait(20) == 0
    assert not is_running(deaf)


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (SLEEPS, ["only"]),
        (IGNORES_TERM, ["deaf"]),
        (FORKS, ["parent", "grandchild"]),
        (DAEMONIZES, ["parent", "daemon"]),
    ],
    ids=["plain", "ignores TERM", "forks", "daemonizes"],
)
def test_nothing_stays_behind_when_the_supervisor_itself_is_killed(
    supervise: Callable[..., subprocess.Popen[bytes]],
    tmp_path: Path,
    program: str,
    names: list[str],
) -> None:
    process = supervise(program)
    pids = [pid_in(tmp_path / name) for name in names]

    process.kill()

    until(lambda: not any(map(is_running, pids)), f"{names} are still running")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux (prctl)")
def test_nothing_stays_behind_when_a_guard_is_killed(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(FORKS)
    pids = [pid_in(tmp_path / name) for name in ("parent", "grandchild")]
    guard = int(Path(f"/proc/{pids[0]}/stat").read_text().split()[3])

    os.kill(guard, signal.SIGKILL)

    assert process.wait(20) == 1
    assert not any(map(is_running, pids))


def test_what_a_dead_child_left_is_ended_too(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(FORKS)
    parent, grandchild = (pid_in(tmp_path / name) for name in ("parent", "grandchild"))

    os.kill(parent, signal.SIGKILL)

    assert process.wait(20) == 1
    assert not is_running(grandchild)


def test_a_child_that_comes_back_is_started_again(tmp_path: Path) -> None:
    running = subprocess.Popen(  # noqa: S603 - our own programs
        python(REVIVES, tmp_path, SLEEPS, 0), stderr=subprocess.PIPE
    )
    first = pid_in(tmp_path / "only")
    (tmp_path / "only").unlink()

    os.kill(first, signal.SIGKILL)

    second = pid_in(tmp_path / "only")
    running.terminate()
    said = running.communicate()[1].decode()
    assert running.returncode == 0
    assert not is_running(first)
    assert not is_running(second)
    assert "was ended by signal 9 (Killed). Starting it again." in said


def test_a_child_that_ends_as_soon_as_it_is_started_does_not_come_back(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own programs
        python(REVIVES, tmp_path, "raise SystemExit(3)", 60), capture_output=True, check=False
    )

    assert done.returncode == 1
    assert b"Stopping the others" in done.stderr
