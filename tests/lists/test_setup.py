"""Shared lists and start pages are part of the set-up; lists of one's own are nobody else's."""

import pytest
from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.audit.models import AuditEvent
from lupweb.configfile.changing import RefusedChange
from lupweb.configfile.group_editing import remove_group
from lupweb.configfile.list_editing import (
    LISTS,
    STARTS,
    add_start,
    change_shared,
    move_entry,
    remove_shared,
    remove_start,
    share_list,
)
from lupweb.database import db, transaction
from lupweb.duplicates.moving import move, move_back
from lupweb.errors import Forbidden, InvalidForm, InvalidValue, NotFound
from lupweb.lists.contents import ListContent
from lupweb.lists.models import SavedList
from lupweb.lists.queries import own_lists, shared_lists
from lupweb.lists.service import (
    LONGEST_NAME,
    MOST_OWN,
    change_list,
    checked_list_name,
    keep_look,
    remove_list,
    rename_list,
    save_list,
)
from lupweb.options.versions import setup_token
from lupweb.people.models import Person
from tests.configfile.files import applied, exported, sentences
from tests.databases import sqlite_first
from tests.factories import SECRET_KEY

pytestmark = pytest.mark.usefixtures("in_app")
FILE = """
[[groups]]
key = "hr"

[[groups]]
key = "it"

[[fields]]
key = "department"
facet = true

[[fields]]
key = "location"
in_table = true

[[lists]]
key = "porto"
name = "Porto office"
query = 'location:Porto'
view = "table"
columns = ["phone", "location"]
groups = ["it", "hr"]

[[lists]]
key = "annas"
address = "q=anna&f.department=Sales"
sort = "-location"

[[start_pages]]
group = "hr"
list = "porto"

[[start_pages]]
page = "/people?view=list"
"""
ANNAS = ListContent(address="q=anna&f.department=Sales", view="table", columns=("phone",))


def an_account(name: str) -> Viewer:
    with transaction():
        user = User(local_name=name)
        db.session.add(user)
        db.session.flush()
        return Viewer(account_id=user.id)


def keys() -> tuple[list[str], list[str]]:
    """Return the keys of the shared lists, and where people start, in their order."""
    lists = {line.id: line.key for line in shared_lists().lists}
    starts = [lists.get(row.list_id or 0, row.page) for row in shared_lists().starts]
    return list(lists.values()), starts


@sqlite_first
def test_a_file_decides_shared_lists_and_leaves_those_of_people_alone() -> None:
    ada = an_account("ada")
    with transaction():
        mine = save_list(ada, "Mine", ANNAS)
    before = setup_token()

    assert applied(FILE).comparison.created == (
        "groups.hr", "groups.it", "lists.porto", "lists.annas", "start_pages.hr", "start_pages.*",
    )  # fmt: skip
    text = exported()
    assert applied(FILE).comparison.is_empty
    assert applied(text).comparison.is_empty
    assert mine not in text
    assert setup_token() != before
    assert keys() == (["porto", "annas"], ["porto", "/people?view=list"])

    with transaction():
        move_entry(OPERATOR, LISTS, "porto", "down", SECRET_KEY)
        move_entry(OPERATOR, STARTS, "*", "up", SECRET_KEY)
        move_entry(OPERATOR, STARTS, "*", "up", SECRET_KEY)  # it stands at the top already
    assert keys() == (["annas", "porto"], ["/people?view=list", "porto"])

    assert set(applied("lists = []\nstart_pages = []").comparison.removed) == {
        "lists.porto", "lists.annas", "start_pages.hr", "start_pages.*",
    }  # fmt: skip
    assert keys() == ([], [])
    assert [line.name for line in own_lists(ada.account_id)] == ["Mine"]
    events = [event.kind for event in db.session.scalars(select(AuditEvent))]
    assert {"list.added", "list.moved", "list.removed", "start_page.moved"} <= set(events)


def test_what_names_a_list_or_a_group_goes_first() -> None:
    applied(FILE)

    with transaction():
        with pytest.raises(RefusedChange, match="People start on it"):
            remove_shared(OPERATOR, "porto", SECRET_KEY)
        with pytest.raises(InvalidValue, match="in use"):
            remove_group(OPERATOR, "hr", "", SECRET_KEY)
        remove_group(OPERATOR, "hr", "it", SECRET_KEY)
        shared = shared_lists()
        assert len(shared.lists[0].groups) == 1
        assert shared.starts[0].group_id in shared.lists[0].groups
        remove_start(OPERATOR, "it", SECRET_KEY)
        assert remove_shared(OPERATOR, "porto", SECRET_KEY) == "Porto office"

    assert keys() == (["annas"], ["/people?view=list"])


def test_what_is_wrong_with_a_file_is_said_with_its_place() -> None:
    assert sentences('[[lists]]\nkey = "a"\ngroups = ["x"]\n[[start_pages]]\nlist = "b"') == [
        "lists.a.groups, line 3: There is no group “x”.",
        "start_pages.*.list, line 5: There is no list “b”.",
    ]
    assert sentences('[site]\nembed_hosts = ["*"]')[0].startswith("site.embed_hosts, line 2: “*”")


def test_the_key_of_a_shared_list_is_free_even_if_somebody_has_it() -> None:
    ada = an_account("ada")
    with transaction():
        db.session.add(SavedList(key="annas", name="Mine", owner_id=ada.account_id))

    applied(FILE)

    assert keys()[0] == ["porto", "annas"]
    assert own_lists(ada.account_id)[0].name == "Mine"


def test_only_administrators_share_and_a_second_row_for_a_group_is_refused() -> None:
    applied(FILE)
    ada = an_account("ada")

    with transaction():
        for change in (
            lambda: share_list(ada, "Mine", ANNAS, [], SECRET_KEY),
            lambda: change_shared(ada, "porto", ANNAS, SECRET_KEY),
            lambda: remove_shared(ada, "porto", SECRET_KEY),
            lambda: add_start(ada, {"group": "", "list": "porto", "page": ""}, SECRET_KEY),
            lambda: remove_start(ada, "*", SECRET_KEY),
            lambda: move_entry(ada, LISTS, "porto", "down", SECRET_KEY),
        ):
            with pytest.raises(Forbidden):
                change()
        with pytest.raises(InvalidForm, match="a row for them"):
            add_start(OPERATOR, {"group": "hr", "list": "annas", "page": ""}, SECRET_KEY)
        for kind, label, step in (
            (LISTS, "x", "up"),
            (LISTS, "porto", "x"),
            ("fields", "im", "up"),
        ):
            with pytest.raises(NotFound):
                move_entry(OPERATOR, kind, label, step, SECRET_KEY)
        assert share_list(OPERATOR, "Porto", ANNAS, ["hr"], SECRET_KEY) == "porto_2"
        change_shared(OPERATOR, "annas", ListContent(), SECRET_KEY)

    assert [line.content for line in shared_lists().lists[1:]] == [ListContent(), ANNAS]


@sqlite_first
def test_lists_of_ones_own_are_changed_by_nobody_else() -> None:
    ada, ben = an_account("ada"), an_account("ben")
    with transaction():
        key = save_list(ada, "  My \n list ", ANNAS)
        for change in (
            lambda viewer: rename_list(viewer, key, "x"),
            lambda viewer: change_list(viewer, key, ListContent()),
            lambda viewer: remove_list(viewer, key),
        ):
            for stranger in (ben, Viewer(), OPERATOR):
                with pytest.raises(NotFound):
                    change(stranger)

    line = own_lists(ada.account_id)[0]
    assert (line.key, line.name, line.content) == (key, "My list", ANNAS)
    assert own_lists(ben.account_id) == own_lists(None) == []

    with transaction():
        rename_list(ada, key, "Another")
        change_list(ada, key, ListContent(query="x"))
    assert [(each.name, each.content.query) for each in own_lists(ada.account_id)] == [
        ("Another", "x")
    ]
    with transaction():
        assert remove_list(ada, key) == "Another"
    assert own_lists(ada.account_id) == []


def test_names_numbers_and_views_have_limits() -> None:
    ada = an_account("ada")
    with transaction():
        for name in ("", " \n", "\0", "x" * (LONGEST_NAME + 1)):
            with pytest.raises(InvalidValue):
                save_list(ada, name, ANNAS)
        assert checked_list_name("Ann\u202eas \x01\x1b list") == "Annas list"  # B46
        with pytest.raises(InvalidValue):
            save_list(ada, "x", ListContent(address="x" * 5_000))
        with pytest.raises(Forbidden):
            save_list(OPERATOR, "x", ANNAS)
        with pytest.raises(InvalidValue):
            keep_look(ada, "tiles", ())
        for number in range(MOST_OWN):
            db.session.add(SavedList(key=f"k{number}", name="x", owner_id=ada.account_id))
        with pytest.raises(InvalidValue, match="Remove one"):
            save_list(ada, "one more", ANNAS)


def test_lists_go_with_a_record_that_is_merged_and_come_back_with_it() -> None:
    with transaction():
        people = [
            Person(login=login, login_folded=login, name=login, sort_name=login)
            for login in ("ada", "ada2")
        ]
        db.session.add_all(people)
        db.session.flush()
        users = [User(person_id=person.id) for person in people]
        db.session.add_all(users)
        db.session.flush()
        kept, other = (Viewer(account_id=user.id) for user in users)
        save_list(kept, "Kept", ANNAS)
        key = save_list(other, "Other", ANNAS)
        ids = [person.id for person in people]

        moved = move(*ids)
        assert [line.name for line in own_lists(kept.account_id)] == ["Kept", "Other"]
        rename_list(kept, key, "Renamed")
        move_back(*ids, moved)

    assert [line.name for line in own_lists(kept.account_id)] == ["Kept"]
    assert [line.name for line in own_lists(other.account_id)] == ["Renamed"]
