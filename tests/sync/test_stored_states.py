"""The stored states of everybody come as a few long texts; nobody is lost between them."""

import pytest

from lupweb.sync import sweeping
from tests.databases import both_databases
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, changes_read, synchronized


@both_databases
def test_stored_states_are_compared_in_parts(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STATES_AT_ONCE", 2)
    synchronized(company)

    document = changes_read(company)

    assert (document["mode"], document["unchanged"], document["missing"]) == ("changes", 5, 0)


@both_databases
def test_a_dn_that_holds_what_stands_between_two_states_costs_nobody_a_place(
    company: FakeDirectory,
) -> None:
    an_entry(company, f"odd{sweeping.BETWEEN}one", "Odd One")
    synchronized(company)

    document = changes_read(company)

    assert (document["state"], document["missing"], document["new"]) == ("done", 0, 0)
    assert active_people() == 6
