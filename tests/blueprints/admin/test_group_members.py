"""Who is in a group, and why, in the browser; without a script."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import insert

from lupweb.database import db, transaction
from lupweb.people.models import Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.queries import groups_by_key
from tests.blueprints.admin.conftest import CANARY
from tests.blueprints.admin.grouping import add, local, members, plain, queries, row_of
from tests.browsing import Browser
from tests.factories import SUFFIX, a_local_group, a_local_person, a_run, an_entry
from tests.fakes import FakeDirectory

GROUPS = f"ou=groups,{SUFFIX}"


def test_where_a_text_may_mean_several_people_one_is_chosen(admin: Browser, app: Flask) -> None:
    with app.app_context():
        a_local_person("kim1", "Kim Lee")
        a_local_person("kim2", "Kim Lee")
    group = local(admin)

    assert add(admin, group, "ada", "Kim Lee") == 422
    choices = admin.page.select("input[type=radio][name=people]")
    kept = [each["value"] for each in admin.page.select("[data-one]")]
    assert [each.find_next("bdi").find_next("bdi").get_text() for each in choices] == [
        "kim1", "kim2",
    ]  # fmt: skip
    admin.post(f"{group}/members/add", people=[*kept, str(choices[1]["value"])])

    assert members(admin, "first_aiders") == ["Kim Lee", "Ada Lovelace"]
    assert admin.page.select_one("input[name=login][value=kim2]")


def test_nobody_is_added_where_a_name_is_nobodys_and_what_was_typed_stays(admin: Browser) -> None:
    group = local(admin)

    assert add(admin, group, "ada", "Nobody Atall") == 422

    assert "Nobody here is found by “Nobody Atall”" in admin.text
    assert [each["value"] for each in admin.page.select("[data-one]")] == ["ada", "Nobody Atall"]
    assert members(admin, "first_aiders") == []


def test_a_login_that_nobody_has_waits_until_somebody_has_it(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    group = local(admin)
    add(admin, group, logins="Dea\nada")
    waiting = admin.get(f"{group}/members").select_one("#h-waiting")
    assert waiting
    assert members(admin, "first_aiders") == ["Ada Lovelace"]

    an_entry(company, "dea", "Dea Young")
    with app.app_context():
        a_run(company)

    assert members(admin, "first_aiders") == ["Ada Lovelace", "Dea Young"]
    assert not admin.page.select_one("#h-waiting")


def test_a_login_that_two_people_have_is_refused_in_words(admin: Browser, app: Flask) -> None:
    with app.app_context():
        a_local_person("BEN", "Another Ben")

    assert add(admin, local(admin), "ben") == 422

    assert "Two people have the login" in admin.text


def test_who_is_kept_out_of_the_people_directory_is_found_by_login(
    admin: Browser, app: Flask
) -> None:
    with app.app_context():
        id_ = a_local_person("meeting-room", "Meeting Room")
        with transaction():
            db.session.get_one(Person, id_).is_listed = False

    assert add(admin, local(admin), "meeting-room") == 303

    assert members(admin, "first_aiders") == ["Meeting Room"]
    assert "not in the people directory" in admin.text
    assert "First aiders" in admin.get("/admin/groups/person", person=f"id:{id_}").get_text()


def test_the_members_of_a_directorys_group_are_changed_in_the_directory(admin: Browser) -> None:
    page = admin.get("/admin/groups/safety/members")
    assert not page.select("form[method=post] input[name=people]")

    assert add(admin, "/admin/groups/safety", "ada") == 422
    assert "Change its members there" in admin.text
    assert members(admin, "safety") == ["Sam Safe"]


def test_b28_who_left_the_group_in_the_directory_is_without_its_rights_after_the_next_run(
    admin: Browser, as_person: Callable[[str], Browser], company: FakeDirectory, app: Flask
) -> None:
    sam = as_person("sam")
    assert CANARY in str(sam.get("/people/ben"))

    company.set(f"cn=safety,{GROUPS}", "member", [f"uid=ada,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        a_run(company)

    assert CANARY not in str(sam.get("/people/ben"))
    assert members(admin, "safety") == ["Ada Lovelace"]
    assert "Sam Safe is in no group." in plain(admin.get("/admin/groups/person", person="sam"))


def test_b29_a_page_says_through_which_groups_somebody_is_in_it(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    inner, outer = f"cn=inner,{GROUPS}", f"cn=outer,{GROUPS}"
    for dn, named in ((outer, inner), (inner, f"uid=ben,ou=people,{SUFFIX}")):
        members_ = [named.encode(), f"cn=safety,{GROUPS}".encode()]
        company.add(dn, {"objectClass": [b"groupOfNames"], "member": members_})
    company.set(f"cn=safety,{GROUPS}", "member",
                [outer.encode(), f"uid=sam,ou=people,{SUFFIX}".encode()])  # fmt: skip
    with app.app_context():
        run = a_run(company)

    page = admin.get("/admin/groups/safety/members")
    whys = [plain(each) for each in page.select(".member__why")]
    since = [plain(each) for each in page.select(".member__why ~ span")]
    inside = [plain(row) for row in page.select(".inside")]
    ben = plain(admin.get("/admin/groups/person", person="Ben Özgür"))

    assert whys == ["Through outer › inner", "Named by the group itself"]
    assert since[0].startswith(f"ben · since run {run}, ")
    assert any(inner in row and "outer" in row for row in inside)
    assert "Through outer › inner" in ben


def test_a_group_that_is_gone_from_the_directory_says_so(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.delete(f"cn=safety,{GROUPS}")
    with app.app_context():
        a_run(company)

    assert "not in the directory" in row_of(admin, "safety")
    assert "did not find its entry" in plain(admin.get("/admin/groups/safety/members"))


def test_the_pages_ask_the_database_as_often_for_5000_members_as_for_one(
    admin: Browser, app: Flask
) -> None:
    paths = ("/admin/groups", "/admin/groups/big/members?page=2", "/admin/groups/person?person=ben")
    with app.app_context():
        a_local_group("big")
        a_local_person("first", groups=["big"])
    _cold, few = ([queries(admin, path) for path in paths] for _time in range(2))

    with app.app_context():
        a_local_group(*(f"group{number}" for number in range(20)))
        _crowd(5_000)
    many = [queries(admin, path) for path in paths]
    admin.get("/admin/groups/big/members?page=2")
    names = [each.get_text(strip=True) for each in admin.page.select(".member .person b")]
    found = admin.get("/admin/groups/big/members", q="clerk 4321 C4321@")

    assert many == few
    assert max(few) <= 30
    assert len(names) == 50
    assert len(found.select(".member")) == 1
    assert "51 to 100 of 5,001" in plain(admin.get("/admin/groups/big/members?page=2"))


def test_a_page_that_is_not_there_is_the_last_one(admin: Browser) -> None:
    page = admin.get("/admin/groups/safety/members", page="99999999")

    assert len(page.select(".member")) == 1


def _crowd(count: int) -> None:
    with transaction():
        people = [
            {"login": f"c{n}", "login_folded": fold_login(f"c{n}"), "name": f"Clerk {n}",
             "sort_name": f"clerk {n:05}", "email": f"c{n}@example.com", "document": {"values": {}}}
            for n in range(count)
        ]  # fmt: skip
        db.session.execute(insert(Person), people)
        ids = db.session.scalars(db.select(Person.id).where(Person.login.like("c%"))).all()
        group = groups_by_key()["big"]
        db.session.execute(insert(Membership), [{"group_id": group, "person_id": i} for i in ids])
