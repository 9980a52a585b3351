"""Two records of one person are put together, whole, and stay together."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lupweb.accounts.grants import role_of_person
from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import events_about
from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.duplicates.comparing import compare
from lupweb.duplicates.merging import MergeRequest, merge
from lupweb.duplicates.models import Merge
from lupweb.duplicates.sides import better_first
from lupweb.errors import Forbidden, InvalidValue, ProfileChanged
from lupweb.options.service import options
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import find_person
from lupweb.people.states import PersonState
from lupweb.profiles.desk import open_desk
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.rights import EditRight, grant_edit_right, may_edit
from tests.databases import counted_queries, sqlite_first
from tests.duplicates.conftest import ADMIN, SYSTEM, Two, layout, person, write
from tests.factories import a_run, an_entry

PutTogether = Callable[..., Merge]


@sqlite_first
def test_values_past_groups_and_names_of_both_are_in_the_record_that_stays(
    two: Two, put_together: PutTogether
) -> None:
    with transaction():
        group = db.session.scalar(select(Group.id).where(Group.key == "climbers"))
        db.session.add(Membership(group_id=group, person_id=two.old))

    put_together(two.new, two.old)

    kept = person(two.new)
    assert kept.document["values"]["about"] == "Likes boats."
    assert kept.document["values"]["phone"] == "+49 611 2"
    assert kept.provenance["about"]["source"] == "user"
    assert (
        db.session.scalar(select(Membership.group_id).where(Membership.person_id == two.new))
        == group
    )
    lines = db.session.scalars(select(History).where(History.person_id == two.new)).all()
    assert "Likes boats." in {each.new for each in lines if each.field_key == "about"}
    identities = select(Identity.person_id)
    assert two.old not in set(db.session.scalars(identities))
    naming = select(IndexedValue.referred_id).where(IndexedValue.referred_id == two.old)
    assert db.session.scalars(naming).all() == []


def test_the_other_record_leads_to_the_one_that_stays(two: Two, put_together: PutTogether) -> None:
    put_together(two.new, two.old)

    other = person(two.old)
    assert (other.state, other.merged_into_id) == (PersonState.MERGED, two.new)
    for handle in ("ines.old", "INES.old", f"id:{two.old}", "ines"):
        found = find_person(handle)
        assert found is not None
        assert found.id == two.new


def test_whoever_named_the_other_record_names_the_one_that_stays_also_after_a_run(
    two: Two, put_together: PutTogether
) -> None:
    put_together(two.new, two.old)
    two.run()

    desk = open_desk(ADMIN, layout(), "ben", to_write=False)
    assert str(desk.fields["deputy"].shown(desk.fields["deputy"].stored)).count(f"id:{two.new}")


@sqlite_first
def test_a_run_afterwards_makes_nobody_anew_and_changes_nothing(
    two: Two, put_together: PutTogether
) -> None:
    put_together(two.new, two.old)
    before = person(two.new).document
    two.run()
    two.run()

    assert db.session.query(Person).count() == 3
    assert person(two.old).state == PersonState.MERGED
    assert person(two.new).document == before


def test_an_entry_that_comes_back_is_the_same_person_and_the_newer_one_supplies(
    two: Two, put_together: PutTogether
) -> None:
    put_together(two.new, two.old)
    two.directory.set("ines.old", "objectClass", [b"inetOrgPerson"])
    two.run()
    two.run()
    two.run()

    assert db.session.query(Person).count() == 3
    assert person(two.new).document["values"]["phone"] == "+49 611 2"
    assert person(two.new).login == "ines"


def test_what_the_administrator_chooses_is_taken(two: Two, put_together: PutTogether) -> None:
    write("ines", about="Likes trains.")

    put_together(two.new, two.old, about="other")

    assert person(two.new).document["values"]["about"] == "Likes boats."


def test_a_value_of_the_directory_cannot_be_chosen(two: Two, put_together: PutTogether) -> None:
    put_together(two.new, two.old, phone="other")

    assert person(two.new).document["values"]["phone"] == "+49 611 2"


def test_restricted_values_go_along_unseen(two: Two, put_together: PutTogether) -> None:
    found = compare(ADMIN, layout(), options(), (two.new, two.old))

    put_together(two.new, two.old, emergency="kept")

    assert "emergency" not in {each.key for each in found.pairs}
    assert person(two.old).document["values"]["emergency"] == "ZQX-SECRET-7"
    events = events_about(f"person:{two.new}")
    assert "ZQX" not in str([each.changes for each in events])
    assert "emergency" not in str([each.changes for each in events])


def test_unseen_values_people_entered_are_kept(two: Two, put_together: PutTogether) -> None:
    with transaction():
        old = db.session.get_one(Person, two.old)
        old.document = {"values": {**old.document["values"], "gone_field": "kept whole"}}

    put_together(two.new, two.old)

    assert person(two.new).document["values"]["gone_field"] == "kept whole"


def test_a_change_of_either_record_since_the_page_was_made_stops_the_merge(two: Two) -> None:
    found = compare(ADMIN, layout(), options(), (two.new, two.old))
    write("ines.old", about="Likes planes.")

    request = MergeRequest(two.new, two.old, {}, found.revision)
    with pytest.raises(ProfileChanged) as refused, transaction():
        merge(ADMIN, layout(), options(), request)

    assert refused.value.form.revision != found.revision
    assert person(two.old).state == PersonState.MISSING


def test_only_administrators_merge(two: Two, put_together: PutTogether) -> None:
    with pytest.raises(Forbidden):
        put_together(two.new, two.old, Viewer(person_id=two.new))


def test_nobody_merges_their_own_record(two: Two, put_together: PutTogether) -> None:
    own = Viewer(person_id=two.new, role=Role.ADMINISTRATOR)

    with pytest.raises(InvalidValue, match="One of the two is you"):
        put_together(two.new, two.old, own)


def test_an_unseen_value_that_changes_changes_nothing_of_the_page(two: Two) -> None:
    before = compare(ADMIN, layout(), options(), (two.new, two.old)).revision
    write("ines.old", emergency="another one")

    assert compare(ADMIN, layout(), options(), (two.new, two.old)).revision == before


def test_b27_nobody_becomes_a_system_administrator_by_a_merge(
    two: Two, put_together: PutTogether
) -> None:
    with transaction():
        db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, login="ines.old"))

    with pytest.raises(Forbidden):
        put_together(two.new, two.old)
    put_together(two.new, two.old, SYSTEM)

    assert role_of_person(person(two.new)) is Role.SYSTEM_ADMINISTRATOR


def test_rights_and_roles_of_the_other_login_are_those_of_the_person(
    two: Two, put_together: PutTogether
) -> None:
    with transaction():
        db.session.add(RoleGrant(role=Role.ADMINISTRATOR, login="ines.old"))
        grant_edit_right(ADMIN, EditRight(profiles_of_people=("ben",), editor_people=("ines.old",)))
        db.session.add(User(person_id=two.old))

    put_together(two.new, two.old)

    ben, ines = find_person("ben"), Viewer(person_id=two.new)
    assert ben is not None
    assert may_edit(ines, ben, frozenset())
    assert role_of_person(person(two.new)) is Role.ADMINISTRATOR
    assert db.session.scalar(select(User.person_id)) == two.new


def test_two_entries_of_one_directory_are_two_accounts(two: Two, put_together: PutTogether) -> None:
    ben = find_person("ben")
    assert ben is not None

    with pytest.raises(InvalidValue, match="two accounts"):
        put_together(two.new, ben.id)


def test_the_record_in_the_directory_is_the_one_to_stay(two: Two) -> None:
    assert better_first((two.old, two.new)) == (two.new, two.old)
    assert better_first((two.new, two.old)) == (two.new, two.old)


def test_the_comparison_takes_a_constant_number_of_queries(two: Two) -> None:
    with counted_queries() as few:
        compare(ADMIN, layout(), options(), (two.new, two.old))
    write("ines.old", about="x", phone="1", department="2")
    for number in range(4):
        an_entry(two.directory, f"more{number}")
    a_run(two.directory)
    with counted_queries() as many:
        compare(ADMIN, layout(), options(), (two.new, two.old))

    assert len(many) == len(few) <= 24
