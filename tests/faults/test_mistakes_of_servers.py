"""Servers that come back as others than they were: from a backup, or loaded anew (faults.md G9)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.factories import SUFFIX
from tests.faults.ldif import person, tree
from tests.faults.site import Site
from tests.servers.slapd import RunningSlapd, running_slapd

pytestmark = pytest.mark.thorough
COUNT = 40
NOW, LONG_AGO = (
    "20260901120000.000000Z#000000#000#000000",
    "20250901120000.000000Z#000000#000#000000",
)
Start = Callable[..., RunningSlapd]


def people(*, first: int = 0, last: int = COUNT, id_from: int = 1, csn: str = NOW) -> str:
    """Return the LDIF of people with the unique ids and stamps that a test says."""
    return tree() + "".join(
        person(
            f"p{number:03}",
            entryUUID=str(UUID(int=number + id_from)),
            entryCSN=csn,
            telephoneNumber=f"+49 611 {number}" if csn == NOW else "+49 611 999",
        )
        for number in range(first, last)
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, each with an LDIF of its own, that run until the test is over."""
    running = []

    def begin(ldif: str) -> RunningSlapd:
        server = running_slapd(tmp_path / f"slapd{len(running)}", ldif, suffix=SUFFIX)
        running.append(server)
        return server.__enter__()

    yield begin
    for each in running:
        each.__exit__(None, None, None)


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_g9_17_x33_a_directory_from_an_old_backup_is_told_and_hides_nobody_beyond_the_limit(
    start: Start, site_at: Callable[[str], Site], mode: str
) -> None:
    site = site_at(start(people()).uri)
    site.sync()
    before = {login: each["id"] for login, each in site.people().items()}

    site.change(uris=[start(people(last=COUNT - 20, csn=LONG_AGO)).uri])
    ran = site.sync("--mode", mode)

    assert (*ran.verdict, ran.document["held"], ran.document["missing"]) == ("held", 0, 20, 0)
    assert any("back in time" in each["text"] for each in ran.document["errors"])
    now = site.people()
    assert {login: each["id"] for login, each in now.items()} == before
    assert now["p001"]["values"]["phone"] == "+49 611 999"
    site.change(uris=[start(people()).uri])
    good = site.sync("--mode", mode)
    assert (*good.verdict, good.document["missing"]) == ("done", 0, 0)
    assert site.people()["p001"]["values"]["phone"] == "+49 611 1"


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_g9_19_a_directory_that_was_loaded_anew_with_other_ids_makes_nobody_twice(
    start: Start, site_at: Callable[[str], Site], mode: str
) -> None:
    site = site_at(start(people()).uri)
    site.sync()
    before = {login: each["id"] for login, each in site.people().items()}

    site.change(uris=[start(people(id_from=9_000)).uri])
    ran = site.sync("--mode", mode)

    assert (*ran.verdict, ran.document["new"], ran.document["missing"]) == ("held", 0, 0, 0)
    assert "looks like another server" in ran.message
    assert {login: each["id"] for login, each in site.people("--all").items()} == before
    site.change(uris=[start(people()).uri])
    good = site.sync("--mode", mode)
    assert (*good.verdict, good.document["unchanged"]) == ("done", 0, COUNT)


def test_x34_a_second_provider_that_lags_behind_loses_nothing_for_longer_than_one_run(
    start: Start, site_at: Callable[[str], Site]
) -> None:
    """It has not heard of five people and of no change; then it has."""
    current = start(people()).uri
    site = site_at(current)
    site.sync()

    site.change(uris=[start(people(first=5, csn=LONG_AGO)).uri])
    lagging = site.sync("--mode", "changes").document
    site.change(uris=[current])
    good = site.sync("--mode", "changes").document

    assert (lagging["missing"], good["back"], good["state"]) == (5, 5, "done")
    assert len(site.people()) == COUNT
    assert site.people()["p010"]["values"]["phone"] == "+49 611 10"
