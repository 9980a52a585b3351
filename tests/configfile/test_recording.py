"""Every change that a file makes is recorded, once, and without secrets."""

import pytest

from lupweb.audit.events import events_about
from lupweb.audit.models import AuditEvent
from lupweb.database import db
from tests.configfile.files import DIRECTORY, RICH, applied

pytestmark = pytest.mark.usefixtures("in_app")


def events() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id))
    return [(row.kind, row.about) for row in rows]


def test_each_thing_that_a_file_changes_is_one_event() -> None:
    outcome = applied(RICH)

    changed = outcome.comparison
    count = len(changed.created) + len(changed.changed) + len(changed.removed)
    assert len(events()) == count
    assert ("site.changed", "site") in events()
    assert ("group.added", "hr") in events()
    assert applied(RICH).comparison.is_empty
    assert len(events()) == count


def test_an_event_says_what_differs_and_that_the_operator_did_it() -> None:
    applied('[policies]\nactive_users = "all"\n')

    (event,) = events_about("policies")
    assert event.changes == {"active_users": ["visible", "all"]}
    assert event.actor == ""


def test_passwords_stand_in_no_event() -> None:
    applied(DIRECTORY)
    applied(DIRECTORY.replace("READER_PASSWORD", "OTHER"), OTHER="another password")
    applied("directories = []")

    kept = [event.changes for event in events_about("main")]
    assert kept[1]["bind_password"] == ["***", "*** (new)"]
    assert "password'" not in str(kept).replace("'bind_password'", "")
    assert "another password" not in str(kept)
    assert "reader's password" not in str(kept)


def test_rights_and_roles_that_a_file_gives_and_takes_are_recorded() -> None:
    applied(
        '[[edit_rights]]\nprofiles_of_people = ["kate"]\neditor_people = ["bob"]\n'
        '[[roles]]\nrole = "administrator"\npeople = ["bob"]\n'
    )
    applied("edit_rights = []\nroles = []")

    assert events() == [
        ("role.added", "administrator"),
        ("edit_right.added", "@kate by @bob"),
        ("role.removed", "administrator"),
        ("edit_right.removed", "@kate by @bob"),
    ]


def test_what_only_moved_says_from_where_to_where() -> None:
    two = '[[categories]]\nkey = "{}"\n[[categories]]\nkey = "{}"\n'
    applied(two.format("one", "two"))

    applied(two.format("two", "one"))

    assert [event.kind for event in events_about("one")] == ["category.moved", "category.added"]
    assert events_about("one")[0].changes["place"][1] > events_about("one")[0].changes["place"][0]
