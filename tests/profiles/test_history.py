"""What was changed in a profile, as one viewer may see it; and who is told of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_of
from lupweb.audit.service import Change, record
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, NotFound
from lupweb.notices.models import Notice
from lupweb.notices.service import mark_read
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field, restrict_category
from lupweb.profiles.history import PAGE, foreign_edits, history
from lupweb.profiles.models import Category, ProfileField
from lupweb.runs.models import Run
from tests.databases import both_databases, counted_queries
from tests.profiles.editing import ADMIN, OpenForm, layout, set_field, viewer_named

pytestmark = pytest.mark.usefixtures("office")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def local_admin() -> Viewer:
    with transaction():
        user = create_admin("root", "an administrator's password")
        db.session.flush()
        return replace(viewer_of(user), role=Role.ADMINISTRATOR)


def save(viewer: Viewer, login: str, **typed: str) -> None:
    opened = OpenForm.of(viewer, login)
    for key, text in typed.items():
        opened.type(key, text)
    opened.save()


def keys(viewer: Viewer, login: str) -> list[str]:
    return [line.key for line in history(viewer, layout(), login).lines]


@both_databases
def test_each_change_says_before_after_who_when_and_from_where(in_app: Flask) -> None:
    save(viewer_named("ada"), "ada", position="Analyst")
    save(local_admin(), "ada", manager="ben", phone="")
    with transaction():
        run = Run(subject="directory:main", trigger="test", mode="full", started_at=NOON)
        db.session.add(run)
        db.session.flush()
        change = Change(get_person("ada").id, "@name", "Ada", "Ada Lovelace")
        record([change], source="ldap", run_id=run.id, at=NOON)

    page = history(viewer_named("ada"), layout(), "ada")

    said = {(line.label, line.before, line.after, line.by, line.source) for line in page.lines}
    assert said == {
        ("Position", "Countess", "Analyst", "Ada Lovelace", "user"),
        ("Reports to", "", "Ben Özgür", "root", "user"),
        ("Phone", "+49 611 20570", "", "root", "user"),
        ("Name", "Ada", "Ada Lovelace", "", "ldap"),
    }
    assert page.lines[0].run_id == run.id
    assert (page.person_name, page.older) == ("Ada Lovelace", None)


def test_only_the_person_and_administrators_see_it() -> None:
    assert history(OPERATOR, layout(), "ada").lines == []
    assert history(ADMIN, layout(), "ada").lines == []
    with pytest.raises(Forbidden):
        history(viewer_named("ben"), layout(), "ada")
    with pytest.raises(NotFound):
        history(ADMIN, layout(), "nobody")


def test_b36_a_restricted_value_is_in_the_history_of_those_who_may_see_it_alone() -> None:
    save(viewer_named("ben"), "ben", emergency="Mother", position="Engineer")

    assert keys(ADMIN, "ben") == ["position"]
    assert "ZQX-SECRET-7" not in repr(history(ADMIN, layout(), "ben"))
    assert sorted(keys(viewer_named("ben"), "ben")) == ["emergency", "position"]
    safety = viewer_named("sam", Role.ADMINISTRATOR)
    assert "ZQX-SECRET-7" in repr(history(safety, layout(), "ben"))


def test_b40_a_field_that_is_moved_into_a_restricted_category_takes_its_past_along() -> None:
    save(viewer_named("ben"), "ben", position="Engineer")
    assert keys(ADMIN, "ben") == ["position"]

    safety = db.session.scalars(db.select(Category.id).filter_by(key="safety")).one()
    set_field("position", category_id=safety)

    assert keys(ADMIN, "ben") == []
    assert keys(viewer_named("ben"), "ben") == ["position"]
    with transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])
    assert keys(viewer_named("ben"), "ben") == []


def test_a_field_that_is_gone_shows_nothing() -> None:
    with transaction():
        define_field("room", "Room", category="work")
    save(viewer_named("ada"), "ada", room="3.14")
    with transaction():
        db.session.execute(db.delete(ProfileField).filter_by(key="room"))

    assert keys(viewer_named("ada"), "ada") == []


def test_it_comes_in_pages_with_as_many_queries_whatever_their_length() -> None:
    ada = get_person("ada").id
    with transaction():
        changes = [Change(ada, "position", str(n), str(n + 1)) for n in range(PAGE + 5)]
        record(changes, source="user", run_id=None, at=NOON, actor=f"person:{ada}")
    viewer, seen = viewer_named("ada"), layout()

    with counted_queries() as sent:
        first = history(viewer, seen, "ada")
    second = history(viewer, seen, "ada", before=first.older)

    assert len(sent) == 4
    assert [line.after for line in (*first.lines, *second.lines)] == [
        str(n) for n in range(PAGE + 5, 0, -1)
    ]
    assert second.older is None


@both_databases
def test_the_owner_is_told_of_somebody_else_s_edit_and_not_of_their_own(in_app: Flask) -> None:
    save(viewer_named("ada"), "ada", position="Analyst")
    assert foreign_edits(viewer_named("ada"), layout()) == []

    save(local_admin(), "ada", position="Director", location="Porto")

    (edit,) = foreign_edits(viewer_named("ada"), layout())
    assert (edit.by, sorted(edit.labels)) == ("root", ["Location", "Position"])
    assert foreign_edits(viewer_named("ben"), layout()) == []
    with transaction():
        mark_read(viewer_named("ada"), edit.id)
    assert foreign_edits(viewer_named("ada"), layout()) == []


def test_a_save_that_changes_nothing_tells_nobody() -> None:
    save(ADMIN, "ada")

    assert db.session.scalars(db.select(Notice)).all() == []


def test_b36_a_notice_holds_no_value_and_names_no_field_that_was_taken_from_the_owner() -> None:
    safety = viewer_named("sam", Role.ADMINISTRATOR)
    save(safety, "ben", emergency="Mother", position="Engineer")
    (notice,) = db.session.scalars(db.select(Notice)).all()
    assert "Mother" not in repr(notice.about)

    with transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

    (edit,) = foreign_edits(viewer_named("ben"), layout())
    assert (edit.by, edit.labels) == ("Sam Safe", ["Position"])


def test_an_account_without_a_person_is_told_nothing_and_marks_nothing() -> None:
    nobody = replace(ADMIN, account_id=5)

    assert foreign_edits(nobody, layout()) == []
    mark_read(nobody, 1)
