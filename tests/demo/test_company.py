"""The invented company: the same each time, believable, and awkward on purpose."""

import time
from collections import Counter
from functools import cache

import phonenumbers
import pytest

from lupweb.demo import work
from lupweb.demo.cast import GHOST, LONG_TITLE
from lupweb.demo.company import (
    EDITOR,
    EMPLOYEE,
    FEWEST,
    LEVELS,
    PORTRAITS,
    Company,
    make_company,
)
from lupweb.demo.groups import HR, IT, SAFETY
from lupweb.demo.person import Person
from lupweb.errors import InvalidValue

cached = cache(make_company)


@pytest.fixture(scope="module")
def company() -> Company:
    return cached()


@pytest.fixture(scope="module")
def people(company: Company) -> dict[str, Person]:
    return {person.uid: person for person in company.people}


def members(company: Company, key: str) -> tuple[str, ...]:
    return next(group.members for group in company.groups if group.key == key)


def depth(company: Company) -> int:
    levels = {GHOST: 0}
    for person in company.people:
        levels[person.uid] = levels[person.manager] + 1 if person.manager else 1
    return max(levels.values())


def test_the_same_seed_makes_the_same_company() -> None:
    assert make_company(80, seed=7) == make_company(80, seed=7)


def test_another_seed_makes_another_company() -> None:
    assert make_company(80, seed=7).people != make_company(80, seed=8).people


@pytest.mark.parametrize("size", [FEWEST, 250, 1_001])
def test_it_has_exactly_as_many_people_as_were_asked_for(size: int) -> None:
    assert len({person.uid for person in cached(size).people}) == size


def test_a_company_too_small_for_its_cast_is_refused() -> None:
    with pytest.raises(InvalidValue, match=f"at least {FEWEST} people"):
        make_company(FEWEST - 1)


@pytest.mark.parametrize(("size", "levels"), [(250, 5), (1_000, 6), (10_000, 8)])
def test_the_tree_grows_deeper_with_the_company(size: int, levels: int) -> None:
    assert depth(cached(size)) == levels


def test_a_manager_stands_before_the_reports(company: Company) -> None:
    seen = {None, GHOST}
    for person in company.people:
        assert person.manager in seen
        seen.add(person.uid)


def test_nobody_has_more_direct_reports_than_can_be_led() -> None:
    reports = Counter(person.manager for person in cached(10_000).people)

    assert max(reports.values()) < 25


def test_one_person_directs_the_company_and_one_other_reports_to_nobody(company: Company) -> None:
    tops = [person.title for person in company.people if person.manager is None]

    assert tops == ["Managing Director", "Ombudsperson"]


def test_one_person_names_a_manager_who_is_not_there(
    company: Company, people: dict[str, Person]
) -> None:
    lost = [each.uid for each in company.people if each.manager and each.manager not in people]

    assert lost == ["werner.waise"]


def test_the_ordinary_employee_has_a_manager_and_peers_and_is_in_no_restricted_group(
    company: Company, people: dict[str, Person]
) -> None:
    login, _password = EMPLOYEE
    ines = people[login]

    peers = [each.uid for each in company.people if each.manager == ines.manager]

    assert people[ines.manager or ""].display_name == "Leila Haddadi"
    assert len(peers) > 1
    assert not any(login in members(company, key) for key in (SAFETY, HR, IT))


def test_the_editor_is_a_safety_officer_in_a_department(
    company: Company, people: dict[str, Person]
) -> None:
    login, _password = EDITOR

    assert login in members(company, SAFETY)
    assert people[login].department == "People"


def test_the_two_printed_logins_have_the_passwords_that_are_printed(company: Company) -> None:
    assert company.password_of(EMPLOYEE[0]) == EMPLOYEE[1]
    assert company.password_of(EDITOR[0]) == EDITOR[1]


def test_everybody_else_has_a_password_of_their_own(company: Company) -> None:
    passwords = {company.password_of(person.uid) for person in company.people}

    assert len(passwords) == len(company.people)
    assert all(len(password) >= 16 for password in passwords)


def test_passwords_depend_on_the_seed() -> None:
    uid = "annika.brandt"

    assert cached(80, 7).password_of(uid) != cached(80, 8).password_of(uid)


def test_everybody_has_what_the_restricted_category_shows(company: Company) -> None:
    assert all(person.emergency_phone and person.first_aid for person in company.people)
    assert any(person.first_aid.startswith("Yes, until ") for person in company.people)


def test_every_number_is_valid(company: Company) -> None:
    numbers = {
        *(number for each in company.people for number in (each.phone, each.mobile) if number),
        *work.mobile_numbers(),
        *work.home_numbers(),
    }

    for number in numbers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_desk_phones_of_a_large_company_are_valid_too() -> None:
    for person in cached(10_000).people[-20:]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone or "")), person.phone


def test_nobody_shares_a_desk_phone(company: Company) -> None:
    phones = [person.phone for person in company.people if person.phone]

    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize(
    ("uid", "shown"),
    [
        ("johannes.winterfeld", "Winterfeld, Johannes (Dr.)"),
        ("pat+oneil", 'Patrick "Paddy" O\'Neil'),
        ("mia.holmlund", "Mia Holm\\Lund"),
        ("duty", "#1 Duty Desk"),
        ("zoe.zed", "Zoë <Zed>; a=b + c"),
        ("joerg.weiss", "Jörg Weiß"),
        ("isil.yildiz", "Işıl Yıldız"),
        ("mohammed.alhaddad", "محمد الحدّاد"),
        ("ruth.benami", "רות בן־עמי"),
    ],
)
def test_awkward_names_are_always_there(people: dict[str, Person], uid: str, shown: str) -> None:
    assert people[uid].display_name == shown


def test_what_may_be_missing_is_missing_once(company: Company) -> None:
    assert [each.uid for each in company.people if each.mail is None] == ["nils.ohnemail"]
    assert [each.uid for each in company.people if each.phone is None] == ["stille.wasser"]


def test_two_people_have_the_same_name(people: dict[str, Person]) -> None:
    assert people["anna.schmidt"].display_name == people["anna.schmidt2"].display_name


def test_one_title_is_very_long(people: dict[str, Person]) -> None:
    assert people["maxima.lang"].title == LONG_TITLE
    assert len(LONG_TITLE) > 150


@pytest.mark.parametrize(("size", "fewest", "most"), [(250, 12, 20), (1_000, 45, 55)])
def test_there_are_more_groups_in_a_large_company(size: int, fewest: int, most: int) -> None:
    groups = cached(size).groups

    assert fewest <= len(groups) <= most
    assert all(group.members for group in groups)
    assert len({group.key for group in groups}) == len({group.name for group in groups})


def test_group_names_hold_each_character_that_a_dn_escapes(company: Company) -> None:
    names = "".join(group.name for group in company.groups)

    assert set(',+"#;\\=<>') <= set(names)


def test_one_group_is_inside_another(company: Company) -> None:
    nested = [group for group in company.groups if group.subgroups]

    assert [group.subgroups for group in nested] == [(SAFETY,)]


def test_hr_and_it_are_their_departments(company: Company, people: dict[str, Person]) -> None:
    assert {people[uid].department for uid in members(company, HR)} == {"People"}
    assert {people[uid].department for uid in members(company, IT)} == {"IT"}


def test_names_come_from_many_scripts() -> None:
    letters = "".join(person.display_name for person in cached(1_000).people)

    for first, last in ("Αω", "Ѐя", "את", "ءي", "अह", "一龥", "가힣", "Ạỹ"):
        assert any(first <= letter <= last for letter in letters), f"{first} to {last}"


def test_every_login_is_made_of_plain_letters() -> None:
    odd = {"pat+oneil"}
    logins = {person.uid for person in cached(10_000).people} - odd

    assert all(login.replace(".", "").isalnum() and login.isascii() for login in logins)
    assert not any(login.startswith(".") or login.endswith(".") for login in logins)


def test_most_people_of_a_small_company_have_a_picture_that_nobody_else_has(
    company: Company,
) -> None:
    portraits = [each.portrait for each in company.people if each.portrait is not None]

    assert 0.5 < len(portraits) / len(company.people) < 0.7
    assert len(set(portraits)) == len(portraits)


def test_a_fifth_of_a_large_company_has_a_picture() -> None:
    people = cached(10_000).people
    portraits = [each.portrait for each in people if each.portrait is not None]

    assert 0.18 < len(portraits) / len(people) < 0.22
    assert max(portraits) < PORTRAITS


def test_levels_are_listed_from_the_largest_company_down() -> None:
    assert list(LEVELS) == sorted(LEVELS, reverse=True)


def test_ten_thousand_people_take_a_moment_only() -> None:
    started = time.process_time()

    make_company(10_000, seed=3)

    assert time.process_time() - started < 5
