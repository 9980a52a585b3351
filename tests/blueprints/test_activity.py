"""The page that tells what changed lately."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from lupweb.audit.service import Change, record
from lupweb.database import transaction
from lupweb.people.queries import get_person
from tests.browsing import Browser
from tests.fakes import FakeDirectory

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_it_says_who_changed_which_fields_and_leads_on_to_what_is_older(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    assert "Nobody changed anything yet" in ada.get("/activity").get_text(" ")
    with app.app_context(), transaction():
        cem, ben = get_person("cem").id, get_person("ben").id
        change = [Change(cem, "website", "", "https://example.com")]
        record(change, source="user", run_id=None, at=NOON, actor=f"person:{ben}")
        for minute in range(40):
            change = [Change(ben, "position", "a", str(minute))]
            record(change, source="ldap", run_id=None, at=NOON.replace(minute=minute))

    ada.get("/activity")
    (line,) = ada.page.select("main .plist li")
    assert "Cem Groß" in line.get_text()
    assert "Website" in line.get_text()
    assert "21 November 2026 by Ben Özgür" in line.get_text(" ")

    ada.get("/activity", include="sync")
    assert "Anonymous" not in ada.text
    lines = [each.get_text(" ") for each in ada.page.select("main .plist li")]
    assert len(lines) == 30
    assert all("Position" in each and "from LDAP" in each for each in lines)
    (older,) = ada.page.select("a[rel=next]")
    assert "include=sync" in str(older["href"])
    ada.get(str(older["href"]))
    assert len(ada.page.select("main .plist li")) == 11
    assert ada.page.select("a[rel=next]") == []


def test_nonsense_in_the_address_is_no_reason_to_fail(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")
    for before in ("0", "-7", "x", "9" * 30):
        ada.get("/activity", before=before, include="nonsense")
        assert ada.response.status_code == 200


def test_it_is_for_those_who_signed_in(
    company: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    stranger = browser()
    stranger.get("/activity")
    assert stranger.response.status_code == 302
