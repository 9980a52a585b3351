"""Filters find whom a plain reading of everybody finds."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import update

from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.errors import FilterRefused
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_changed
from lupweb.search import filters
from lupweb.search.request import FILTER, SearchRequest
from tests.databases import both_databases, counted_queries
from tests.search.filter_asking import finder, page, rows_of_the_manual, set_value, shown
from tests.search.filter_cases import CASES
from tests.search.filter_company import FilterCompany
from tests.search.saying import Says, both, either, has, no

OPEN = tuple(written for written in CASES if ":" in written and ">" not in written)


def joined(seed: int, count: int) -> Iterator[tuple[str, Says]]:
    """Invent filters that are joined from others, and what they say."""
    random = Random(seed)  # noqa: S311 - no secrets
    for _number in range(count):
        yield _joined(random, depth=3)


def _joined(random: Random, depth: int) -> tuple[str, Says]:
    if not depth or random.random() < 0.2:
        written = random.choice(OPEN)
        return f"({written})", CASES[written]
    parts = [_joined(random, depth - 1) for _part in range(random.choice((2, 2, 3)))]
    texts, says = [text for text, _says in parts], [each for _text, each in parts]
    sign, join = random.choice(((" AND ", both), (" ", both), (" OR ", either), ("OR ", either)))
    negation = random.choice(("", "", "-", "NOT "))
    whole = join(*says)
    return f"{negation}({sign.join(texts)})", no(whole) if negation else whole


@both_databases
def test_b95_every_filter_finds_whom_a_plain_reading_finds(filter_company: FilterCompany) -> None:
    found = finder(Viewer())
    wrong: list[tuple[object, ...]] = []
    for written, says in (*CASES.items(), *joined(1, 60)):
        want = shown(filter_company, says)
        try:
            got = found(written)
        except FilterRefused as refused:
            wrong.append((written, str(refused)))
            continue
        if got != want:
            wrong.append((written, sorted(got - want), sorted(want - got)))

    assert len(CASES) > 150
    assert not wrong, "\n".join(map(str, wrong))


def test_what_was_asked_before_is_asked_anew_after_every_write(
    filter_company: FilterCompany,
) -> None:
    written = "room:zq-9 OR about:zq-9"
    somebody = [each for each in filter_company.people if each.is_shown][:2]
    assert finder(Viewer())(written) == set()

    set_value(somebody[0], "room", "ZQ-9")
    set_value(somebody[1], "about", "ZQ-9")

    assert finder(Viewer())(written) == {each.id for each in somebody}


def test_a_filter_narrows_the_page_with_its_counts_and_can_be_given_up(
    filter_company: FilterCompany,
) -> None:
    says = both(has("department", "IT"), no(has("location", "Hamburg")))
    want = shown(filter_company, says)
    asked = SearchRequest(filter="  department:IT -location:Hamburg ")

    found = page(Viewer(), asked)
    nobody = page(Viewer(), replace(asked, chosen={"location": ("Hamburg",)}))

    assert found.total == len(want)
    assert {card.id for card in found.cards} <= want
    assert found.request.filter == "department:IT -location:Hamburg"
    departments = next(facet for facet in found.facets if facet.key == "department")
    assert {each.value: each.count for each in departments.options if each.count} == {
        "IT": len(want)
    }
    assert nobody.total == 0
    hamburg = len(shown(filter_company, has("location", "Hamburg")))
    assert {way.key: way.total for way in nobody.ways_out} == {
        FILTER: hamburg,
        "location": len(want),
    }


def test_the_same_queries_are_sent_however_many_people_there_are(
    filter_company: FilterCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 'department:IT AND -(room:4* OR manager:"") OR anna OR started>=2024 ben OR name:x*'
    few = [each.id for each in filter_company.people][20:]

    def sent() -> int:
        filters.forget_answers()
        with counted_queries() as queries:
            finder(Viewer())(written)
        return len(queries)

    before = sent()
    with transaction():
        db.session.execute(
            update(Person).where(Person.id.in_(few)).values(state=PersonState.DISABLED)
        )
        tell_changed(few)

    assert sent() == before <= 30


def test_a_filter_that_is_asked_again_is_not_worked_out_again(
    filter_company: FilterCompany,
) -> None:
    found = finder(Viewer())
    found("about:boats")

    with counted_queries() as queries:
        found("about:boats")

    assert not [each for each in queries if "document" in each]


def test_a_filter_of_words_alone_finds_similar_names_like_the_search_and_others_do_not(
    filter_company: FilterCompany,
) -> None:
    found = finder(Viewer())

    assert found("duarti") == found("duarte")
    assert found("duarti name:*") == set()


def test_a_field_of_the_profile_goes_before_what_everybody_has(
    filter_company: FilterCompany,
) -> None:
    with transaction():
        field = db.session.scalars(db.select(ProfileField).filter_by(key="team")).one()
        field.key = "email"
        for each in filter_company.people:
            each.values["email"] = "Boats"
            db.session.execute(
                update(Person).where(Person.id == each.id).values(document={"values": each.values})
            )
        tell_changed([each.id for each in filter_company.people])

    assert finder(Viewer())("email:boats") == shown(filter_company, lambda _who: True)


IN_OUR_COMPANY = {
    "Harbours": "Sales", "Customer Service": "Research and Development",
    "position:Manager": "department:Sales",
    "Caspar Vogt": "Ben Hansen", "Jorg Meyer": "Anna Muller", "Olaf": "Ben", "skills": "tags",
    "start": "started", "15 November": "10 March", "2025-02-28": "2024-02-29",
    "00494066969310": "0049401234567",
}  # fmt: skip
"""What the manual names in the company of the demo -> the same in the company of these tests."""


def test_every_example_of_the_manual_is_compared_with_a_plain_reading() -> None:
    examples = [written for written, _says in rows_of_the_manual("## Examples")]

    for theirs, ours in IN_OUR_COMPANY.items():
        examples = [written.replace(theirs, ours) for written in examples]

    assert len(examples) > 20
    assert [written for written in examples if written not in CASES] == []
