"""Mistakes of an administrator: the run names cause and cure, and nobody is hidden."""

import pytest

from tests.factories import SUFFIX
from tests.faults.conftest import EVERYBODY, ROOMS
from tests.faults.site import Ran, Site
from tests.servers.slapd import RunningSlapd


def is_untouched(site: Site, ran: Ran) -> bool:
    document = ran.document
    return (document["missing"], document["disabled"], len(site.people())) == (0, 0, EVERYBODY)


def a_good_run_repairs(site: Site) -> None:
    good = site.sync()
    assert good.verdict == ("done", 0)
    assert (good.document["unchanged"], good.document["missing"]) == (EVERYBODY, 0)


def test_g9_1_b81_a_misspelt_base_dn_fails_the_first_run(new_site: Site) -> None:
    new_site.change(additional_user_dn="ou=poeple")

    ran = new_site.sync()

    assert ran.verdict == ("failed", 1)
    assert f"ou=poeple,{SUFFIX}" in ran.message
    assert "Check the base DN" in ran.message


def test_g9_1_b81_a_misspelt_base_dn_hides_nobody(known_site: Site) -> None:
    known_site.change(additional_user_dn="ou=poeple")

    ran = known_site.sync()

    assert ran.verdict == ("failed", 1)
    assert "Check the base DN" in ran.message
    assert is_untouched(known_site, ran)
    known_site.change(additional_user_dn="ou=people")
    a_good_run_repairs(known_site)


def test_b81_a_base_that_is_no_dn_is_refused_before_reading(
    known_site: Site, big_server: RunningSlapd
) -> None:
    known_site.change(additional_user_dn="people")
    asked = len(big_server.log())

    ran = known_site.sync()

    assert ran.verdict == ("refused", 1)
    assert "people" in ran.message
    assert "SRCH" not in big_server.log()[asked:]
    assert is_untouched(known_site, ran)


NOBODY = {
    "g9-2 an empty OU": {"additional_user_dn": "ou=empty"},
    "g9-3 a filter that matches nobody": {"user_filter": "(objectClass=device)"},
    "g9-3 an attribute that is unknown": {"user_filter": "(obiectClass=inetOrgPerson)"},
    "g9-11 a reader who sees nobody": {"bind_dn": f"cn=blind,{SUFFIX}"},
}


@pytest.mark.parametrize("mistake", NOBODY.values(), ids=NOBODY)
def test_g9_2_3_11_nobody_found_at_the_first_run_is_refused(
    new_site: Site, mistake: dict[str, str]
) -> None:
    new_site.change(**mistake)

    ran = new_site.sync()

    assert ran.verdict == ("refused", 1)
    assert "Nobody was found" in ran.message
    for cure in ("Check base DN", "filter", "bind DN may read"):
        assert cure in ran.message
    assert new_site.people("--all") == {}


@pytest.mark.parametrize("mistake", NOBODY.values(), ids=NOBODY)
def test_g9_2_3_11_nobody_found_where_people_were_known_is_held(
    known_site: Site, mistake: dict[str, str]
) -> None:
    known_site.change(**mistake)

    ran = known_site.sync()

    assert ran.verdict == ("held", 0)
    assert ran.document["held"] == EVERYBODY
    assert "Nobody was hidden" in ran.message
    assert "filter" in ran.message
    assert is_untouched(known_site, ran)
    known_site.change(
        additional_user_dn="ou=people",
        user_filter="(objectClass=inetOrgPerson)",
        bind_dn=f"cn=reader,{SUFFIX}",
    )
    a_good_run_repairs(known_site)


def test_g9_6_a_filter_that_drops_a_part_is_held(known_site: Site) -> None:
    known_site.change(user_filter="(&(objectClass=inetOrgPerson)(!(|(uid=p1*)(uid=p2*))))")

    ran = known_site.sync()

    assert ran.verdict == ("held", 0)
    assert ran.document["held"] == 200  # of 620, as a department of 30 %
    assert "200 of 620 people were not found" in ran.message
    assert is_untouched(known_site, ran)
    known_site.change(user_filter="(objectClass=inetOrgPerson)")
    a_good_run_repairs(known_site)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "(objectClass=inetOrgPerson",
        "(objectClass=person))",
        "(uid)",
        "(&(uid=a)(b))",
        "( )",
        "(=)",
    ],
)
def test_g9_4_b81_a_filter_with_a_syntax_error_is_refused_before_reading(
    known_site: Site, wrong: str
) -> None:
    known_site.change(user_filter=wrong)

    ran = known_site.sync()

    assert ran.verdict == ("refused", 1)
    assert "filter" in ran.message
    assert is_untouched(known_site, ran)
    known_site.change(user_filter="(objectClass=inetOrgPerson)")
    a_good_run_repairs(known_site)


def test_g9_11_a_reader_whom_the_server_refuses_fails_the_run(known_site: Site) -> None:
    known_site.read_as("denied")

    ran = known_site.sync()

    assert ran.verdict == ("failed", 1)
    assert "Give it the right to read" in ran.message
    assert is_untouched(known_site, ran)
    known_site.read_as("reader")
    a_good_run_repairs(known_site)


def test_x08_g9_13_a_refused_service_account_is_tried_once_in_a_run(
    known_site: Site, big_server: RunningSlapd
) -> None:
    known_site.read_as("reader", "the old password")
    began = len(big_server.log())

    ran = known_site.sync()

    assert ran.verdict == ("failed", 1)
    assert "does not accept this name and password" in ran.message
    assert "Check the bind DN" in ran.message
    assert "the old password" not in ran.message + ran.stderr
    big_server.wait_for_log("closed", since=began)
    assert big_server.log()[began:].count(" BIND dn=") == 1
    assert is_untouched(known_site, ran)
    known_site.read_as("reader")
    a_good_run_repairs(known_site)


def test_in_read_only_mode_a_run_is_refused(known_site: Site, big_server: RunningSlapd) -> None:
    began = len(big_server.log())

    known_site.extra = {"LUPWEB_READ_ONLY": "1"}
    ran = known_site.sync()

    assert ran.verdict == ("refused", 1)
    assert "read-only" in ran.message
    assert big_server.log()[began:] == ""


def test_g9_5_b82_rooms_that_a_wide_filter_lets_in_take_nobodys_place(known_site: Site) -> None:
    known_site.change(additional_user_dn="", user_filter="(uid=*)")

    ran = known_site.sync()

    assert (*ran.verdict, ran.document["new"], ran.document["missing"]) == ("done", 0, ROOMS, 0)
    assert f"{ROOMS} new" in ran.message
    assert len(known_site.people()) == EVERYBODY + ROOMS
    known_site.change(person_filter="(!(employeeType=room))")
    filtered = known_site.sync()
    assert (*filtered.verdict, filtered.document["missing"]) == ("done", 0, ROOMS)
    assert len(known_site.people()) == EVERYBODY
    known_site.change(
        additional_user_dn="ou=people", user_filter="(objectClass=inetOrgPerson)", person_filter=""
    )
    a_good_run_repairs(known_site)


def test_g9_18_another_companys_directory_brings_nobody_and_hides_nobody(
    known_site: Site, big_server: RunningSlapd, reasons_server: RunningSlapd
) -> None:
    known_site.change(uris=[reasons_server.uri])

    ran = known_site.sync()

    assert (*ran.verdict, ran.document["new"]) == ("held", 0, 0)
    assert "looks like another server" in ran.message
    assert is_untouched(known_site, ran)
    known_site.change(uris=[big_server.uri])
    a_good_run_repairs(known_site)
