"""A small company with every kind of value, for filters; and as a plain reading knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import insert, select

from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import groups_by_key
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.models import IndexedValue, ProfileField
from lupweb.profiles.service import tell_changed
from lupweb.search.folding import fold

PEOPLE = 90
TREE = ["eu,Europe,de,Germany,hh,Hamburg", "eu,Europe,pt,Portugal", "as,Asia,jp,Japan"]
CHOICES: Mapping[str, tuple[str, ...]] = {
    "department": (
        "Sales",
        "Sales (EMEA)",
        "Sales (APAC)",
        "IT",
        "Ärzte & Pflege",
        "Research and Development",
        "AND",
        "?Who?",
        "50% *off*",
        'Said "so"',
        "C:\\temp",
        "Sales anna",
        "研究",
    ),
    "location": ("New York", "Hamburg", "Gdańsk", "Frankfurt (Main)", "São Paulo"),
    "team": ("Sales (EMEA)", "Straße 1", "Mueller", "Müller", "R&D", "-5", "a:b", "()", "EMEA"),
    "room": ("4.01", "4.02", "41", "4.1 West", "5.01", "4*", "4?1"),
    "tags": ("Python\nSQL", "python", "Go\nC++\nRust", "Projektführung", "SQL\nÄsthetik"),
    "grade": ("ZQX-1", "ZQX-2"),
    "board_role": ("Chair", "Member"),
    "started": ("2024-01-31", "2024-02-29", "2025-12-31", "2019-06-01", "2026-03-10", "2026-03-17"),
    "birthday": ("--02-29", "--03-01", "--03-10", "--03-18", "--12-31", "1980-03-10"),
    "hours": ("40", "38.5", "20", "0", "-3", "40.0", "many"),
    "first_aid": ("true", "false"),
    "phone": ("+49 40 1234567", "040 1234567", "(040) 76543-21", "+1 212 555 0100", "none"),
    "land": ("DE", "PT", "GB"),
    "site": ("eu/de/hh", "eu/pt", "as/jp"),
    "about": ("Likes boats.\nAnd   trains.", "x" * 3_000, "boats", "<b>bold</b>"),
    "im": ("matrix:@ada:example.com", "@ben:example.com"),
}
"""Key of a field -> values that somebody may have."""
NAMES = (
    "Anna Müller", "Anna Mueller", "Ben Hansen", "Çem Özgür", "Karl-Heinz Groß", "O'Neil Anna",
    "Жанна Иванова", "李 王", "Ana Sousa", "Sales Anna", "Ines Duarte",
)  # fmt: skip


@dataclass
class Someone:
    """A person as the plain reading knows them."""

    id: int
    name: str
    login: str
    email: str
    state: PersonState
    is_listed: bool
    values: dict[str, str]
    groups: set[str] = field(default_factory=set)
    manager: "Someone | str | None" = None

    @property
    def is_shown(self) -> bool:
        return self.state is PersonState.ACTIVE and self.is_listed

    def items(self, key: str) -> list[str]:
        """Return the single values of a field that this person has in the profile at all."""
        if key in {"name", "login", "email"}:
            return [str(getattr(self, key))]
        if key == "board_role" and "board" not in self.groups:
            return []
        return [line for line in self.values.get(key, "").split("\n") if line]


@dataclass
class FilterCompany:
    """Everybody, and the ids of groups by key."""

    people: list[Someone]
    groups: Mapping[str, int]


def a_filter_company() -> FilterCompany:
    """Store the company; return it."""
    random = Random(5)  # noqa: S311 - invented people, no secrets
    people = [_somebody(random, number) for number in range(1, PEOPLE + 1)]
    with transaction():
        groups = _profile()
        db.session.execute(insert(Person), [_row(each) for each in people])
        members = [each for each in people if random.random() < 0.4]
        for each in members:
            each.groups.add("board")
        db.session.execute(
            insert(Membership),
            [{"group_id": groups["board"], "person_id": each.id} for each in members],
        )
        _name_managers(random, people)
        tell_changed([each.id for each in people])
    return FilterCompany(people, groups)


def _profile() -> dict[str, int]:
    db.session.add_all(Group(key=key, name=key.title()) for key in ("board", "safety"))
    db.session.flush()
    define_category("board", "Board", applies_to=["board"])
    define_category("secret", "Secret", visible_to=["safety"])
    define_field("team", "Team of work", category="work", facet=True)
    define_field("room", "Room", category="work", in_table=True)
    define_field("tags", "Skills", category="work", type_key="tags", facet=True)
    define_field("board_role", "Role", category="board")
    define_field("grade", "Grade", category="secret", facet=True)
    define_field("started", "First day", category="work", type_key="date")
    define_field("birthday", "Birthday", category="work", type_key="date")
    define_field("hours", "Hours", category="work", type_key="number")
    define_field("first_aid", "First aider", category="work", type_key="checkbox", facet=True)
    define_field("land", "Country", category="work", type_key="country")
    define_field(
        "site", "Site", category="work", type_key="cascade_select", options={"choices": TREE}
    )
    define_field("about", "About me", category="work", type_key="multiline")
    define_field("manager", "Reports to", category="work", type_key="user_select", searchable=False)
    for each in db.session.scalars(select(ProfileField)):
        each.facet = each.facet or each.key in {"department", "location"}
    db.session.flush()
    return groups_by_key()


def _somebody(random: Random, number: int) -> Someone:
    values = {
        key: random.choice(choices) for key, choices in CHOICES.items() if random.random() < 0.75
    }
    if "first_aid" in values and "hours" in values and number % 3 == 0:
        del values["first_aid"]
    state = random.choices(list(PersonState), (10, 1, 1, 1, 1))[0]
    login = f"u{number}" if number % 7 else f"anna.{number}"
    return Someone(
        id=number * 3,
        name=NAMES[number % len(NAMES)],
        login=login,
        email=f"{login}@example.com",
        state=state,
        is_listed=random.random() < 0.9,
        values=values,
    )


def _row(each: Someone) -> dict[str, object]:
    return {
        "id": each.id,
        "login": each.login,
        "login_folded": each.login,
        "name": each.name,
        "sort_name": fold(each.name),
        "email": each.email,
        "state": each.state,
        "is_listed": each.is_listed,
        "document": {"values": each.values},
    }


def _name_managers(random: Random, people: list[Someone]) -> None:
    field_id = db.session.scalars(select(ProfileField.id).filter_by(key="manager")).one()
    rows = []
    for each in people:
        if random.random() < 0.2:
            continue
        each.manager = "Somebody Typed" if random.random() < 0.1 else random.choice(people)
        is_known = isinstance(each.manager, Someone)
        value = f"id:{each.manager.id}" if isinstance(each.manager, Someone) else each.manager
        rows.append(
            {
                "person_id": each.id,
                "field_id": field_id,
                "value": value,
                "key": fold(value),
                "is_dn": False,
                "referred_id": each.manager.id if is_known else None,  # type: ignore[union-attr]
            }
        )
    db.session.execute(insert(IndexedValue), rows)
