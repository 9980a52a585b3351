"""Groups inside groups: who is a member through which of them, and since which run."""

from collections.abc import Mapping, Sequence

import pytest

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.group_editing import remove_group
from lupweb.database import db, transaction
from lupweb.people.memberships import belongings
from lupweb.people.models import Group, NestedGroup
from lupweb.people.queries import get_person
from tests.factories import SECRET_KEY, SUFFIX, a_connection, a_group, a_run, an_entry
from tests.fakes import FakeDirectory

pytestmark = pytest.mark.usefixtures("in_app")
GROUPS = f"ou=groups,{SUFFIX}"
INSIDE = {
    "all": ["b", "a"], "a": ["c", "ben"], "b": ["c", "all", "cem"], "c": ["dea", "b", "ben"],
}  # fmt: skip
"""`all` holds everybody; `b` holds `all`, and `c` holds `b`: two circles."""


@pytest.fixture
def company(directory: FakeDirectory) -> FakeDirectory:
    for uid in ("ada", "ben", "cem", "dea"):
        an_entry(directory, uid)
    for key, named in INSIDE.items():
        if key != "all":
            a_group_entry(directory, key, named)
    a_group(directory, a_connection(directory), "all", ["ada"])
    name(directory, "all", ["ada", *INSIDE["all"]])
    return directory


def dn_of(named: str) -> str:
    return f"cn={named},{GROUPS}" if named in INSIDE else f"uid={named},ou=people,{SUFFIX}"


def a_group_entry(directory: FakeDirectory, key: str, named: Sequence[str]) -> None:
    values = [dn_of(each).encode() for each in named]
    directory.add(dn_of(key), {"objectClass": [b"groupOfNames"], "member": values})


def name(directory: FakeDirectory, key: str, named: Sequence[str]) -> None:
    directory.set(dn_of(key), "member", [dn_of(each).encode() for each in named])


def ways() -> Mapping[str, tuple[str, int | None]]:
    """Return login -> the way into the group, and the run that found it."""
    found = {}
    for login in ("ada", "ben", "cem", "dea"):
        for each in belongings(get_person(login).id):
            found[login] = ("/".join(each.inside.names) if each.inside else "", each.run_id)
    return found


def test_b29_the_shortest_way_counts_and_a_circle_ends(company: FakeDirectory) -> None:
    run = a_run(company)

    assert ways() == {"ada": ("", run), "ben": ("a", run), "cem": ("b", run), "dea": ("a/c", run)}


def test_b29_the_order_in_which_members_are_named_changes_nothing(company: FakeDirectory) -> None:
    a_run(company)
    before = ways()
    ids = list(db.session.scalars(db.select(NestedGroup.id).order_by(NestedGroup.id)))

    for key, named in {**INSIDE, "all": ["ada", *INSIDE["all"]]}.items():
        name(company, key, named[::-1])
    a_run(company)

    assert ways() == before
    assert list(db.session.scalars(db.select(NestedGroup.id).order_by(NestedGroup.id))) == ids


def test_b28_another_way_is_noted_and_the_run_that_found_the_member_stays(
    company: FakeDirectory,
) -> None:
    first = a_run(company)
    name(company, "a", ["ada"])

    second = a_run(company)
    moved = ways()
    name(company, "all", ["b", "ada"])
    name(company, "b", ["dea"])
    third = a_run(company)

    assert (moved["ben"], moved["dea"]) == (("b/c", first), ("b/c", first))
    assert ways() == {"ada": ("", first), "dea": ("b", first)}
    assert [each.dn for each in db.session.scalars(db.select(NestedGroup))] == [dn_of("b")]
    assert first < second < third


def test_a_group_goes_with_all_that_is_inside_it(company: FakeDirectory) -> None:
    a_run(company)

    with transaction():
        remove_group(OPERATOR, "all", "", SECRET_KEY)

    assert ways() == {}
    assert db.session.scalars(db.select(NestedGroup)).all() == []


def test_who_comes_back_is_a_member_since_the_run_that_found_them_again(
    company: FakeDirectory,
) -> None:
    a_run(company)
    name(company, "all", ["ada"])
    a_run(company)
    name(company, "all", ["ada", "b"])

    third = a_run(company)

    assert ways()["cem"] == ("b", third)


def test_the_group_says_which_run_read_it_and_what_was_in_the_way(company: FakeDirectory) -> None:
    def stored() -> tuple[int | None, str]:
        db.session.rollback()
        group = db.session.scalars(db.select(Group)).one()
        return group.read_run_id, group.trouble

    first = a_run(company)
    well = stored()
    values = {"objectClass": [b"groupOfNames"], "member": [dn_of("ada").encode()]}
    company.delete(dn_of("all"))
    second = a_run(company)
    gone = stored()
    company.add(dn_of("all"), values)
    third = a_run(company)

    assert (well, gone, stored()) == ((first, ""), (second, "gone"), (third, ""))
