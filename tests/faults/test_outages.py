"""X01 to X03, X09: a server that is down, dies, falls silent or is slow."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lupweb.accounts.models import FailedSignIns
from lupweb.database import db
from lupweb.directories.connect import connect
from lupweb.directories.models import Directory
from lupweb.sync import phases
from tests.browsing import Browser
from tests.factories import SUFFIX
from tests.faults.ldif import PASSWORD, person, tree
from tests.faults.site import Ran, Site, impatient
from tests.faults.steps import AfterPage
from tests.servers.faultproxy import Proxy, running_proxy
from tests.servers.slapd import RunningSlapd, running_slapd

COUNT = 60
LDIF = tree() + "".join(
    person(
        f"p{number:03}",
        entryUUID=str(UUID(int=number + 1)),  # the same in every server of these tests
        telephoneNumber=f"+49 611 {number:04}",
    )
    for number in range(COUNT)
)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (20, 10, 5))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd"), LDIF, suffix=SUFFIX) as running:
        yield running


@pytest.fixture
def proxy(server: RunningSlapd) -> Iterator[Proxy]:
    with running_proxy(server.uri) as running:
        yield running


@pytest.fixture
def site(proxy: Proxy, site_at: Callable[[str], Site]) -> Site:
    """An installation that knows everybody, and reads through the proxy."""
    site = site_at(proxy.uri)
    site.connect = impatient
    assert (*site.sync().verdict, len(site.people())) == ("done", 0, COUNT)
    return site


@contextmanager
def frozen(server: RunningSlapd) -> Iterator[None]:
    """Stop the server while the block lasts."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def last_full(site: Site) -> object:
    with site.inside():
        return db.session.scalar(select(Directory.last_full_at))


def a_good_run_repairs(site: Site) -> Ran:
    site.connect = connect
    good = site.sync()
    assert good.verdict == ("done", 0)
    assert (good.document["seen"], good.document["missing"]) == (COUNT, 0)
    return good


def test_x01_a_server_that_is_down_at_the_start_fails_the_first_run_and_says_so(
    proxy: Proxy, site_at: Callable[[str], Site]
) -> None:
    site = site_at(proxy.uri)
    proxy.refuse()

    ran = site.sync()

    assert ran.verdict == ("failed", 1)
    assert "not reachable" in ran.message
    assert "Check its address and port" in ran.message
    assert "Traceback" not in ran.stderr
    proxy.heal()
    assert a_good_run_repairs(site).document["new"] == COUNT


def test_g9_14_x01_a_server_that_is_down_hides_nobody_and_moves_no_mark(
    site: Site, proxy: Proxy
) -> None:
    before, mark = site.people(), last_full(site)
    proxy.refuse()

    ran = site.sync()

    assert ran.verdict == ("failed", 1)
    assert "stays as it is" in ran.message
    assert (site.people(), last_full(site)) == (before, mark)
    proxy.heal()
    assert a_good_run_repairs(site).document["unchanged"] == COUNT


def test_g9_15_x02_a_stopped_server_is_given_up_and_hides_nobody(
    site: Site, server: RunningSlapd
) -> None:
    before = site.people()

    with frozen(server):
        ran = site.sync()

    assert ran.verdict == ("failed", 1)
    assert "no answer in time" in ran.message
    assert site.people() == before
    a_good_run_repairs(site)


def test_x02_a_server_that_takes_connections_and_never_answers_is_given_up(
    site: Site, proxy: Proxy
) -> None:
    before = site.people()
    proxy.hang()

    ran = site.sync()

    assert ran.verdict == ("failed", 1)
    assert "no answer in time" in ran.message
    assert site.people() == before
    proxy.heal()
    a_good_run_repairs(site)


def test_x02_no_question_of_the_product_waits_longer_than_10_s_nor_a_page_than_30_s(
    site: Site,
) -> None:
    asked = []

    def noting(server: object) -> object:
        asked.append(server)
        return impatient(server)

    site.connect = noting
    site.sync()

    limits = {(each.network_timeout_s, each.timeout_s, each.page_timeout_s) for each in asked}
    assert limits == {(5, 10, 30)}


@pytest.mark.parametrize("page", [1, 2])
def test_x02_a_server_that_is_stopped_in_mid_run_hides_nobody(
    site: Site, server: RunningSlapd, page: int
) -> None:
    before = site.people()
    site.connect = AfterPage(
        impatient, lambda: server.process.send_signal(signal.SIGSTOP), number=page
    )

    try:
        ran = site.sync()
    finally:
        server.process.send_signal(signal.SIGCONT)

    assert ran.verdict == ("failed", 1)
    assert "no answer in time" in ran.message
    assert site.people() == before
    a_good_run_repairs(site)


@pytest.mark.parametrize("is_first", [True, False], ids=["first run", "later run"])
def test_x01_a_server_that_is_killed_in_mid_run_hides_nobody(
    tmp_path: Path, site_at: Callable[[str], Site], is_first: bool
) -> None:
    with running_slapd(tmp_path / "first", LDIF, suffix=SUFFIX) as server:
        site = site_at(server.uri)
        if not is_first:
            site.sync()
        before = site.people()
        site.connect = AfterPage(connect, server.process.kill, number=2)

        ran = site.sync()

        server.process.wait()
    assert ran.verdict == ("failed", 1)
    assert "not reachable" in ran.message
    assert before.items() <= site.people().items()
    with running_slapd(tmp_path / "second", LDIF, suffix=SUFFIX) as server:
        site.change(uris=[server.uri])
        a_good_run_repairs(site)
        assert len(site.people("--all")) == COUNT


def test_x03_a_slow_network_makes_a_run_slow_and_nothing_else(site: Site, proxy: Proxy) -> None:
    before = site.people()
    site.connect = connect
    proxy.delay(20)
    proxy.rate(400_000)

    ran = site.sync()

    assert ran.verdict == ("done", 0)
    assert ran.document["unchanged"] == COUNT
    assert ran.document["seconds"] > 0.1
    assert site.people() == before


@pytest.mark.parametrize("fault", ["hang", "refuse"])
@pytest.mark.parametrize("password", [PASSWORD, "a wrong one"])
def test_x09_b10_signing_in_during_an_outage_is_503_and_not_counted(
    site: Site, proxy: Proxy, fault: str, password: str
) -> None:
    getattr(proxy, fault)()

    browser = Browser(site.app.test_client()).sign_in("p001", password)

    assert browser.response.status_code == 503
    assert "The directory does not answer" in browser.text
    with site.inside():
        assert db.session.scalar(select(func.sum(FailedSignIns.count))) in {None, 0}
    proxy.heal()
    site.connect = connect
    browser = Browser(site.app.test_client()).sign_in("p001", PASSWORD)
    assert browser.response.status_code == 302


def test_x09_b10_a_refused_service_account_is_503_and_not_counted(site: Site) -> None:
    site.read_as("reader", "the old password")

    browser = Browser(site.app.test_client()).sign_in("p001", PASSWORD)

    assert browser.response.status_code == 503
    with site.inside():
        assert db.session.scalar(select(func.sum(FailedSignIns.count))) in {None, 0}
