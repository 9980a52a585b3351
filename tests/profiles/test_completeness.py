"""How far one's own profile is, and what may be out of date."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, NotFound
from lupweb.people.queries import get_person
from lupweb.profiles.completeness import Completeness, completeness, confirm
from lupweb.profiles.editor import define_field, restrict_category
from lupweb.profiles.sources import Source
from tests.databases import both_databases, counted_queries
from tests.profiles.editing import (
    ADMIN,
    OpenForm,
    layout,
    origin_of,
    set_field,
    value_of,
    viewer_named,
)

pytestmark = pytest.mark.usefixtures("office")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def found(login: str, viewer: Viewer | None = None) -> Completeness:
    meter = completeness(viewer or viewer_named(login), layout(), get_person(login))
    assert meter
    return meter


@both_databases
def test_b38_only_what_the_owner_sees_and_can_fill_in_counts(in_app: Flask) -> None:
    set_field("position", source=Source.LDAP_ONLY, attribute="title")
    with transaction():
        options = {"source": "department", "choices": ["* -> all"]}
        define_field("unit", "Unit", category="work", type_key="dependent", options=options)
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

    meter = found("ada")

    assert meter.total == 6
    assert [each.key for each in meter.missing] == [
        "im", "website", "department", "location", "manager",
    ]  # fmt: skip
    assert meter.share_percent == 16
    assert "emergency" in [each.key for each in found("sam").missing]


def test_it_reaches_a_hundred_and_not_before() -> None:
    opened = OpenForm.of(viewer_named("ada"), "ada")
    for key in ("department", "location", "emergency"):
        opened.type(key, "Something")
    opened.type("im", "@ada").type("website", "https://ada.example").type("manager", "ben").save()
    assert found("ada").share_percent == 100

    OpenForm.of(viewer_named("ada"), "ada").type("im", "").save()

    assert found("ada").share_percent == 87


def test_a_profile_in_which_nothing_can_be_filled_in_is_complete() -> None:
    for field in layout().fields():
        set_field(field.key, source=Source.LDAP_ONLY, attribute="x")

    assert (found("ada").total, found("ada").share_percent) == (0, 100)


def test_nobody_else_learns_how_far_a_profile_is() -> None:
    assert completeness(ADMIN, layout(), get_person("ada")) is None
    assert completeness(viewer_named("ben"), layout(), get_person("ada")) is None


def test_it_takes_two_queries() -> None:
    viewer, seen, ada = viewer_named("ada"), layout(), get_person("ada")

    with counted_queries() as sent:
        completeness(viewer, seen, ada)

    assert len(sent) == 2


def test_a_value_is_doubtful_when_its_time_is_over_until_the_owner_confirms_it(
    at: Callable[[datetime], None],
) -> None:
    at(NOON)
    OpenForm.of(viewer_named("ada"), "ada").type("position", "Analyst").save()
    set_field("position", confirm_days=30)
    assert found("ada").doubtful == []

    at(NOON + timedelta(days=31))
    assert [each.label for each in found("ada").doubtful] == ["Position"]

    with transaction():
        confirm(viewer_named("ada"), layout(), "ada", "position")
    assert found("ada").doubtful == []
    assert origin_of("ada", "position")["source"] == "user"
    at(NOON + timedelta(days=62))
    assert len(found("ada").doubtful) == 1


def test_a_value_of_unknown_age_is_doubtful_and_an_empty_one_is_only_missing() -> None:
    set_field("position", confirm_days=30)
    set_field("location", confirm_days=30)

    assert [each.key for each in found("ada").doubtful] == ["position"]


def test_a_change_confirms_by_itself_and_a_confirmation_changes_nothing() -> None:
    set_field("position", confirm_days=30)
    with transaction():
        confirm(viewer_named("ada"), layout(), "ada", "position")
    assert value_of("ada", "position") == "Countess"
    assert get_person("ada").rev == 2

    OpenForm.of(viewer_named("ada"), "ada").type("position", "Analyst").save()

    assert "confirmed_at" not in origin_of("ada", "position")
    assert found("ada").doubtful == []


def test_only_the_owner_confirms_and_only_what_they_see_and_can_edit() -> None:
    set_field("phone", source=Source.LDAP_ONLY, attribute="telephoneNumber")
    ada = viewer_named("ada")

    for viewer, key, error in (
        (ADMIN, "position", Forbidden),
        (ada, "phone", Forbidden),
        (ada, "location", NotFound),
        (ada, "nonsense", NotFound),
    ):
        with pytest.raises(error), transaction():
            confirm(viewer, layout(), "ada", key)
        db.session.rollback()
