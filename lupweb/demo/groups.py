"""The groups of an invented company, many with names that a DN must escape."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from lupweb.demo import work
from lupweb.demo.person import Person

LARGE_COMPANY = 1_000
SAFETY = "safety"
"""The key of the group whose members see the restricted category."""
HR = "hr"
IT = "it"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group: uids of people, keys of groups inside it; never quite empty."""

    key: str
    name: str
    description: str
    members: tuple[str, ...]
    subgroups: tuple[str, ...] = ()


def make_groups(people: Sequence[Person], random: Random) -> tuple[Group, ...]:
    """Put people into groups: about 15 in a small company, 50 in a large one."""
    groups = [*_restricted(people, random), *_circles(people, random)]
    if len(people) >= LARGE_COMPANY:
        groups += _units(people)
        groups += _projects(people, random)
    return tuple(groups)


def _restricted(people: Sequence[Person], random: Random) -> Iterable[Group]:
    officers = _some(people, max(6, len(people) // 40), random)
    yield Group(
        key=SAFETY,
        name="Safety officers",
        description="First aid, fire and evacuation",
        members=_unique("greta.hollmann", *(uid for uid in officers if uid != "ines.moreira")),
    )
    yield Group(
        key=HR,
        name="HR",
        description="Everybody in People",
        members=tuple(each.uid for each in people if each.department == "People"),
    )
    yield Group(
        key=IT,
        name="IT",
        description="Everybody in IT",
        members=tuple(each.uid for each in people if each.department == "IT"),
    )
    yield Group(
        key="crisis",
        name="Crisis team",
        description="Heads of departments and, as a group inside it, the safety officers",
        members=tuple(each.uid for each in people if each.title.startswith("Head of ")),
        subgroups=(SAFETY,),
    )


def _circles(people: Sequence[Person], random: Random) -> Iterable[Group]:
    for circle in work.CIRCLES:
        count = max(3, len(people) * circle.share // 1000)
        yield Group(
            key=circle.key,
            name=circle.name,
            description=circle.description,
            members=_unique(*_some(people, count, random)),
        )


def _units(people: Sequence[Person]) -> Iterable[Group]:
    for department in work.DEPARTMENTS:
        yield Group(
            key=f"all-{department.name.lower().replace(' ', '-')}",
            name=f"All {department.name}",
            description=f"Everybody in {department.name}",
            members=tuple(each.uid for each in people if each.department == department.name),
        )
    for place in work.PLACES:
        yield Group(
            key=f"in-{place.name.lower()}",
            name=f"{place.name}, everybody",
            description=f"Everybody who works in {place.name}",
            members=tuple(each.uid for each in people if each.location == place.name),
        )


def _projects(people: Sequence[Person], random: Random) -> Iterable[Group]:
    for name in work.PROJECTS:
        yield Group(
            key="project-" + "".join(letter for letter in name.lower() if letter.isalnum()),
            name=f"Project “{name}”",
            description="A project",
            members=_unique(*_some(people, 8 + int(random.random() * 40), random)),
        )


def _some(people: Sequence[Person], count: int, random: Random) -> list[str]:
    return [people[int(random.random() * len(people))].uid for _ in range(count)]


def _unique(*uids: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(uids))
