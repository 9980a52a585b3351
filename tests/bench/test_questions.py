"""Seeded questions, and the plain table that they are asked beside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lupweb.bench.plain import PAGE, PlainTable, write_table
from lupweb.bench.questions import (
    DIGITS,
    LETTERS,
    LOGIN,
    TWO,
    TYPO,
    WORD_AND_PREFIX,
    make_questions,
)
from lupweb.demo.company import Company, make_company


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company(200)


@pytest.fixture
def table(company: Company, tmp_path: Path) -> Iterator[PlainTable]:
    write_table(tmp_path / "plain.sqlite", company.people)
    table = PlainTable(tmp_path / "plain.sqlite")
    yield table
    table.close()


def test_questions_are_the_same_each_time(company: Company) -> None:
    assert make_questions(company.people, 20) == make_questions(company.people, 20)


def test_every_class_has_as_many_questions_as_asked_for(company: Company) -> None:
    questions = make_questions(company.people, 20)

    assert {name: len(asked) for name, asked in questions.items()} == dict.fromkeys(
        (LETTERS, TWO, TYPO, DIGITS, LOGIN, WORD_AND_PREFIX), 20
    )
    assert {len(query) for query in questions[TWO]} == {2}
    assert {len(query) for query in questions[LETTERS]} <= {3, 4, 5, 6}
    assert all(query.isdigit() for query in questions[DIGITS])


def test_a_typo_is_one_step_from_the_name_of_somebody(company: Company) -> None:
    words = {word for person in company.people for word in person.display_name.split()}

    questions = make_questions(company.people, 20)[TYPO]

    assert all(any(abs(len(query) - len(word)) <= 1 for word in words) for query in questions)
    assert len(set(questions) - words) > 15


def test_every_login_is_of_somebody(company: Company) -> None:
    assert set(make_questions(company.people, 20)[LOGIN]) <= {each.uid for each in company.people}


def test_the_plain_table_finds_words_in_any_column(company: Company, table: PlainTable) -> None:
    wanted = company.people[7]

    names, total, by_department, by_location = table.page(wanted.uid)

    assert wanted.display_name in names
    assert total == by_department.total() == by_location.total()


def test_the_plain_table_takes_patterns_for_letters(table: PlainTable) -> None:
    assert table.page("%_%")[1] == 0


def test_both_ways_of_the_plain_table_find_the_same(company: Company, table: PlainTable) -> None:
    word = company.people[5].family_name[:3]

    names, *counts = table.page(word)
    same_names, *same_counts = table.page_at_once(word)

    assert counts == same_counts
    assert sorted(names) == sorted(same_names) or len(names) == PAGE
