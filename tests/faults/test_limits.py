"""X05 and X06: a server that stops early is a failed run, never a small company."""

import pytest

from tests.factories import SUFFIX
from tests.faults.conftest import EVERYBODY
from tests.faults.site import Site


def test_g9_7_x05_a_limit_of_500_that_paging_lifts_brings_everybody(new_site: Site) -> None:
    new_site.read_as("paging")

    ran = new_site.sync()

    assert ran.verdict == ("done", 0)
    assert (ran.document["seen"], ran.document["new"]) == (EVERYBODY, EVERYBODY)
    assert len(new_site.people()) == EVERYBODY


def test_g9_8_x05_a_limit_of_500_that_cuts_paging_off_fails_the_first_run_and_names_the_cure(
    new_site: Site,
) -> None:
    new_site.read_as("cut")

    failed = new_site.sync()

    assert failed.verdict == ("failed", 1)
    assert "size limit" in failed.message
    assert "size.prtotal" in failed.message

    new_site.read_as("reader")
    good = new_site.sync()

    assert good.verdict == ("done", 0)
    assert len(new_site.people()) == EVERYBODY


def test_g9_8_x05_a_limit_of_500_that_comes_later_hides_nobody(known_site: Site) -> None:
    before = known_site.people()
    known_site.read_as("cut")

    failed = known_site.sync()

    assert failed.verdict == ("failed", 1)
    assert "size.prtotal" in failed.message
    assert known_site.people() == before
    _a_good_run_repairs(known_site)


def test_g9_10_x06_a_limit_of_unchecked_entries_is_named_and_hides_nobody(known_site: Site) -> None:
    before = known_site.people()
    known_site.read_as("unchecked")

    failed = known_site.sync()

    assert failed.verdict == ("failed", 1)
    assert "size.unchecked" in failed.message
    assert known_site.people() == before
    _a_good_run_repairs(known_site)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("timelimit", "time limit"),
        ("adminlimit", "limit of its administrator"),
        ("busy", "cannot answer now"),
        ("unavailable", "cannot answer now"),
        ("other", "cannot answer now"),
    ],
)
def test_g9_9_x06_a_server_that_breaks_the_search_off_is_named_and_hides_nobody(
    known_site: Site, answer: str, words: str
) -> None:
    before = known_site.people()
    known_site.change(base_dn=f"ou=retcodes,{SUFFIX}", additional_user_dn=f"cn={answer}")

    failed = known_site.sync()

    assert failed.verdict == ("failed", 1)
    assert words in failed.message
    assert known_site.people() == before
    known_site.change(base_dn=SUFFIX, additional_user_dn="ou=people")
    _a_good_run_repairs(known_site)


def _a_good_run_repairs(site: Site) -> None:
    site.read_as("reader")

    good = site.sync()

    assert good.verdict == ("done", 0)
    assert (good.document["unchanged"], good.document["missing"]) == (EVERYBODY, 0)
