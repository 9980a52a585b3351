"""X24, X25: two runs of one directory; one works, the other says so and writes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.models import Directory
from lupweb.people.models import Person
from lupweb.runs.leases import STALE, database_now
from lupweb.runs.models import Lease, Run
from lupweb.sync import phases
from tests.factories import SUFFIX
from tests.faults import changing
from tests.faults.ldif import PEOPLE, company, tree
from tests.faults.site import Ran, Site, a_site
from tests.faults.steps import AfterPage
from tests.servers.slapd import RunningSlapd, running_slapd

COUNT = 60


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (20, 10, 5))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    ldif = tree() + company(COUNT)
    with running_slapd(tmp_path_factory.mktemp("slapd"), ldif, suffix=SUFFIX) as running:
        yield running


@pytest.fixture
def site(server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path) -> Site:
    return a_site(tmp_path, sqlite_with_tables, server.uri)


def let_the_holder_look_dead(site: Site) -> None:
    """Do to the lease what a minute without a sign of life does."""
    with site.inside(), transaction():
        long_ago = database_now() - STALE - timedelta(seconds=30)
        db.session.execute(update(Lease).values(heartbeat_at=long_ago))


def test_x24_a_second_run_names_the_one_at_work_and_ends_well(site: Site) -> None:
    second: list[Ran] = []
    site.connect = AfterPage(connect, lambda: second.append(site.process("sync", "run", "--json")))

    first = site.sync()

    assert (*first.verdict, first.document["new"]) == ("done", 0, COUNT)
    assert second[0].verdict == ("running", 0)
    assert second[0].document["run"] == first.document["run"]
    assert "Traceback" not in second[0].stderr
    with site.inside():
        assert db.session.scalar(select(func.count(Run.id))) == 1


def test_x25_a_run_that_lost_its_lease_leaves_what_the_other_said_of_the_directory(
    site: Site,
) -> None:
    def overtake() -> None:
        let_the_holder_look_dead(site)
        assert Site(site.instance).sync().verdict == ("done", 0)

    site.connect = AfterPage(connect, overtake)

    assert site.sync().verdict == ("failed", 1)

    with site.inside():
        assert db.session.scalar(select(Directory.state)) == "done"


@pytest.mark.parametrize("page", [1, 3])
@pytest.mark.parametrize("is_first_load", [True, False], ids=["first load", "later"])
def test_x25_a_run_that_was_frozen_and_overtaken_writes_nothing_when_it_wakes(
    site: Site, server: RunningSlapd, page: int, is_first_load: bool
) -> None:
    if not is_first_load:
        site.sync()
    overtaking: list[Ran] = []
    dn = f"uid=p007,{PEOPLE}"
    number = f"+49 30 {page}{is_first_load}"

    def overtake() -> None:
        let_the_holder_look_dead(site)
        changing.set_values(server, dn, "telephoneNumber", number.encode())
        overtaking.append(Site(site.instance).sync())

    site.connect = AfterPage(connect, overtake, number=page)

    frozen = site.sync()

    assert overtaking[0].verdict == ("done", 0)
    assert frozen.verdict == ("failed", 1)
    assert "no sign of life" in frozen.message
    people = site.people("--all")
    assert len(people) == COUNT
    assert people["p007"]["values"]["phone"] == number
    with site.inside():
        assert db.session.scalar(select(func.count(Person.id))) == COUNT
        states = list(db.session.scalars(select(Run.state).order_by(Run.id)))
        assert [str(state) for state in states[-2:]] == ["failed", "done"]
        lease = db.session.scalars(select(Lease)).one()
        assert (lease.run_id, lease.holder) == (None, "")
