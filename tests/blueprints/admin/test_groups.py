"""Groups in the browser, without a script: made, used, declared, deleted."""

from collections.abc import Callable

from flask import Flask

from lupweb.accounts.giving import give_role
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import OPERATOR
from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.people.models import Group, Person
from lupweb.people.queries import groups_by_key
from tests.blueprints.admin.conftest import CANARY
from tests.blueprints.admin.filling import form_of
from tests.blueprints.admin.grouping import add, local, members, row_of
from tests.browsing import Browser
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

GROUPS = f"ou=groups,{SUFFIX}"
REFUSED = [
    ({"name": " "}, "Give it a name."),
    ({"name": "x" * 201}, "at most 200"),
    ({"name": "Safe", "key": "SAFETY"}, "is taken"),
    ({"name": "Safe", "key": "no key"}, "cannot be a key"),
    ({"name": "Safe", "directory": "other", "dn": f"cn=a,{SUFFIX}"}, "There is no directory"),
    ({"name": "A\x01b"}, "invisible control characters"),
]


def found_in_directory(browser: Browser) -> str:
    """Send the form that asks the directory for its first groups; return what the page says."""
    browser.get("/admin/groups/find")
    browser.post("/admin/groups/find")
    return browser.text


def test_the_list_says_where_a_group_is_kept_who_is_in_it_and_what_it_decides(
    admin: Browser, app: Flask
) -> None:
    with app.app_context():
        sam = db.session.scalar(db.select(Person).where(Person.login == "sam"))
        with transaction():
            db.session.add(sam)
            sam.is_listed = False

    said = row_of(admin, "safety")

    assert said == "Safety safety Main LDAP 1 person (0 shown) Its people read “First aid”"


def test_a_local_group_is_made_filled_used_emptied_and_deleted(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ben, group = as_person("ben"), local(admin)
    assert group.endswith("/first_aiders")

    assert add(admin, group, "Ada Lovelace (ada); sam@example.com") == 303
    assert members(admin, "first_aiders") == ["Ada Lovelace", "Sam Safe"]
    assert "Entered here" in admin.text
    form = {**form_of(admin, "/admin/categories/safety/edit"), "groups_are": "one"}
    admin.post("/admin/categories/safety/edit", **{**form, "groups": ["first_aiders", "safety"]})
    assert CANARY not in str(as_person("ada").get("/people/ben")), "it does not apply to Ben"
    add(admin, group, "ben")
    assert CANARY in str(ben.get("/people/ben"))
    admin.get(f"{group}/members")
    admin.post(f"{group}/members/remove", login=["ben", "ada", "sam"])

    assert CANARY not in str(ben.get("/people/ben"))
    assert members(admin, "first_aiders") == []


def test_each_change_is_recorded_with_who_made_it(admin: Browser, app: Flask) -> None:
    group = local(admin)
    add(admin, group, "ada", logins="later\n\n later ")
    admin.get(f"{group}/members")
    admin.post(f"{group}/members/remove", login="ada")
    sent = form_of(admin, f"{group}/edit")
    admin.post(f"{group}/edit", **{**sent, "name": "Helpers"})
    admin.get(f"{group}/delete")
    admin.post(f"{group}/delete")

    with app.app_context():
        events = events_about("first_aiders")[::-1]

    assert [each.kind for each in events] == [
        "group.added", "group.members_added", "group.members_removed", "group.changed",
        "group.removed",
    ]  # fmt: skip
    assert events[1].changes == {"members": [None, ["ada", "later"]]}
    assert events[3].changes == {"name": ["First aiders", "Helpers"]}
    assert {each.actor for each in events} == {events[0].actor}
    assert events[0].actor.startswith("account:")


def test_a_group_in_use_is_not_deleted_and_nothing_opens(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    local(admin)
    admin.get("/admin/groups/safety/delete")
    assert "Its people read “First aid”" in admin.text

    admin.post("/admin/groups/safety/delete")

    assert admin.response.status_code == 422
    assert CANARY not in str(as_person("ada").get("/people/ben"))
    assert CANARY in str(as_person("sam").get("/people/ben"))


def test_another_group_takes_the_place_of_one_that_is_deleted(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada, sam = as_person("ada"), as_person("sam")
    add(admin, local(admin), "ada")
    admin.get("/admin/groups/safety/delete")

    admin.post("/admin/groups/safety/delete", replacement="first_aiders")

    assert admin.response.status_code == 303
    assert CANARY in str(ada.get("/people/ben"))
    assert CANARY not in str(sam.get("/people/ben"))


def test_a_group_of_the_directory_is_found_by_words_and_declared(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    dn = f"cn=Field (Süd),{GROUPS}"
    company.add(dn, {"objectClass": [b"groupOfNames"], "cn": ["Field (Süd)".encode()],
                     "member": [f"uid=ben,ou=people,{SUFFIX}".encode()]})  # fmt: skip
    admin.get("/admin/groups/find")
    page = admin.post("/admin/groups/find", directory="main", q="(sü")
    rows = page.select(".lines > li")
    assert len(rows) == 1
    link = rows[0].select_one("a.btn")
    assert link

    sent = form_of(admin, str(link["href"]))
    admin.post("/admin/groups/new", **sent)
    assert admin.response.status_code == 303
    waits = row_of(admin, "field_sued")
    with app.app_context():
        a_run(company)

    assert (sent["name"], sent["dn"]) == ("Field (Süd)", dn)
    assert "not read yet" in waits
    assert members(admin, "field_sued") == ["Ben Özgür"]
    assert "Declared here as field_sued" in found_in_directory(admin)


def test_opening_the_page_asks_no_directory(admin: Browser, company: FakeDirectory) -> None:
    company.go_down()

    page = admin.get("/admin/groups/find")

    assert "does not answer" not in page.get_text()
    assert page.select_one('form[method="post"] input[name="csrf_token"]')
    assert "Safety" not in page.get_text()


def test_who_does_not_decide_about_a_group_reads_why_and_meets_no_form(
    admin: Browser, as_person: Callable[[str], Browser], app: Flask
) -> None:
    """B27: the group makes system administrators, and Ada is a plain administrator."""
    add(admin, local(admin, "Rulers"), "sam", logins="later")
    with app.app_context(), transaction():
        ada = db.session.scalars(db.select(Person.id).where(Person.login == "ada")).one()
        give_role(OPERATOR, ada, Role.ADMINISTRATOR)
        ids = groups_by_key()
        for key in ("rulers", "safety"):
            db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, group_id=ids[key]))
    ada_reads, why = as_person("ada"), "Only they decide who is in it."

    for path in ("rulers/members", "rulers/delete", "safety/edit", "safety/delete"):
        page = ada_reads.get(f"/admin/groups/{path}")
        assert why in page.get_text(), path
        assert not page.select("main input[type=checkbox], main .btn--bad, main textarea"), path
        assert why not in admin.get(f"/admin/groups/{path}").get_text()
    sent = form_of(ada_reads, "/admin/groups/safety/edit")
    ada_reads.post("/admin/groups/safety/edit", **{**sent, "name": "First aid"})

    assert ada_reads.response.status_code == 303


def test_a_directory_that_does_not_answer_is_said_and_a_dn_can_be_typed(
    admin: Browser, company: FakeDirectory
) -> None:
    company.go_down()
    assert "does not answer" in found_in_directory(admin)

    sent = form_of(admin, "/admin/groups/new?directory=main")
    admin.post("/admin/groups/new", **{**sent, "name": "Board", "dn": "no dn"})
    refused = (admin.response.status_code, "is not a distinguished name" in admin.text)
    admin.post("/admin/groups/new", **{**sent, "name": "Board", "dn": f"cn=board,{GROUPS}"})

    assert refused == (422, True)
    assert admin.response.status_code == 303


def test_what_cannot_be_a_group_is_refused_and_stays_in_the_form(admin: Browser) -> None:
    for typed, said in REFUSED:
        admin.get("/admin/groups/new")

        admin.post("/admin/groups/new", **typed)

        assert admin.response.status_code == 422
        assert said in admin.text
        field = admin.page.select_one("#f-name")
        assert field
        assert str(field["value"])[:1] == typed["name"].strip()[:1]


def test_b27_names_that_look_the_same_stand_with_their_keys(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        for key, name in {"a1": "Admins", "a2": "admins ", "a3": "Аdmins"}.items():
            db.session.add(Group(key=key, name=name))

    page = admin.get("/admin/groups")
    names = [each.get_text().strip() for each in page.select(".lines .who a")]
    ticked = admin.get("/admin/categories/safety/edit").select("#groups-list bdi")

    assert sorted(names) == ["Admins [a1]", "Safety", "admins  [a2]", "Аdmins [a3]"]
    assert sorted({each.get_text() for each in ticked}) == sorted(names)


def test_a_group_that_is_not_there_is_not_found(admin: Browser) -> None:
    for path in ("members", "edit", "delete"):
        admin.get(f"/admin/groups/none/{path}")

        assert admin.response.status_code == 404


def test_a_form_from_before_somebody_elses_change_asks_first(admin: Browser) -> None:
    group = local(admin)
    old = form_of(admin, f"{group}/edit")
    admin.post(f"{group}/edit", **{**old, "name": "Theirs"})
    admin.get(f"{group}/edit")

    admin.post(f"{group}/edit", **{**old, "name": "Mine"})

    assert admin.response.status_code == 422
    assert "Somebody changed this while the form was open" in admin.text
    assert "Theirs" in admin.get("/admin/groups").get_text()
