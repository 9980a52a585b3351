"""A file that is imported: a regular one, in its folder, which nobody writes (B63)."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lupweb.errors import InvalidValue
from lupweb.sources import files
from lupweb.sources.files import TryLater, Wait, check_name, opened
from tests.sources.conftest import OLD_S, no_wait

CONTENT = b"<people/>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, beside one that is nobody's business."""
    folder = tmp_path / "import"
    (folder / "hr").mkdir(parents=True)
    for path in (folder / "people.xml", folder / "hr" / "people.xml", tmp_path / "secret"):
        written(path)
    return folder


def written(path: Path, content: bytes = CONTENT, age_s: float = OLD_S) -> None:
    path.write_bytes(content)
    os.utime(path, (time.time() - age_s, time.time() - age_s))


def read(folder: Path, name: str, wait: Wait = no_wait) -> bytes:
    with opened(folder, name, wait) as pieces:
        return b"".join(pieces)


def read_while(folder: Path, act: Callable[[Path], object]) -> None:
    """Read the file; something happens to it between opening and closing."""
    with opened(folder, "people.xml", no_wait) as pieces:
        act(folder / "people.xml")
        b"".join(pieces)


@pytest.mark.parametrize("name", ["people.xml", "hr/people.xml"])
def test_a_file_in_the_folder_or_below_it_is_read(folder: Path, name: str) -> None:
    assert read(folder, name) == CONTENT


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../secret", "hr/../../secret", "..", ".", "hr/..", "a\0b"]
)
def test_b63_a_name_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(InvalidValue, match="name of a file in the folder"):
        check_name(name)
    with pytest.raises(InvalidValue, match="name of a file in the folder"):
        read(folder, name)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("link.xml", lambda path: path.symlink_to(path.parent.parent / "secret")),
        ("inside.xml", lambda path: path.symlink_to(path.parent / "people.xml")),
        ("out/secret", lambda path: path.parent.symlink_to(path.parent.parent.parent)),
        ("pipe.xml", os.mkfifo),
        ("zero.xml", lambda path: path.symlink_to("/dev/zero")),
        ("folder.xml", lambda path: path.mkdir()),
        ("gone.xml", lambda path: None),
        ("people.xml/x", lambda path: None),
    ],
)
def test_b63_links_pipes_devices_and_folders_are_not_opened(
    folder: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(folder / name)

    with pytest.raises(InvalidValue):
        read(folder, name)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"no file .*nowhere/people\.xml"):
        read(tmp_path / "nowhere", "people.xml")


def test_too_large_a_file_is_not_read_even_if_it_grows_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", len(CONTENT))
    assert read(folder, "people.xml") == CONTENT

    with pytest.raises(InvalidValue, match="larger than"):
        read_while(folder, lambda path: written(path, CONTENT + b" "))
    with pytest.raises(InvalidValue, match="larger than"):
        read(folder, "people.xml")


@pytest.mark.parametrize("age_s", [0, 3, -3600])
def test_b63_a_file_written_a_moment_ago_is_watched_for_five_seconds(
    folder: Path, age_s: float
) -> None:
    waited: list[float] = []
    written(folder / "people.xml", age_s=age_s)

    assert read(folder, "people.xml", waited.append) == CONTENT
    assert len(waited) == 1
    assert 0 < waited[0] <= 5

    def write_on(_seconds: float) -> None:
        written(folder / "people.xml", CONTENT * 2, age_s=age_s)

    with pytest.raises(TryLater, match="being written now"):
        read(folder, "people.xml", write_on)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda path: written(path, CONTENT * 2),
        lambda path: written(path, CONTENT, age_s=10),
        lambda path: os.truncate(path, 3),
        lambda path: (path.unlink(), written(path)),
        lambda path: (written(path.parent / "new"), os.replace(path.parent / "new", path)),
    ],
)
def test_x40_what_was_read_of_a_file_that_changed_is_not_taken(
    folder: Path, meanwhile: Callable[[Path], object]
) -> None:
    with pytest.raises(TryLater, match="changed while it was read"):
        read_while(folder, meanwhile)
