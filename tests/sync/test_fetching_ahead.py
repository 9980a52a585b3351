"""Who differs is read while the sweep goes on, and nothing comes of it before the sweep is over."""

import pytest

from lupweb.sync import changed, phases, sweeping
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values


@pytest.fixture
def swept_by_twos(company: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """Five people who were read; pages of two entries, and questions for one."""
    synchronized(company)
    monkeypatch.setattr(phases, "PAGE_SIZES", (2,))
    for module in (sweeping, changed):
        monkeypatch.setattr(module, "PART", 1)
    company.server.questions.clear()
    return company


def place_of(directory: FakeDirectory, beginning: str, *, naming: str = "") -> int:
    """Return when the first question of this kind was asked."""
    asked = enumerate(directory.server.questions)
    return next(at for at, each in asked if each.startswith(beginning) and naming in each)


def test_who_differs_is_read_before_the_sweep_has_met_everybody(
    swept_by_twos: FakeDirectory,
) -> None:
    swept_by_twos.set("ada", "title", [b"Countess"])

    document = changes_read(swept_by_twos)

    fetched = place_of(swept_by_twos, "page 1", naming="entryUUID=")
    assert place_of(swept_by_twos, "page 2") < fetched < place_of(swept_by_twos, "page 3")
    assert (document["changed"], document["unchanged"]) == (1, 4)
    assert values("ada")["position"] == "Countess"


def test_what_cannot_be_read_is_named_once_though_everybody_is_read_after_all(
    swept_by_twos: FakeDirectory,
) -> None:
    swept_by_twos.set("ada", "mail", [b"\xff"])
    assert named(changes_read(swept_by_twos)) == ["mail"]

    swept_by_twos.set("ada", "mail", [b"\xfe"])
    for login in ("dea", "eve"):  # met behind the question for Ada
        swept_by_twos.set(login, "title", [b"Clerk"])
    document = changes_read(swept_by_twos)

    assert (document["mode"], document["changed"]) == ("full", 2)
    assert named(document) == ["mail"]


def test_a_sweep_that_breaks_off_leaves_nothing_of_what_was_read_beside_it(
    swept_by_twos: FakeDirectory,
) -> None:
    swept_by_twos.set("ada", "title", [b"Countess"])
    swept_by_twos.set("ada", "mail", [b"\xff"])
    swept_by_twos.fail_at_page(3)

    document = changes_read(swept_by_twos)

    assert document["state"] == "failed"
    assert place_of(swept_by_twos, "page 1", naming="entryUUID=")
    assert named(document) == []
    assert "position" not in values("ada")


def named(document: dict[str, list[dict[str, str]]]) -> list[str]:
    """Return the fields of Ada that a run names as problems."""
    return [each["field"] for each in document["errors"] if each["login"] == "ada"]
