"""Which words a text has, and which a query asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.search.entries import leaves_of, prefixes
from lupweb.search.numbers import numbers_in
from lupweb.search.typos import forms, is_typo
from lupweb.search.words import (
    LONGEST_WORD,
    MOST_STARTS,
    MOST_WORDS,
    Word,
    address_words,
    phone_words,
    terms_of,
    words_of,
)
from tests.search import reference


def finds(typed: str, text: str) -> bool:
    """Return whether every word of `typed` finds `text`, in one of its ways."""
    stored = words_of(text).split()
    return all(
        any(
            all(any(word.startswith(prefixes(leaf)) for word in stored) for leaf in alternative)
            for alternative in term.alternatives
        )
        for term in terms_of(typed)
    )


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Müller", "muller"),
        ("Müller", "Mueller"),
        ("Müller", "MÜLLER"),
        ("Mueller", "Müller"),
        ("Mueller", "muller"),
        ("Muller", "Mueller"),
        ("Muller", "Müller"),
        ("Groß", "gross"),
        ("GROẞ", "groß"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Søren", "soeren"),
        ("Åse", "aase"),
        ("Haakon", "Håkon"),
        ("Işık", "isik"),
        ("İpek", "ipek"),
        ("O’Neil", "o'neil"),
        ("O'Neil", "oneil"),
        ("O'Neil", "neil"),
        ("O´Neil", "O’Neil"),
        ("Karl-Heinz", "karl heinz"),
        ("Karl Heinz", "karl-heinz"),
        ("Karl-Heinz", "karlheinz"),
        ("ﬁnch", "finch"),
        ("Nguyễn", "nguyen"),
        ("José", "jose\u0301"),
        ("Ελένη", "ΕΛΕΝΗ"),
        ("Γιώργος", "γιωργοσ"),
        ("山田太郎", "太郎"),
        ("김지우", "지우"),
        ("בן־דוד", "דוד"),
        ("प्रिया शर्मा", "शर्मा"),
        ("zero\u200bwidth", "zerowidth"),
        ("anna.schmidt@ex.com", "anna.schmidt@ex.com"),
        ("anna.schmidt@ex.com", "schmidt.anna"),
        ("anna.schmidt@ex.com", "ex.com"),
        ("@anna.schmidt", "anna.schmidt"),
        ("C.I.A./R&D", "r&d"),
        ("٤٢", "42"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name: str, typed: str) -> None:
    """B48."""
    assert finds(typed, name), (words_of(name), terms_of(typed))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Neil Armstrong", "O'Neil"),
        ("Baur", "Bauer"),
        ("Jonas", "Joe"),
        ("Anna", "Hanna"),
        ("さくらが", "さくらか"),
        ("anna.schmidt@ex.com", "schmidt@ex.com"),
    ],
)
def test_other_names_are_not_found(name: str, typed: str) -> None:
    assert not finds(typed, name)


@pytest.mark.parametrize(
    "query", ["", " ", "%_\\'\"*()", "\u0301\u200b", "...", "@", "\x00", "(0)"]
)
def test_a_query_without_a_letter_asks_for_nothing(query: str) -> None:
    assert terms_of(query) == []


def test_only_so_much_of_a_query_counts() -> None:
    """B91."""
    assert len(terms_of("ab " * 5_000)) == MOST_WORDS
    (word,) = leaves_of(terms_of("x" * 10_000))
    assert word == Word("x" * LONGEST_WORD, ("x" * LONGEST_WORD,))


def test_a_long_text_has_no_more_words_than_its_length() -> None:
    many_starts = words_of(".".join("ab" for _ in range(1_000))).split()
    without_blanks = words_of("山" * 1_000).split()

    assert len(many_starts) <= MOST_STARTS
    assert len(without_blanks) <= MOST_STARTS
    assert max(map(len, many_starts + without_blanks)) == LONGEST_WORD


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("+49 611 20570", "DE", ["4961120570"]),
        ("+49 (0)611 20570", "DE", ["4961120570"]),
        ("0611 20570", "DE", ["061120570", "4961120570"]),
        ("0049 611 20570", "DE", ["004961120570"]),
        ("06 6982 0000", "IT", ["0669820000", "390669820000"]),
        ("1 212 555 0100", "US", ["12125550100", "12125550100"]),
        ("06112057", "", ["06112057"]),
        ("0611 20570", None, ["061120570"]),
        ("1234", "DE", []),
        ("Room 20570", None, []),
    ],
)
def test_the_digits_of_a_number(text: str, region: str | None, numbers: list[str]) -> None:
    assert list(numbers_in(text, region)) == numbers


@pytest.mark.parametrize(
    ("number", "words"),
    [("+49 40 66969-777", "777"), ("+49 (0)40/100", "100"), ("040 1 or 2", "040 1 or 2")],
)
def test_the_extension_is_a_word(number: str, words: str) -> None:
    assert phone_words(number) == words


@pytest.mark.parametrize("typed", ["shmidt", "schmitd", "schmmidt", "schmudt", "cshmidt", "chmidt"])
def test_one_edit_is_a_typo(typed: str) -> None:
    assert is_typo(typed, "schmidt")
    assert forms(typed) & forms("schmidt")


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_typo_is_one_edit_and_leaves_a_form_in_common(one: str, other: str) -> None:
    assert is_typo(one, other) == (reference.distance(one, other) == 1)
    assert not is_typo(one, other) or forms(one) & forms(other)


@given(st.text())
def test_every_text_has_the_words_of_the_plain_rules(text: str) -> None:
    expected = {word for piece in reference.pieces(text) for word in reference.stored(piece)}

    assert set(words_of(text).split()) == {each for word in expected for each in word.split()}


@given(st.text("ab1.@-_ \u00fc'", max_size=30))
def test_the_short_way_for_addresses_finds_by_the_same_beginnings(text: str) -> None:
    short, usual = set(address_words(text).split()), set(words_of(text).split())

    assert short <= usual
    assert all(any(word.startswith(each) for word in short) for each in usual)


@given(st.text(max_size=300))
def test_every_query_can_be_asked(text: str) -> None:
    for leaf in leaves_of(terms_of(text)):
        assert all(form and not set(form) & set(" \"'\\") for form in leaf.forms)
