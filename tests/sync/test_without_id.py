"""Entries without a proper unique id: nobody is lost by them, and the record says why (B87, 1)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lupweb.ldap.server import ServerTraits
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized, values

MODES = ("full", "changes")
IDS: Mapping[str, list[bytes]] = {
    "hidden": [],
    "malformed": [b"abc"],
    "two": [b"11111111-1111-1111-1111-111111111111", b"22222222-2222-2222-2222-222222222222"],
}


def lose_id(company: FakeDirectory, login: str, values: list[bytes]) -> None:
    """Let an entry show another unique id than it has."""
    company.server.entries[f"uid={login},ou=people,dc=example,dc=com"].values["entryUUID"] = values


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shown", IDS.values(), ids=IDS)
def test_b87_whose_unique_id_cannot_be_read_any_more_is_listed_and_not_hidden(
    company: FakeDirectory, mode: str, shown: list[bytes]
) -> None:
    synchronized(company)
    lose_id(company, "dea", shown)
    company.delete("eve")

    document = changes_read(company, mode)

    assert (document["state"], document["failed"], document["missing"]) == ("partial", 1, 1)
    assert active_people() == 4
    assert any("unique id entryUUID" in each["text"] for each in document["errors"])


@pytest.mark.parametrize("mode", MODES)
def test_where_nobody_shows_a_unique_id_any_more_nobody_is_hidden(
    company: FakeDirectory, mode: str
) -> None:
    synchronized(company)
    for login in ("ada", "ben", "cem", "dea", "eve"):
        lose_id(company, login, [])

    document = changes_read(company, mode)

    assert (document["state"] in {"held", "failed"}, document["missing"]) == (True, 0)
    assert (active_people(), document["failed"]) == (5, 5)


def test_where_entries_have_no_stamp_a_run_of_changes_reads_everybody(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    for login in ("ada", "ben", "cem", "dea", "eve"):
        company.server.entries[f"uid={login},ou=people,dc=example,dc=com"].values["entryCSN"] = []
    synchronized(company)
    company.server.entries["uid=ada,ou=people,dc=example,dc=com"].values["l"] = [b"Kiel"]

    document = changes_read(company)

    assert (document["changed"], values("ada")["location"]) == (1, "Kiel")


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "first run"])
def test_a_server_without_any_unique_id_is_refused_with_the_reason_and_hides_nobody(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    if is_known:
        synchronized(company)
    true = FakeDirectory.traits

    def without(session: FakeDirectory) -> ServerTraits:
        return replace(true(session), unique_id_attribute=None)

    monkeypatch.setattr(FakeDirectory, "traits", without)

    given: dict[str, Any] = {"secret_key": SECRET_KEY, "connect": company.connect}
    document = record(run("main", trigger="test", mode="full", **given))

    assert (document["state"], document["missing"]) == ("failed", 0)
    assert "no attribute that stays the same for life" in document["message"]
    assert active_people() == (5 if is_known else 0)
