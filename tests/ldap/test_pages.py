"""The contract of Directory.pages, on a fake and on real servers."""

import pytest

from lupweb.errors import DirectoryRefused, DirectoryUnavailable, LimitExceeded
from lupweb.ldap.filters import equals
from lupweb.ldap.filters import given as given_filter
from lupweb.ldap.session import Directory
from tests.ldap.company import NUMBER_OF_PEOPLE, ODD_NAMES, PEOPLE
from tests.ldap.conftest import Company

WITHOUT_ACTIVE_DIRECTORY = pytest.mark.parametrize("company", ["fake", "slapd"], indirect=True)
EVERYBODY = "(objectClass=person)"
ALL_PEOPLE = NUMBER_OF_PEOPLE + len(ODD_NAMES)


def test_pages_give_everybody_once(directory: Directory) -> None:
    pages = list(directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=10))

    uids = [entry.first("uid") for page in pages for entry in page]
    assert [len(page) for page in pages] == [10, 10, 10, 1]
    assert len(set(uids)) == ALL_PEOPLE


def test_a_last_page_that_is_full_is_the_end(directory: Directory) -> None:
    pages = list(directory.pages(PEOPLE, given_filter("uid=u*"), ["uid"], page_size=5))

    assert [len(page) for page in pages] == [5, 5, 5, 5, 5]


def test_pages_of_nobody_are_no_pages(directory: Directory) -> None:
    assert list(directory.pages(PEOPLE, equals("uid", "nobody"), ["uid"])) == []


@WITHOUT_ACTIVE_DIRECTORY
def test_x05_a_size_limit_is_never_a_complete_answer(company: Company) -> None:
    with company.limited() as directory, pytest.raises(LimitExceeded, match=r"size\.prtotal"):
        list(directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=4))


def test_b87_more_pages_than_the_guard_allows_are_no_answer(directory: Directory) -> None:
    with pytest.raises(DirectoryRefused, match="without end"):
        list(directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5, max_pages=3))


@WITHOUT_ACTIVE_DIRECTORY  # it keeps several at once
def test_two_paged_searches_on_one_connection_break_the_first(directory: Directory) -> None:
    first = directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5)
    next(first)
    next(directory.pages(PEOPLE, EVERYBODY, ["cn"], page_size=3))

    with pytest.raises(DirectoryUnavailable):
        list(first)


def test_other_questions_between_two_pages_do_no_harm(directory: Directory) -> None:
    pages = directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5)
    seen = 0
    for page in pages:
        seen += len(page)
        assert directory.read(page[0].dn, ["cn"]).dn == page[0].dn
        assert len(directory.search(PEOPLE, EVERYBODY, ["cn"], limit=1)) == 1

    assert seen == ALL_PEOPLE


def test_pages_that_are_not_read_to_their_end_leave_the_connection_usable(
    directory: Directory,
) -> None:
    for _page in directory.pages(PEOPLE, EVERYBODY, ["uid"], page_size=5):
        break

    assert len(list(directory.pages(PEOPLE, EVERYBODY, ["uid"]))) == 1
