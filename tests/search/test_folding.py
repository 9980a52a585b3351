"""How letters are compared; which words are found by them stands in `test_words.py`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.search.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Müller", "muller"),
        ("GROẞ", "gross"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("İpek Işık", "ipek isik"),
        ("ﬁnch", "finch"),
        ("Jose\u0301", "jose"),
        ("zero\u200bwidth", "zerowidth"),
        ("ΕΛΈΝΗ", "ελενη"),
        ("が", "が"),
        ("김지우", "김지우"),
    ],
)
def test_case_accents_and_what_nobody_sees_do_not_count(written: str, folded: str) -> None:
    """B46, B48."""
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
