"""Whatever happens in two directories, and in whichever order they are read: the same value."""

from random import Random

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.directories.editor import put_in_order, store_directory
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.ldap.fake_server import StoredEntry
from tests.sync.falling import BOTH, fall_through, phone
from tests.sync.two_directories import Company, a_company

PEOPLE = ("pia", "quentin", "rosa")
STEPS = 14


class World:
    """What happens to three people in two directories, and what is to come of it."""

    def __init__(self, company: Company, random: Random) -> None:
        self.company, self.random = company, random
        self.sides = {"main": company.main, "second": company.second}
        self.numbers: dict[tuple[str, str], str] = {}
        self.order = list(BOTH)
        self.enabled = {"main": True, "second": True}
        self.first = ""
        self.away: dict[tuple[str, str], tuple[str, StoredEntry, str]] = {}

    def add(self, key: str, login: str) -> None:
        an_entry(self.sides[key], login)
        self.numbers[key, login] = ""

    def happen(self) -> None:
        step = self.random.choice(
            [self._number] * 5 + [self._gone, self._read, self._read, self._enable, self._turn]
        )
        step()

    def settle(self) -> None:
        """Read all until nothing is to be expected any more."""
        for key in BOTH:
            self._set_enabled(key, is_enabled=True)
        for _again in range(2):
            for key in self.random.sample(BOTH, 2):
                self.company.read(key, "changes")

    def expected(self, login: str) -> tuple[str, str]:
        in_order = sorted(self.order, key=lambda key: bool(self.first) and key != self.first)
        for key in in_order:
            if number := self.numbers.get((key, login), ""):
                return number, key
        return "", ""

    def _number(self) -> None:
        key, login = self.random.choice(BOTH), self.random.choice(PEOPLE)
        if (key, login) in self.numbers:
            number = self.random.choice(["", "+49 611 5", "+49 611 6"])
            self.numbers[key, login] = number
            values = [number.encode()] if number else []
            self.sides[key].set(login, "telephoneNumber", values)

    def _gone(self) -> None:
        key, login = self.random.choice(BOTH), self.random.choice(PEOPLE[1:])
        entries = self.sides[key].server.entries
        if (key, login) in self.away:
            dn, entry, number = self.away.pop((key, login))
            entries[dn], self.numbers[key, login] = entry, number
        elif not self.away:
            dn = next(each for each in entries if each.startswith(f"uid={login},"))
            self.away[key, login] = dn, entries.pop(dn), self.numbers.pop((key, login))

    def _read(self) -> None:
        key = self.random.choice(BOTH)
        if self.enabled[key]:
            self.company.read(key, self.random.choice(["changes", "full"]))

    def _enable(self) -> None:
        key = self.random.choice(BOTH)
        self._set_enabled(key, is_enabled=not self.enabled[key])

    def _turn(self) -> None:
        self.order.reverse()
        with transaction():
            put_in_order(self.order)

    def _set_enabled(self, key: str, *, is_enabled: bool) -> None:
        self.enabled[key] = is_enabled
        with transaction():
            store_directory(key, {"is_enabled": is_enabled})


@pytest.mark.parametrize("first", ["", "second"])
@pytest.mark.parametrize("seed", range(2))
def test_the_first_directory_that_has_a_value_supplies_it(
    in_app: Flask, directory: FakeDirectory, seed: int, first: str
) -> None:
    world = World(a_company(directory), Random(seed))  # noqa: S311 - nothing is kept secret by it
    for number in range(8):  # so that whoever differs is not most of them
        an_entry(world.company.main, f"a{number}")
        an_entry(world.company.second, f"b{number}")
    for login in PEOPLE:
        for key in BOTH:
            world.add(key, login)
    for key in BOTH:
        world.company.read(key)
    world.first = first
    fall_through(directory=first)
    for _step in range(STEPS):
        world.happen()

    world.settle()

    found = {login: phone(login) for login in PEOPLE}
    assert found == {login: world.expected(login) for login in PEOPLE}
