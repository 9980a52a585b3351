"""The database becomes as the file says, whole or not at all."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from lupweb.accounts.service import create_admin
from lupweb.accounts.viewers import viewer_as
from lupweb.configfile.faults import InvalidConfiguration
from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.directories.secrets import unlock
from lupweb.errors import AlreadyRunning, InvalidValue
from lupweb.options.service import options
from lupweb.people.models import Membership, Person
from lupweb.people.queries import get_person, groups_of
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import Category, IndexedValue, ProfileField
from lupweb.runs.leases import take
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from tests.configfile.files import DIRECTORY, RICH, applied, exported, previewed
from tests.databases import both_databases
from tests.factories import SECRET_KEY, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory

pytestmark = pytest.mark.usefixtures("in_app")
MANAGER = '[[fields]]\nkey = "manager"\ncategory = "work"\ntype = "user_select"\n'
FROM_LDAP = 'source = "ldap"\nattribute = "manager"\n'


@both_databases
def test_a_file_is_applied_and_applying_it_again_changes_nothing() -> None:
    first, second = applied(RICH).comparison, applied(RICH).comparison

    assert first.removed == ()
    assert first.created == (
        "directories.main", "directories.ad", "groups.hr", "groups.staff", "categories.safety",
        "fields.manager", "fields.emergency", "roles.administrator", "roles.system_administrator",
        "edit_rights.staff by hr, @kate", "edit_rights.@root by @kate", "org_charts.line",
    )  # fmt: skip
    assert set(first.changed) >= {"site", "policies", "schedules", "picture", "card"}
    assert second.is_empty
    assert second.unchanged == len(first.created) + len(first.changed) + first.unchanged


@both_databases
def test_an_export_applied_again_changes_nothing() -> None:
    applied(RICH)
    text = exported()

    assert applied(text).comparison.is_empty
    assert exported() == text


def test_a_preview_says_the_same_and_changes_nothing() -> None:
    before = exported()

    said = previewed(RICH).comparison

    assert exported() == before
    assert applied(RICH).comparison == said


def test_a_file_with_a_fault_changes_nothing() -> None:
    before = exported()

    with pytest.raises(InvalidConfiguration):
        applied(RICH + '\n[[groups]]\nkey = "x"\ndirectory = "nowhere"\ndn = "cn=x"\n')

    assert exported() == before


def test_what_fails_while_it_is_written_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = exported()

    def fail(*_arguments: object) -> None:
        raise InvalidValue("no")

    monkeypatch.setattr("lupweb.configfile.apply._store_org_chart", fail)
    with pytest.raises(InvalidValue):
        applied(RICH)

    assert exported() == before


def test_kinds_that_a_file_does_not_name_stay() -> None:
    applied(RICH)

    comparison = applied('[site]\nname = "Elsewhere"\n').comparison

    assert comparison.changed == ("site",)
    assert options()["time_zone"] == "UTC"
    assert options()["licence_group"] == "staff"


def test_the_password_is_kept_encrypted_and_another_one_is_a_change() -> None:
    applied(DIRECTORY)
    directory = db.session.scalars(select(Directory)).one()
    before = unlock(directory.bind_password, SECRET_KEY)

    changed = applied(DIRECTORY, READER_PASSWORD="another").comparison.changed

    assert before == "reader's password"
    assert changed == ("directories.main",)
    assert unlock(directory.bind_password, SECRET_KEY) == "another"


def test_a_password_that_cannot_be_found_again_stays_and_a_note_says_so() -> None:
    applied(DIRECTORY)

    outcome = applied(DIRECTORY, READER_PASSWORD="")

    assert outcome.comparison.is_empty
    assert [str(note) for note in outcome.notes] == [
        "The variable READER_PASSWORD is not set. The password that is stored for “main” stays."
    ]


def test_a_date_of_the_last_run_is_taken_once() -> None:
    dated = DIRECTORY + 'last_sync_date = "23-05-2016; 15:30:00"'
    applied(dated)
    directory = db.session.scalars(select(Directory)).one()
    taken = directory.last_sync_date
    with transaction():
        directory.last_sync_date = "01-02-2026 01:11:00"  # as a run does

    again, without = applied(dated).comparison, applied(DIRECTORY).comparison

    assert taken == "23-05-2016 15:30:00"
    assert again.is_empty
    assert without.is_empty
    assert directory.last_sync_date == "01-02-2026 01:11:00"


def test_directories_are_asked_in_the_order_of_the_file() -> None:
    second = DIRECTORY.replace('"main"', '"second"')
    applied(DIRECTORY + second)

    comparison = applied(second + DIRECTORY).comparison

    assert comparison.changed == ("directories.second", "directories.main")
    in_order = select(Directory.key).order_by(Directory.position)
    assert db.session.scalars(in_order).all() == ["second", "main"]


@both_databases
def test_a_field_that_comes_back_has_its_values_at_once(directory: FakeDirectory) -> None:
    _two_people(directory)
    applied(MANAGER + FROM_LDAP)
    a_run(directory)
    kate = get_person("kate").id

    gone = applied("fields = []")
    links_between = db.session.scalar(select(func.count()).select_from(IndexedValue))
    applied(MANAGER + FROM_LDAP)

    assert gone.comparison.removed == ("fields.manager",)
    assert [str(note) for note in gone.notes] == [
        "The field “manager” is gone. The value of 1 person is kept, and comes back with the field."
    ]
    assert links_between == 0
    link = db.session.scalars(select(IndexedValue)).one()
    assert (link.person_id, link.referred_id) == (get_person("bob").id, kate)


@both_databases
def test_a_restriction_counts_at_once_in_the_search(directory: FakeDirectory) -> None:
    connection = a_connection(directory)
    for uid, phone in (("kate", "5550100"), ("bob", "5550199")):
        an_entry(directory, uid, homePhone=phone)
    a_profile()
    a_group(directory, connection, "hr", ["kate"])
    a_run(directory)
    before = _found_by("bob", "5550199")
    restriction = '[[categories]]\nkey = "safety"\nvisible_to = ["hr"]\n'

    applied(restriction + 'name = "First aid"\n')

    assert before == ["bob"]
    assert _found_by("bob", "5550100") == []
    assert _found_by("kate", "5550199") == ["bob"]


def test_a_group_that_something_names_is_not_taken_away() -> None:
    applied(RICH)

    with pytest.raises(InvalidConfiguration) as refused:
        applied("groups = []")

    assert str(refused.value).splitlines()[0] == (
        "policies.licence_group: It still names the group “staff”, which this file takes away."
    )


def test_a_category_that_holds_a_field_is_not_taken_away() -> None:
    applied(RICH)

    with pytest.raises(InvalidConfiguration) as refused:
        applied("categories = []")

    assert str(refused.value) == (
        "fields.emergency.category:"
        " It is still in the category “safety”, which this file takes away."
    )


def test_a_standard_field_has_to_be_somewhere() -> None:
    reach = '[[categories]]\nkey = "reach"\n'
    applied(reach + '[[fields]]\nkey = "im"\ncategory = "reach"\n')

    with pytest.raises(InvalidConfiguration, match="is still in the category “reach”"):
        applied("categories = []\nfields = []")


def test_the_standard_fields_are_never_removed_and_keep_a_category() -> None:
    applied("categories = []\nfields = []")

    fields = set(db.session.scalars(select(ProfileField.key)))
    assert fields == {"phone", "im", "website", "position", "department", "location"}
    assert set(db.session.scalars(select(Category.key))) == {"contact", "work"}


def test_the_members_of_a_local_group_join_when_they_exist(directory: FakeDirectory) -> None:
    _two_people(directory)
    a_run(directory)
    group = '[[groups]]\nkey = "staff"\nmembers = ["KATE", "nobody.yet"]\n'
    kept = group

    applied(kept)

    kate, bob = get_person("kate").id, get_person("bob").id
    assert [len(groups) for groups in groups_of([kate, bob]).values()] == [1, 0]
    applied(kept.replace('["KATE", "nobody.yet"]', "[]"))
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 0


@both_databases
def test_the_people_of_a_directory_that_goes_stay(directory: FakeDirectory) -> None:
    _two_people(directory)
    a_run(directory)

    outcome = applied("directories = []")

    assert outcome.comparison.removed == ("directories.main",)
    assert [str(note) for note in outcome.notes] == [
        "2 people of the directory “main” stay here as local people."
    ]
    assert set(db.session.scalars(select(Person.state))) == {"active"}
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0


def test_a_directory_stays_while_a_run_of_it_is_at_work(directory: FakeDirectory) -> None:
    a_connection(directory)
    with transaction():
        take("directory:main", "somebody")

    with pytest.raises(AlreadyRunning):
        applied("directories = []")

    assert db.session.scalars(select(Directory.key)).all() == ["main"]


def test_the_last_administrator_cannot_be_taken_away(directory: FakeDirectory) -> None:
    _two_people(directory)
    a_run(directory)
    applied('[[roles]]\nrole = "administrator"\npeople = ["kate"]\n')

    with pytest.raises(InvalidValue, match="Nobody would be an administrator any more"):
        applied("roles = []")

    with transaction():
        create_admin("root", "a long enough password")
    assert applied("roles = []").comparison.removed == ("roles.administrator",)


def test_two_entries_of_a_role_count_together() -> None:
    twice = "".join(
        f'[[roles]]\nrole = "administrator"\npeople = ["{name}"]\n' for name in ("kate", "bob")
    )

    assert applied(twice).comparison.created == ("roles.administrator",)
    assert applied(twice).comparison.is_empty


def _two_people(directory: FakeDirectory) -> None:
    a_connection(directory)
    kate = an_entry(directory, "kate")
    an_entry(directory, "bob", manager=kate)


def _found_by(login: str, words: str) -> Sequence[str]:
    viewer = viewer_as(get_person(login).id)
    found = found_people(viewer, load_layout(), options(), SearchRequest(words))
    return [person.login for person in found]
