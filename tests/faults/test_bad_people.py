"""X36 and the counters: one bad person among many, and no work where nothing changed."""

import re
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from lupweb.directories.connect import connect
from tests.databases import counted_queries
from tests.factories import SUFFIX
from tests.faults.conftest import EVERYBODY
from tests.faults.ldif import PEOPLE, Value, person, tree
from tests.faults.site import Site, a_site
from tests.faults.steps import AfterPage
from tests.servers.slapd import RunningSlapd, running_slapd

GOOD = 1_999
BAD: dict[str, Value] = {
    "nul": b"ada\x00",
    "bytes": b"\xff\xfe\x80",
    "big": b"x" * (10 * 1024 * 1024),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    logins = [*BAD.items(), *((f"p{number:04}", b"") for number in range(GOOD))]
    logins.sort(key=lambda each: crc32(each[0].encode()))  # the bad ones stand anywhere
    ldif = tree() + "".join(
        person(login, audio=bad or login, **({"employeeType": login} if bad else {}))
        for login, bad in logins
    )
    with running_slapd(
        tmp_path_factory.mktemp("slapd"),
        ldif,
        suffix=SUFFIX,
        database_config="access to attrs=userPassword by anonymous auth by * none\n"
        "access to * by users read by * none\n"
        "limits * size=unlimited",
    ) as running:
        yield running


@pytest.mark.parametrize("bad", BAD)
def test_x36_one_bad_person_among_two_thousand_is_listed_and_the_others_come(
    server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path, bad: str
) -> None:
    site = a_site(tmp_path, sqlite_with_tables, server.uri)
    site.change(
        login_attribute="audio",  # takes any bytes: slapd refuses broken text in the others
        user_filter=f"(&(objectClass=inetOrgPerson)(|(!(employeeType=*))(employeeType={bad})))",
    )

    ran = site.sync()

    assert ran.verdict == ("partial", 0), ran.message
    counted = [ran.document[name] for name in ("seen", "new", "failed")]
    assert counted == [GOOD + 1, GOOD, 1]
    listed = [each["text"] for each in ran.document["errors"] if not each["field"]]
    assert len(listed) == 1
    assert f"uid={bad},{PEOPLE}" in listed[0]
    assert len(site.people("--all")) == GOOD


def entries_given(log: str) -> int:
    """Return how many entries were given to connections that began in this part of the log.

    What one before it had asked for may be written down later.
    """
    begun = set(re.findall(r"conn=(\d+) fd=\d+ ACCEPT", log))
    given = re.findall(r"conn=(\d+) op=\d+ SEARCH RESULT .*nentries=(\d+)", log)
    return sum(int(count) for number, count in given if number in begun)


def test_i6_a_run_without_changes_reads_each_entry_once_and_writes_no_person(
    known_site: Site, big_server: RunningSlapd
) -> None:
    rows = AfterPage(connect, lambda: None)
    known_site.connect = rows
    began = len(big_server.log())

    with counted_queries() as sent:
        ran = known_site.sync()

    assert ran.verdict == ("done", 0)
    assert (ran.document["seen"], ran.document["unchanged"]) == (EVERYBODY, EVERYBODY)
    assert rows.rows == EVERYBODY
    big_server.wait_for_log("closed", since=began)
    given = entries_given(big_server.log()[began:])
    assert EVERYBODY <= given <= EVERYBODY + 20
    written = [each for each in sent if re.match(r"(UPDATE|INSERT INTO|DELETE FROM) ", each)]
    tables = {each.split()[1 if each.startswith("UPDATE") else 2].strip('"') for each in written}
    assert tables <= {"run", "run_problem", "lease", "directory"}
    assert len(sent) < 120
