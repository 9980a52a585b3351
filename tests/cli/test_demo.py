"""The demo as somebody starts it: everything up, three people in, nothing left behind."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from lupweb.embedded.guard import processes
from tests.servers.slapd import require_slapd

PEOPLE = 60
UP_WITHIN_S = 90
GONE_WITHIN_S = 20
LOGIN = re.compile(r"^(employee|editor|administrator): (\S+) / (\S+)$", re.M)
DIRECTORY = re.compile(r"^directory: (\S+) / (\S+) / (\S+)$", re.M)
ADDRESS = re.compile(r"^lupweb answers at (\S+)$", re.M)


@dataclass
class RunningDemo:
    """A demo that was started, and what it printed."""

    instance: Path
    process: subprocess.Popen[str] = field(init=False)
    printed: str = ""

    def start(self) -> None:
        """Start it and wait until the site answers."""
        self.errors = (self.instance.parent / "demo.log").open("a")
        self.process = subprocess.Popen(  # noqa: S603 our own command
            [
                sys.executable,
                "-m",
                "lupweb",
                "demo",
                "--people",
                str(PEOPLE),
                "--port",
                free_port(),
            ],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if line.startswith("Ctrl-C"):
                return
        raise AssertionError((self.instance.parent / "demo.log").read_text())

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "LUPWEB_INSTANCE": str(self.instance)}

    @property
    def logins(self) -> dict[str, tuple[str, str]]:
        return {role: (name, password) for role, name, password in LOGIN.findall(self.printed)}

    @property
    def directory(self) -> tuple[str, str, str]:
        (found,) = DIRECTORY.findall(self.printed)
        return found

    def end(self, number: signal.Signals) -> int:
        """Send a signal; return how the demo ended."""
        self.process.send_signal(number)
        code = self.process.wait(GONE_WITHIN_S)
        assert self.process.stdout
        self.process.stdout.close()
        self.errors.close()
        return code

    def alive(self) -> list[int]:
        """Return the processes that belong to this demo, whoever their parent is."""
        return [each.pid for each in processes() if str(self.instance) in surroundings(each.pid)]

    def nothing_left(self) -> bool:
        deadline = time.monotonic() + GONE_WITHIN_S
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.alive()

    def command(self, *arguments: str) -> str:
        """Run another command on the same installation; return what it printed."""
        done = subprocess.run(  # noqa: S603 our own command
            [sys.executable, "-m", "lupweb", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def visit(self, role: str, path: str) -> str:
        """Sign in by the form and open a page."""
        (address,) = ADDRESS.findall(self.printed)
        opener = build_opener(HTTPCookieProcessor(CookieJar()))
        with opener.open(f"{address}/login") as page:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
        assert token
        name, password = self.logins[role]
        form = {"csrf_token": token[1], "username": name, "password": password}
        opener.open(f"{address}/login", urlencode(form).encode()).close()
        try:
            with opener.open(f"{address}{path}") as page:
                found: str = page.read().decode()
                return found
        except HTTPError as error:
            with error:
                return error.read().decode()


def surroundings(pid: int) -> str:
    try:
        return "".join(Path(f"/proc/{pid}/{name}").read_text() for name in ("environ", "cmdline"))
    except (OSError, UnicodeDecodeError):
        return ""


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo that runs for all tests of this file."""
    require_slapd()
    demo = RunningDemo(tmp_path_factory.mktemp("demo") / "instance")
    demo.start()
    yield demo
    if demo.process.poll() is None:
        demo.end(signal.SIGTERM)


def test_the_three_logins_sign_in(demo: RunningDemo) -> None:
    for role, (name, _password) in demo.logins.items():
        assert name in demo.visit(role, f"/people?q={name}"), role
    assert set(demo.logins) == {"employee", "editor", "administrator"}


def test_everybody_of_the_directory_is_there(demo: RunningDemo) -> None:
    uri, bind_dn, password = demo.directory
    found = subprocess.run(  # noqa: S603 a fixed program
        ["ldapsearch", "-LLL", "-x", "-H", uri, "-D", bind_dn, "-w", password,  # noqa: S607
         "-b", "ou=people,dc=nordhafen,dc=example", "(objectClass=inetOrgPerson)", "1.1"],
        capture_output=True, text=True, check=True,
    ).stdout.count("dn:")  # fmt: skip

    listed = demo.command("people", "list", "--json").splitlines()

    assert found == len(listed) == PEOPLE
    assert f"{PEOPLE} people" in demo.visit("employee", "/people")


def test_a_changed_telephone_number_shows_after_a_run(demo: RunningDemo) -> None:
    uri, bind_dn, password = demo.directory
    number = "+49 40 66969777"
    subprocess.run(  # noqa: S603 a fixed program
        ["ldapmodify", "-x", "-H", uri, "-D", bind_dn, "-w", password],  # noqa: S607
        input="dn: uid=ines.moreira,ou=people,dc=nordhafen,dc=example\nchangetype: modify\n"
        f"replace: telephoneNumber\ntelephoneNumber: {number}\n",
        text=True, capture_output=True, check=True,
    )  # fmt: skip

    document = json.loads(demo.command("sync", "run", "--json"))

    assert (document["state"], document["changed"]) == ("done", 1)
    assert number in demo.visit("employee", "/people/ines.moreira")


def test_the_restricted_category_is_seen_by_the_group_and_by_oneself_only(
    demo: RunningDemo,
) -> None:
    heading = "First aid and safety"

    assert heading in demo.visit("editor", "/people/leila.haddadi")
    assert heading in demo.visit("employee", "/people/ines.moreira")
    assert heading not in demo.visit("employee", "/people/leila.haddadi")
    assert heading not in demo.visit("administrator", "/people/leila.haddadi")


def test_the_editor_edits_one_department_and_everybody_their_own_profile(
    demo: RunningDemo,
) -> None:
    for role, whose in (("editor", "mireille.okafor"), ("employee", "ines.moreira")):
        form = demo.visit(role, f"/people/{whose}/edit")
        assert all(f'name="field-{key}"' in form for key in ("deputy", "skills", "birthday"))
    assert "Edit profile" not in demo.visit("editor", "/people/ines.moreira")


@pytest.mark.parametrize(
    "fresh",
    [[], pytest.param(["--fresh"], marks=pytest.mark.thorough)],
    ids=["again", "fresh"],
)
def test_a_second_demo_in_the_same_folder_leaves_the_first_alone(
    demo: RunningDemo, fresh: list[str]
) -> None:
    options = ["--people", str(PEOPLE), "--port", free_port(), *fresh]
    second = subprocess.run(  # noqa: S603 our own command
        [sys.executable, "-m", "lupweb", "demo", *options],
        env=demo.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert "Traceback" not in second.stderr
    assert "Ines Moreira" in demo.visit("employee", "/people?q=ines")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.thorough),
        pytest.param(signal.SIGTERM, marks=pytest.mark.thorough),
        pytest.param(signal.SIGKILL, marks=pytest.mark.thorough),
    ],
)
def test_whatever_ends_it_leaves_nothing_and_it_starts_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    require_slapd()
    demo = RunningDemo(tmp_path / "instance")
    demo.start()
    first = demo.printed
    assert demo.alive()

    demo.end(number)

    assert demo.nothing_left()
    hold_the_next_run(tmp_path / "instance" / "lupweb.sqlite")
    demo.start()
    assert LOGIN.findall(demo.printed) == LOGIN.findall(first)
    assert "Ines Moreira" in demo.visit("employee", "/people?q=ines")
    demo.end(signal.SIGTERM)
    assert demo.nothing_left()


def hold_the_next_run(database: Path) -> None:
    """Have the directory show one person alone, as somebody does who tries out what is held."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE directory SET user_filter = '(uid=ines.moreira)'")
