"""A small pretended machine for ./lup: no downloads, and nothing outside its folder is touched.

Its PATH holds a few tools of this machine and our own `python3.13`, `cc`, `id` and the like. The
pretended Python writes down what it is asked to install, and makes a `.venv` of itself.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.source import ROOT

TOOLS = (
    "sh", "awk", "cat", "cp", "cut", "dirname", "grep", "ln", "mkdir", "mktemp", "mv", "readlink",
    "rm", "sed", "sleep", "tail",
)  # fmt: skip

PYTHON = """#!/bin/sh
case "$*" in
    *Python.h*) echo "3.13:${PYTHON_LACKS-}:$CC"; exit "${PYTHON_TOO_OLD-0}" ;;
    *"import pip"*) exit 0 ;;
    *"-m venv "*)
        echo "venv" >>"$LOG"
        mkdir -p .venv/bin .venv/lib/python3.13/site-packages
        cp "$0" .venv/bin/python
        for tool in ruff mypy lint-imports; do cp "$TOOL" ".venv/bin/$tool"; done
        ;;
    *"-m pip "*)
        echo "$*" >>"$LOG"
        while [ -n "${GATE-}" ] && [ ! -e "$GATE" ]; do sleep 0.02; done
        case "$*" in *"${PIP_FAILS_AT:-nowhere}"*) exit 1 ;; esac
        ;;
    *"-m pytest"*) shift 2; echo "pytest $*"; exit "${PYTEST_EXIT-0}" ;;
    *"-m lupweb"*) shift 2; echo "lupweb $*"; exit "${LUPWEB_EXIT-0}" ;;
    *) exec "$REAL_PYTHON" "$@" ;;
esac
"""
TOOL = """#!/bin/sh
echo "${0##*/} $*"
[ "${0##*/}" != "${TOOL_FAILS-}" ]
"""
COMPILER = """#!/bin/sh
! grep -qF "${NO_HEADER:-no such header}"
"""


@dataclass
class Machine:
    """A checkout of lupweb on a machine of our own making."""

    folder: Path
    entry: Path | None = None  # what is started, if it is not ./lup itself

    def __post_init__(self) -> None:
        self.checkout = self.folder / "checkout"
        self.tools = self.folder / "bin"
        self.log = self.folder / "log"
        (self.checkout / "requirements").mkdir(parents=True)
        self.tools.mkdir()
        self.log.touch()
        for name in ("lup", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout)
        for name in ("build", "runtime", "test"):
            (self.checkout / "requirements" / f"{name}.txt").touch()
        for name in TOOLS:
            (self.tools / name).symlink_to(str(shutil.which(name)))
        self.has("python3.13", PYTHON)
        self.has("cc", COMPILER)
        self.has("id", "#!/bin/sh\necho 1000\n")
        for name in ("slapd", "ldapsearch", "ldapmodify", "initdb", "chromium", "a-tool"):
            self.has(name, TOOL)

    def has(self, name: str, script: str = TOOL) -> None:
        """Install a program."""
        path = self.tools / name
        path.write_text(script)
        path.chmod(0o755)

    def lacks(self, name: str) -> None:
        """Remove a program."""
        (self.tools / name).unlink()

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start ./lup; the keyword arguments become environment variables."""
        return subprocess.Popen(  # noqa: S603 - our own script
            [self.entry or self.checkout / "lup", *arguments],
            env=self._environment(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )

    def lup(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ./lup to its end."""
        with self.start(*arguments, **variables) as process:
            output, errors = process.communicate(timeout=30)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def installed(self) -> list[str]:
        """Return what Python was asked to install since the last call; `venv` for a new .venv."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": str(self.tools),
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - only passed on
            "CC": str(self.tools / "cc"),
            "LOG": str(self.log),
            "TOOL": str(self.tools / "a-tool"),
            "REAL_PYTHON": sys.executable,
            **variables,
        }
