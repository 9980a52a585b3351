"""Seeded queries of every kind, made from the names and values of the company."""

import unicodedata
from collections.abc import Callable
from random import Random

from lupweb.demo.person import Person
from tests.search.company import company

EACH = 30
"""Queries of one kind."""


def cases(kind: str) -> list[str]:
    """Return the queries of a kind, always the same ones."""
    random = Random(f"search/{kind}")  # noqa: S311 - the same each time is what is wanted
    people = company().people
    return [KINDS[kind](random, people[random.randrange(len(people))]) for _ in range(EACH)]


def _word(random: Random, person: Person) -> str:
    return random.choice(person.display_name.split())


def in_any_script(random: Random, person: Person) -> str:
    """A word of a name, or the beginning of one; every second one is not in Latin letters."""
    others = [each for each in company().people if not each.family_name[0].isascii()]
    someone = random.choice(others) if random.random() < 0.5 else person
    word = _word(random, someone)
    return word[: random.randint(1, len(word))] if random.random() < 0.5 else word


def several_words(random: Random, person: Person) -> str:
    words = person.display_name.split() + person.title.split() + [person.location]
    chosen = random.sample(words, min(len(words), random.randint(2, 4)))
    return " ".join(word[: random.randint(2, 9)] for word in chosen)


def otherwise_typed(random: Random, person: Person) -> str:
    """A name with umlauts, accents or signs, in another spelling."""
    odd = [each for each in company().people if not each.display_name.replace(" ", "").isalpha()]
    odd += [each for each in company().people if not each.display_name.isascii()]
    name = random.choice(odd).display_name
    change: Callable[[str], str] = random.choice(
        [str.upper, str.casefold, _decomposed, _spelled, _stripped, _unsigned, _invisible]
    )
    return change(name)


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name)


def _spelled(name: str) -> str:
    for letter, two in {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}.items():
        name = name.replace(letter, two)
    return name


def _stripped(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _unsigned(name: str) -> str:
    return name.replace("-", " ").replace("'", "").replace("’", "")


def _invisible(name: str) -> str:
    return "\u200b".join(name) + "\u202e"


def two_letters(random: Random, person: Person) -> str:
    return _word(random, person)[:2]


def typos(random: Random, person: Person) -> str:
    word = max(person.display_name.split(), key=len)
    at = random.randrange(len(word))
    letter = random.choice("aeinrst")
    wrong = random.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :] if at else word,
        ]
    )
    return wrong if random.random() < 0.6 else f"{person.display_name.split()[0]} {wrong}"


def digits(random: Random, person: Person) -> str:
    number = person.phone or person.emergency_phone
    plain = "".join(sign for sign in number if sign.isdigit())
    at = random.randrange(len(plain) - 3)
    return random.choice(
        [
            plain[at : at + random.randint(3, 8)],
            number,
            number.replace("+49 ", "0"),
            number.replace("+49 ", "+49 (0)"),
            number.replace("+", "00"),
            number.replace(" ", "-"),
            " ".join(number.split()[1:]),
            f"{_word(random, person)} {number.split()[-1]}",
            number.translate({ord("0") + n: 0x660 + n for n in range(10)}),
        ]
    )


def logins(random: Random, person: Person) -> str:
    mail = person.mail or f"{person.uid}@nowhere.example"
    whole = random.choice([person.uid, mail, person.chat, person.uid.upper(), f"<{mail}>"])
    return whole if random.random() < 0.7 else whole[: random.randint(3, len(whole))]


def values(random: Random, person: Person) -> str:
    words = f"{person.title} {person.department} {person.location} {person.about}".split()
    return " ".join(random.sample(words, min(len(words), random.randint(1, 3))))


def restricted(random: Random, person: Person) -> str:
    number = person.emergency_phone
    return random.choice(
        [
            person.first_aid.split()[-1],
            number,
            number.split()[-1],
            number.replace(" ", "")[-6:],
            f"{person.display_name.split()[0]} {person.first_aid.split()[0]}",
            f"{_word(random, person)} {number.replace(' ', '')[-5:]}",
        ]
    )


def nonsense(random: Random, person: Person) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzäöüßéłø1234567890 -.'"
    return "".join(random.choice(letters) for _ in range(random.randint(1, 14)))


HOSTILE = (
    "x" * 10_000, "Anna " * 2_000, "%", "_", "\\", "'", '"', "*", "an*", "NEAR(anna, 2)", "AND",
    "anna AND", "anna OR müller", "NOT anna", '"anna', "'anna", "anna')) OR 1=1 --",
    "anna\x00müller",
    "words:anna", "^anna", "{anna}", "an% _na", "&|!<->:*", "anna:*", "(((((", "\ud800anna",
    "\u0301\u0301", "\u202eanna", "#4940", "12:anna", "-anna", "+anna -müller", "a.b.c.d.e.f.g.h",
    "@", "@@anna@@", "’’’", "0000", "(0)(0)(0)", "+", "00", "1" * 200, "🌻", "ﷺ", "½ № ™",
)  # fmt: skip
"""What somebody may type who wants to break something."""


KINDS: dict[str, Callable[[Random, Person], str]] = {
    "scripts": in_any_script,
    "several words": several_words,
    "otherwise typed": otherwise_typed,
    "two letters": two_letters,
    "typos": typos,
    "digits": digits,
    "logins": logins,
    "values": values,
    "restricted": restricted,
    "nonsense": nonsense,
}
