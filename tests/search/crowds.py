"""A crowd of invented people, and a plain reading of it that every answer is compared with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase

from sqlalchemy import insert

from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import groups_by_key
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_changed
from lupweb.search.folding import fold
from lupweb.search.request import BY_NAME, NEWEST, SearchRequest

FACETS = ("department", "location", "board_role", "grade")
IN_TABLE = ("location", "room")
RESTRICTED = "grade"
NARROW = "board_role"
CHOICES = {
    "department": ("Sales", "sales", "Finance", "Ärzte", "IT", "研究", "Ops (EMEA)", "'; --"),
    "location": ("Porto", "Hamburg", "Gdańsk"),
    "board_role": ("Chair", "Member"),
    "grade": ("ZQX-1", "ZQX-2", "ZQX-3"),
    "room": tuple(f"{floor}.{room:02}" for floor in range(1, 5) for room in range(12)),
}
FAMILIES = (
    "Müller", "Muller", "Maier", "Özgür", "de Vries", "Østergård", "Đorđević", "Иванов", "王",
    "李", "ქართველი", "Zhang", "zu Guttenberg", "O'Neil", "3M", "-", "aa", "Ångström", "𐌰",
)  # fmt: skip


@dataclass
class Someone:
    """A person as the plain reading knows them."""

    id: int
    name: str
    sort_name: str
    state: PersonState
    is_listed: bool
    values: dict[str, str]
    groups: set[str] = field(default_factory=set)

    @property
    def is_shown(self) -> bool:
        return self.state is PersonState.ACTIVE and self.is_listed

    @property
    def letter(self) -> str:
        first = self.sort_name[:1]
        return first.upper() if first and first in ascii_lowercase else "#"

    def value(self, key: str) -> str:
        """Return the value of a field that this person has in the profile at all."""
        if key == NARROW and "board" not in self.groups:
            return ""
        return self.values.get(key, "")


@dataclass
class Crowd:
    """Everybody, the groups, and who looks."""

    people: list[Someone]
    groups: Mapping[str, int]

    def viewer(self, *groups: str) -> Viewer:
        """Return somebody of these groups who is not among the people."""
        return Viewer(None, frozenset(self.groups[key] for key in groups))

    def of_id(self, person_id: int) -> Someone:
        return next(each for each in self.people if each.id == person_id)


def a_crowd(count: int, seed: int = 7, *, after: int = 0) -> Crowd:
    """Store invented people, some of them hidden; return them.

    :param after: how many were stored before, with the profile
    """
    random = Random(seed)  # noqa: S311 - invented people, no secrets
    with transaction():
        groups = groups_by_key() if after else _profile()
        people = [_somebody(random, after + number) for number in range(1, count + 1)]
        add(people)
        rows = [
            {"group_id": groups["board"], "person_id": each.id}
            for each in people
            if random.random() < 0.3 and not each.groups.add("board")
        ]
        if rows:
            db.session.execute(insert(Membership), rows)
        tell_changed([each.id for each in people])
    return Crowd(people, groups)


def add(people: list[Someone]) -> None:
    """Store people as a run does, and tell of them; in a transaction."""
    if people:
        db.session.execute(insert(Person), [_row(each) for each in people])
    tell_changed([each.id for each in people])


def _profile() -> dict[str, int]:
    keys = ("board", "safety")
    db.session.add_all(Group(key=key, name=key.title()) for key in keys)
    db.session.flush()
    define_category("board", "Board", applies_to=["board"])
    define_category("secret", "Secret", visible_to=["safety"])
    define_field("room", "Room", category="work")
    define_field(NARROW, "Role", category="board")
    define_field(RESTRICTED, "Grade", category="secret")
    for row in db.session.scalars(db.select(ProfileField)):
        row.facet = row.key in FACETS
        row.in_table = row.key in IN_TABLE
    db.session.flush()
    return groups_by_key()


def _somebody(random: Random, number: int) -> Someone:
    family = random.choice(FAMILIES) + random.choice(("", "", "-Schmidt", "x", "é"))
    name = f"{random.choice(('Ada', 'Ben', 'Çem', 'Жанна', 'Li'))} {family}"
    state = random.choices(list(PersonState), (8, 1, 1, 1, 1))[0]
    values = {
        key: random.choice(choices) for key, choices in CHOICES.items() if random.random() < 0.8
    }
    return Someone(
        number * 31, name, fold(f"{family} {name}"), state, random.random() < 0.9, values
    )


def _row(someone: Someone) -> dict[str, object]:
    return {
        "id": someone.id,
        "login": f"u{someone.id}",
        "login_folded": f"u{someone.id}",
        "name": someone.name,
        "sort_name": someone.sort_name,
        "email": f"u{someone.id}@example.com",
        "state": someone.state,
        "is_listed": someone.is_listed,
        "document": {"values": someone.values},
        "provenance": {},
        "content_hash": b"",
        "rev": 1,
        "picture_hash": "",
    }


@dataclass(frozen=True)
class Expected:
    """What a request has to give."""

    ids: list[int]
    facets: dict[str, dict[str, int]]
    letters: set[str]
    ways_out: dict[str, int]


def expected(
    crowd: Crowd, readable: tuple[str, ...], asked: SearchRequest, matched: set[int] | None
) -> Expected:
    """Read the answer off everybody, one person after the other.

    :param readable: the facets that the viewer may read
    :param matched: ids of those whom the words find; None: no words
    """
    shown = [each for each in crowd.people if each.is_shown]
    known = {key: Counter(each.value(key) for each in shown) for key in readable}
    known = {key: counts for key, counts in known.items() if set(counts) - {""}}
    tests = {
        key: (lambda each, key=key, there=there: each.value(key) in there)
        for key, values in asked.chosen.items()
        if (there := {value for value in values if value in known.get(key, ())})
    }
    if asked.letter:
        tests["letter"] = lambda each: each.letter == asked.letter
    if matched is not None:
        tests["q"] = lambda each: each.id in matched

    def found(but: str = "") -> list[Someone]:
        others = [test for key, test in tests.items() if key != but]
        return [each for each in shown if all(test(each) for test in others)]

    people = _ordered(found(), asked.sort, {*readable, *IN_TABLE})
    return Expected(
        ids=[each.id for each in people],
        facets={
            key: dict.fromkeys(counts, 0) | Counter(each.value(key) for each in found(key))
            for key, counts in known.items()
        },
        letters={each.letter for each in found("letter")},
        ways_out={} if people else {key: len(found(key)) for key in tests},
    )


def _ordered(people: list[Someone], sort: str, sortable: set[str]) -> list[Someone]:
    key, backwards = sort.removeprefix("-"), sort.startswith("-")
    by_name = sorted(people, key=lambda each: (each.sort_name.encode(), each.id))
    if key == NEWEST:
        return sorted(people, key=lambda each: each.id, reverse=not backwards)
    if key not in sortable:
        return by_name[::-1] if key == BY_NAME and backwards else by_name
    having = [each for each in by_name if each.value(key)]
    places = sorted({_place(each.value(key)) for each in having}, reverse=backwards)
    having.sort(key=lambda each: places.index(_place(each.value(key))))
    return having + [each for each in by_name if not each.value(key)]


def _place(value: str) -> bytes:
    return fold(value).encode()
