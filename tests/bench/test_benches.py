"""The benches themselves, with few people: they come to an end, and leave nothing behind."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lupweb.bench import floors, searching
from lupweb.bench.company import DATABASE, Workplace, company_directory, workplace
from lupweb.bench.peers import bench_peer
from lupweb.bench.report import Finding
from lupweb.bench.searching import bench_search
from lupweb.bench.syncing import bench_sync
from lupweb.bench.writing import bench_writeback
from lupweb.embedded.slapd import is_filled
from lupweb.errors import MissingPart
from lupweb.texts import Text
from tests.servers.slapd import require_slapd

PEOPLE = 200
FEWER = 60  # their portraits are drawn, which takes longest


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "scratch", tmp_path / "kept")


def quiet(_text: Text) -> None:
    """Say nothing."""


def by_id(findings: list[Finding]) -> dict[str, Finding]:
    return {each.id: each for each in reversed(findings) if each.id}


@pytest.mark.thorough
def test_sync_measures_p1_to_p4_and_p6_beside_f1(place: Workplace) -> None:
    require_slapd()

    findings = bench_sync(place, FEWER, 1, quiet)

    found = by_id(findings)
    (beside,) = [each for each in findings if each.unit == "MB" and not each.id]
    assert beside.target is None
    assert set(found) == {"P1", "P2", "P3", "P4", "P6"}
    assert {found[id_].floor_name for id_ in ("P1", "P2", "P3", "P4")} == {"F1"}
    assert all(figure > 0 for each in found.values() for figure in each.samples[0])
    assert list((place.folder).glob("round*")) == []
    assert is_filled(place.kept / f"company-{FEWER}" / "slapd")


def test_what_is_compared_with_f1_fills_its_fields_from_the_attributes_of_f1(
    place: Workplace,
) -> None:
    require_slapd()

    with company_directory(place, FEWER) as served:
        folder = floors.people_as_read(place, served)

    with closing(sqlite3.connect(folder / DATABASE)) as database:
        read = database.execute("SELECT attribute FROM profile_field WHERE attribute != ''")
        attributes = [attribute for (attribute,) in read]
    assert len(attributes) == len(set(attributes)) >= 14
    assert set(attributes) < set(floors.ATTRIBUTES)


@pytest.mark.thorough
def test_writeback_measures_p13_beside_f4(place: Workplace) -> None:
    require_slapd()

    changed, with_reading = bench_writeback(place, FEWER, 1, quiet)

    assert (changed.id, changed.floor_name) == ("P13", "F4")
    assert 0 < changed.subject < with_reading.subject


@pytest.mark.thorough
def test_search_measures_every_class_of_questions(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "find_programs", lambda: None)

    findings, notes = bench_search(place, PEOPLE, 1, quiet)

    assert notes == [searching.NO_POSTGRESQL]
    assert len(findings) == 2 * len(searching.P7) + 1
    assert [each.id for each in findings].count("P7") == 4
    assert all(each.subject > 0 for each in findings)


def test_without_the_peer_the_way_to_get_it_is_told(place: Workplace) -> None:
    with pytest.raises(MissingPart, match=r"django-python3-ldap==0\.16\.1"):
        bench_peer(place, PEOPLE, 1, quiet, None)


def test_what_a_bench_makes_goes_with_it() -> None:
    with workplace(None) as place:
        place.new("round").joinpath("lupweb.sqlite").touch()

    assert not place.folder.exists()


def test_what_is_to_be_kept_stays(tmp_path: Path) -> None:
    with workplace(tmp_path / "kept") as place:
        place.kept.mkdir()

    assert place.kept == tmp_path / "kept"
    assert place.kept.exists()
