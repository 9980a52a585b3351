"""Links that write to many people."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from lupweb.contacts.mailing import LINK, LONGEST_LINK, mail_links


def test_every_address_is_written_to_once() -> None:
    assert mail_links(["a@x.example", "", "b@x.example", "a@x.example"]) == [
        "mailto:a@x.example,b@x.example"
    ]
    assert mail_links(["", ""]) == []


def test_long_lists_come_in_parts_that_mail_programs_take() -> None:
    addresses = [f"somebody.with.a.name.{number}@people.example.com" for number in range(300)]

    links = mail_links(addresses)

    assert len(links) > 5
    assert max(map(len, links)) <= LONGEST_LINK
    assert [a for link in links for a in link.removeprefix(LINK).split(",")] == addresses


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)))
def test_b44_no_address_adds_another_recipient_or_a_header(addresses: list[str]) -> None:
    links = mail_links(addresses)

    parts = [part for link in links for part in link.removeprefix(LINK).split(",")]
    assert [unquote(part) for part in parts] == list(dict.fromkeys(addresses))
    assert not any(sign in part for part in parts for sign in "?&=;\r\n ")
