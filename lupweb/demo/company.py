"""Nordhafen Instruments, an invented company of any size: the same each time for the same seed.

Only `Random.random()` is used, whose numbers Python keeps the same from version to version.
"""

import hashlib
import math
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from lupweb.demo import work
from lupweb.demo.cast import CAST, ODDITIES, Role
from lupweb.demo.groups import Group, make_groups
from lupweb.demo.names import Culture, Name, cultures, login_part
from lupweb.demo.person import Person
from lupweb.errors import InvalidValue
from lupweb.texts import _

NAME = "Nordhafen Instruments"
DOMAIN = "nordhafen.example"
SEED = 1284
PEOPLE = 250
FEWEST = 60
EMPLOYEE = ("ines.moreira", "porto-lighthouse-7")
"""Login and password of an ordinary employee, who is in no restricted group."""
EDITOR = ("greta.hollmann", "hamburg-tideline-3")
"""Login and password of a member of Safety officers and HR."""
LEVELS = ((100_000, 9), (10_000, 8), (3_000, 7), (1_000, 6), (0, 5))  # from how many people on
REPORTS = 4.5  # people per manager, where there are enough levels
SMALL_TEAM = 7
PORTRAITS = 300  # different ones; in the demo's company nobody shares one
SMALL_COMPANY = 2_000  # up to here most people have a picture
FIRST_CJK = "\u3000"  # from here on, names are written without a blank
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everybody, managers before their reports, and the groups."""

    seed: int
    people: tuple[Person, ...]
    groups: tuple[Group, ...]

    def password_of(self, uid: str) -> str:
        """Return the password of a person; the two printed logins have readable ones."""
        known = dict((EMPLOYEE, EDITOR))
        digest = hashlib.blake2b(f"{self.seed}/{uid}".encode(), digest_size=10).digest()
        return known.get(uid) or b32encode(digest).decode().lower()


def make_company(people: int = PEOPLE, seed: int = SEED) -> Company:
    """Invent a company.

    :raises InvalidValue: if it has no room for the people who are always there
    """
    if people < FEWEST:
        raise InvalidValue(_("The company needs at least %(fewest)s people.", fewest=FEWEST))
    staff = _Staff(people, Random(seed))  # noqa: S311 - invented people, no secrets
    staff.hire_everybody()
    everybody = tuple(staff.people)
    return Company(seed=seed, people=everybody, groups=make_groups(everybody, staff.random))


@dataclass
class _Staff:
    size: int
    random: Random
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._logins = dict.fromkeys((role.uid for role in (*CAST, *ODDITIES)), 1)
        self._fixed = {role.changes.get("phone") for role in CAST}
        self._extension = 100 if self.size <= 800 else 10 ** len(str(self.size - 1))
        self._pictured = 0.6 if self.size <= SMALL_COMPANY else 0.2
        self._mobiles, self._homes = work.mobile_numbers(), work.home_numbers()
        self._cultures = tuple(each for each in cultures() for _ in range(each.share))
        self._places = tuple(each for each in work.PLACES for _ in range(each.share))
        self._portraits = [0, 0]
        self._place_of = {place.name: place for place in work.PLACES}
        self._departments = {each.name: each for each in work.DEPARTMENTS}

    def hire_everybody(self) -> None:
        """Fill the company: who is always there, heads of departments, then teams below them."""
        for role in (*CAST, *ODDITIES):
            self._cast(role)
        heads = {role.department: self.people[n] for n, role in enumerate(CAST[:6])}
        for department in work.DEPARTMENTS:
            if department.name not in heads:
                heads[department.name] = self._hire(
                    heads["Management"], department.head, department
                )
        for department, count in self._vacancies():
            depth = min(self._levels() - 2, math.ceil(math.log(max(count, 2), REPORTS)))
            self._staff(heads[department.name], department, count, max(depth, 1))

    def _levels(self) -> int:
        return next(levels for people, levels in LEVELS if self.size >= people)

    def _vacancies(self) -> list[tuple[work.Department, int]]:
        """Share out who is still to be hired; the first department takes what rounding leaves."""
        left = self.size - len(self.people)
        total = sum(each.share for each in work.DEPARTMENTS)
        counts = [left * each.share // total for each in work.DEPARTMENTS]
        counts[0] += left - sum(counts)
        return list(zip(work.DEPARTMENTS, counts, strict=True))

    def _staff(self, lead: Person, department: work.Department, count: int, levels: int) -> None:
        """Put `count` people below `lead`, at most `levels` deep."""
        if levels == 1 or count <= SMALL_TEAM:
            for _number in range(count):
                title = self._pick(work.RANKS) + self._pick(department.jobs)
                self._hire(lead, title, department, lead.team)
            return
        for number, size in enumerate(self._split(count, max(2, round(count ** (1 / levels))))):
            team = lead.team or department.teams[number % len(department.teams)]
            leader = self._hire(lead, f"{work.LEADERS[levels - 2]}, {team}", department, team)
            self._staff(leader, department, size - 1, levels - 1)

    def _split(self, count: int, parts: int) -> list[int]:
        """Cut `count` into uneven parts of at least one."""
        weights = [0.6 + self.random.random() for _ in range(parts)]
        scale = (count - parts) / sum(weights)
        sizes = [1 + int(weight * scale) for weight in weights]
        sizes[0] += count - sum(sizes)
        return sizes

    def _hire(
        self, manager: Person, title: str, department: work.Department, team: str = ""
    ) -> Person:
        culture = self._pick(self._cultures)
        is_woman = self.random.random() < 0.5
        given, family, shown = self._name(culture, is_woman)
        stays = team and self.random.random() < 0.85
        place = self._place_of[manager.location] if stays else self._pick(self._places)
        login = self._login(given, family)
        person = Person(
            **self._details(login, department, place, is_woman),
            given_name=given.written,
            family_name=family.written,
            display_name=shown,
            title=title,
            team=team,
            manager=manager.uid,
        )
        self.people.append(person)
        return person

    def _cast(self, role: Role) -> None:
        department, place = self._departments[role.department], self._place_of[role.location]
        values = self._details(role.uid, department, place, role.is_woman) | {
            "given_name": role.given_name,
            "family_name": role.family_name,
            "display_name": f"{role.given_name} {role.family_name}",
            "title": role.title,
            "team": role.team,
            "manager": role.manager,
        }
        self.people.append(Person(**values | role.changes))

    def _details(
        self, login: str, department: work.Department, place: work.Place, is_woman: bool
    ) -> dict[str, Any]:
        number = len(self.people)
        chance = self.random.random
        is_known_abroad = chance() < 0.3
        first, last = work.FIRST_DAYS
        return {
            "uid": login,
            "mail": f"{login}@{DOMAIN}",
            "phone": self._phone(),
            "mobile": self._mobiles[number % len(self._mobiles)] if chance() < 0.6 else None,
            "emergency_phone": self._pick(self._homes),
            "department": department.name,
            "location": place.name,
            "room": f"{1 + int(chance() * 5)}.{1 + int(chance() * 40):02}"
            if place.street
            else None,
            "start": date(last, 12, 1) - timedelta(int(chance() ** 2 * (last - first) * 365)),
            "birthday": date(1961, 1, 1) + timedelta(int(chance() * 15_700))
            if chance() < 0.8
            else None,
            "employee_number": f"N{number + 1:06}",
            "first_aid": self._first_aid(),
            "about": self._pick(work.ABOUT),
            "chat": f"@{login}",
            "language": "en" if is_known_abroad else place.language,
            "hours": self._pick(work.HOURS),
            "skills": self._some(department.skills, int(chance() * 5)),
            "portrait": self._portrait(is_woman),
        }

    def _portrait(self, is_woman: bool) -> int | None:
        if self.random.random() >= self._pictured:
            return None
        self._portraits[is_woman] += 1
        return (self._portraits[is_woman] * 2 + (not is_woman)) % PORTRAITS

    def _first_aid(self) -> str:
        if self.random.random() >= 0.08:
            return "No"
        return f"Yes, until {self._pick(work.MONTHS)} {2026 + int(self.random.random() * 3)}"

    def _phone(self) -> str:
        while True:
            phone = f"{work.SWITCHBOARD} {self._extension}"
            self._extension += 1
            if phone not in self._fixed:
                return phone

    def _name(self, culture: Culture, is_woman: bool) -> tuple[Name, Name, str]:
        given = self._pick(culture.women if is_woman else culture.men)
        # Squared, so that the names at the front are the common ones.
        place = int(len(culture.families) * self.random.random() ** 2)
        family = culture.families[place][0 if is_woman else 1]
        if self.random.random() >= culture.native_share:
            given, family = Name(given.latin, given.latin), Name(family.latin, family.latin)
        elif culture.family_first:
            between = "" if family.written > FIRST_CJK else " "
            return given, family, f"{family.written}{between}{given.written}"
        return given, family, f"{given.written} {family.written}"

    def _login(self, given: Name, family: Name) -> str:
        plain = login = f"{login_part(given.latin)}.{login_part(family.latin)}"
        while login in self._logins:
            self._logins[plain] += 1
            login = f"{plain}{self._logins[plain]}"
        self._logins[login] = 1
        return login

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.random() * len(choices))]

    def _some(self, choices: tuple[str, ...], count: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._pick(choices) for _ in range(count)))
