"""Each fault that concerns synchronization has a test that carries its number."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MISTAKES = [f"G9-{number}" for number in range(1, 21)]
FAULTS = [
    *(f"X{number:02}" for number in range(1, 10)), "X12",
    *(f"X{number}" for number in range(19, 26)),
    "X30", "X31", *(f"X{number}" for number in range(33, 37)), "X38", "X39", "X40",
]  # fmt: skip
INPUTS = [
    *(f"B{number}" for number in range(60, 65)), "B70", *(f"B{number}" for number in range(74, 89)),
    *(f"B{number}" for number in range(106, 111)),
]  # fmt: skip
NAMED = re.compile(r"def test_(\w+)|\"{3}(.*)")
MISTAKE = re.compile(r"(?<![a-z0-9])g9((?:[-_][0-9]{1,2}(?![0-9]))+)")
NUMBER = re.compile(r"(?<![a-z0-9])[xb][0-9]{2,3}(?![0-9])")


def numbers() -> set[str]:
    """Return every number that a test, or what is said of it, carries."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for name, said in NAMED.findall(path.read_text()):
            text = re.sub("_(?=[a-z])", " ", f"{name} {said}".lower())
            found |= {each.upper() for each in NUMBER.findall(text)}
            for each in MISTAKE.findall(text):
                found |= {f"G9-{number}" for number in re.findall("[0-9]+", each)}
    return found


@pytest.fixture(scope="module")
def tested() -> set[str]:
    return numbers()


@pytest.mark.parametrize("number", [*MISTAKES, *FAULTS, *INPUTS])
def test_each_number_has_a_test(tested: set[str], number: str) -> None:
    assert number in tested
