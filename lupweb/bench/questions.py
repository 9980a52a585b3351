"""What people type into the search box: seeded questions about an invented company."""

from collections.abc import Callable, Sequence
from random import Random

from lupweb.demo.person import Person

SEED = 96
COUNT = 100
LETTERS, TWO, TYPO = "3+ letters", "2 letters", "typo"
DIGITS, LOGIN, WORD_AND_PREFIX = "digits", "login", "word + prefix"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_WORD = 5
PREFIXES = (3, 4, 5, 6)
DIGITS_ASKED = 5


def make_questions(
    people: Sequence[Person], count: int = COUNT, seed: int = SEED
) -> dict[str, list[str]]:
    """Return `count` questions of each class; each is made from a person who is there."""
    kinds: dict[str, Callable[[Person, Random], str]] = {
        LETTERS: _prefix,
        TWO: lambda person, _random: _words(person)[-1][:2],
        TYPO: lambda person, random: _mistyped(_words(person)[-1], random),
        DIGITS: _digits,
        LOGIN: lambda person, _random: person.uid,
        WORD_AND_PREFIX: lambda person, _random: " ".join(
            [_words(person)[0], _words(person)[-1][:3]]
        ),
    }
    random = Random(seed)  # noqa: S311 - no secrets
    able = [person for person in people if len(_words(person)) > 1]
    return {
        name: [ask(able[int(random.random() * len(able))], random) for _ in range(count)]
        for name, ask in kinds.items()
    }


def _words(person: Person) -> list[str]:
    """Return the longer words of a name as it is written."""
    return [word for word in person.display_name.split() if len(word) >= SHORTEST_WORD]


def _prefix(person: Person, random: Random) -> str:
    return _words(person)[-1][: PREFIXES[int(random.random() * len(PREFIXES))]]


def _digits(person: Person, _random: Random) -> str:
    digits = "".join(sign for sign in person.phone or person.emergency_phone if sign.isdigit())
    return digits[-DIGITS_ASKED:]


def _mistyped(word: str, random: Random) -> str:
    """Return `word` with one letter left out, doubled, exchanged or swapped; never the first."""
    at = 1 + int(random.random() * (len(word) - 2))
    letter = ALPHABET[int(random.random() * len(ALPHABET))]
    return [
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ][int(random.random() * 4)]
