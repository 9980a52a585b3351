"""Which values of which attribute switch somebody off: by an administrator's own words."""

from datetime import UTC, datetime

import pytest

from lupweb.directories.switching import folded_value, switched_off_by
from lupweb.ldap.entry import Entry
from lupweb.sync.disabled import disabled_reason

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "held", [b"left", b"LEFT", b" Left ", "le\u200bft".encode(), b"Left\t", b"\xef\xbb\xbfleft"]
)
def test_values_are_compared_clean_and_whatever_their_case(held: bytes) -> None:
    rule = switched_off_by("employeeType", " lEFT")

    assert rule is not None
    assert rule.is_among([b"staff", held])


@pytest.mark.parametrize("held", [b"", b"left for lunch", b"lef", b"\xff\xfe", b"l" * 1_000])
def test_another_value_and_what_is_no_text_switches_nobody_off(held: bytes) -> None:
    rule = switched_off_by("employeeType", "left")

    assert rule is not None
    assert not rule.is_among([held])
    assert not rule.is_among([])


def test_letters_beyond_ascii_are_the_same_in_either_form() -> None:
    assert folded_value("AUSGESCHIEDEN ÄÖ") == folded_value("ausgeschieden a\u0308o\u0308".encode())


@pytest.mark.parametrize(
    ("attribute", "value"), [("", ""), ("employeeType", ""), ("", "left"), ("  ", "left")]
)
def test_half_a_rule_is_none(attribute: str, value: str) -> None:
    assert switched_off_by(attribute, value) is None


def test_the_reason_names_the_attribute_whatever_its_case_and_servers_go_first() -> None:
    rule = switched_off_by("employeetype", "left")
    left = Entry("cn=x", {"employeeType": [b"Left"]})
    both = Entry("cn=x", {"employeeType": [b"Left"], "nsAccountLock": [b"TRUE"]})

    assert disabled_reason(left, NOW, rule) == "employeetype"
    assert disabled_reason(both, NOW, rule) == "nsAccountLock"
    assert disabled_reason(left, NOW) == ""
