"""How words are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.search.folding import fold, folded_text, variants, words


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Müller", "muller"),
        ("Müller", "Mueller"),
        ("Müller", "MÜLLER"),
        ("Groß", "gross"),
        ("GROẞ", "groß"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Søren", "soeren"),
        ("Işık", "isik"),
        ("İpek", "ipek"),
        ("O’Neil", "o’neil"),
        ("ﬁnch", "finch"),
        ("Nguyễn", "nguyen"),
        ("José", "jose\u0301"),
        ("Ελένη", "ελενη"),
        ("山田", "山田"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name: str, typed: str) -> None:
    text = folded_text([name])

    assert all(word in text for word in words(typed)), text


def test_a_telephone_number_is_found_without_its_blanks() -> None:
    assert "4961120570" in folded_text(["+49 611 20570"])


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_word_is_always_among_its_own_variants(text: str) -> None:
    assert fold(text) in variants(text)
