"""Where a unix socket may be, and whether somebody listens there."""

import os
import socket
import stat
from pathlib import Path

import pytest

from lupweb.embedded.sockets import short_socket, somebody_listens
from lupweb.errors import InvalidSetting

DEEP = Path("/srv") / ("ü" * 60)


@pytest.fixture
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for sockets whose own place would be too long."""
    folder = tmp_path_factory.mktemp("r")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_in_an_ordinary_folder_the_socket_stands_in_it() -> None:
    assert short_socket(Path("/srv/lupweb"), "a.sock") == Path("/srv/lupweb/a.sock")


def test_in_a_deep_folder_the_socket_stands_in_a_short_private_one(runtime: Path) -> None:
    path = short_socket(DEEP, "a.sock")

    assert len(os.fsencode(path)) < 100
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_short_folder_is_the_same_each_time_and_another_for_another_folder(
    runtime: Path,
) -> None:
    path = short_socket(DEEP, "a.sock")

    assert short_socket(DEEP, "a.sock") == path
    assert short_socket(DEEP / "below", "a.sock") != path


def test_a_short_folder_that_others_may_enter_is_refused(runtime: Path) -> None:
    short_socket(DEEP, "a.sock").parent.chmod(0o755)

    with pytest.raises(InvalidSetting, match="not private"):
        short_socket(DEEP, "a.sock")


def test_a_short_folder_that_is_a_link_is_refused(runtime: Path) -> None:
    folder = short_socket(DEEP, "a.sock").parent
    folder.rename(runtime / "elsewhere")
    folder.symlink_to(runtime / "elsewhere")

    with pytest.raises(InvalidSetting, match="not private"):
        short_socket(DEEP, "a.sock")


def test_a_left_over_socket_is_told_from_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # keeps the path short
    path = Path("a.sock")
    assert not somebody_listens(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        assert not somebody_listens(path)
        listener.listen(1)

        assert somebody_listens(path)

    assert not somebody_listens(path)
