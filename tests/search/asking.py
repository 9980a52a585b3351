"""Ask for a page, and compare it with a plain reading of everybody."""

from lupweb.accounts.viewers import Viewer
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.search.matching import match
from lupweb.search.queries import PAGE, found_people, people_page
from lupweb.search.request import PeoplePage, SearchRequest
from tests.search.crowds import FACETS, RESTRICTED, Crowd, expected

OPEN = tuple(key for key in FACETS if key != RESTRICTED)
"""The facets that everybody may read."""


def answer(viewer: Viewer, request: SearchRequest) -> PeoplePage:
    return people_page(viewer, load_layout(), options(), request)


def counts(page: PeoplePage) -> dict[str, dict[str, int]]:
    return {
        each.key: {option.value: option.count for option in each.options} for each in page.facets
    }


def assert_as_expected(
    crowd: Crowd, viewer: Viewer, readable: tuple[str, ...], asked: SearchRequest
) -> None:
    found = match(viewer, load_layout(), asked.query).ids
    want = expected(crowd, readable, asked, None if found is None else set(found))
    page = answer(viewer, asked)
    number = min(asked.page, page.count)
    part = want.ids[(number - 1) * PAGE : number * PAGE]

    assert [card.id for card in page.cards] == part, asked
    assert (page.total, page.number) == (len(want.ids), number), asked
    assert counts(page) == want.facets, asked
    assert page.letters == want.letters, asked
    assert {way.key: way.total for way in page.ways_out} == want.ways_out, asked
    assert page.everybody == sum(each.is_shown for each in crowd.people)
    everybody = found_people(viewer, load_layout(), options(), asked)
    assert [person.id for person in everybody] == want.ids, asked
