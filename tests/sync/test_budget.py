"""A run has half an hour, whoever does it: a worker, the scheduler, or a command line."""

import pytest

from lupweb.runs import leases
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values


def test_x03_a_run_that_takes_too_long_breaks_off_and_the_next_one_goes_on(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    company.set("ada", "telephoneNumber", [b"+49 611 0"])
    with monkeypatch.context() as short:
        short.setattr(leases, "LONGEST_RUN_S", -1.0)
        broken_off = changes_read(company)

    assert (broken_off["state"], values("ada")["phone"]) == ("failed", "+49 611 20570")
    assert "the longest that a run may take" in broken_off["message"]
    assert changes_read(company)["changed"] == 1
    assert values("ada")["phone"] == "+49 611 0"
