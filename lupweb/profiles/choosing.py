"""Whom somebody means who types a person into a field.

A person chosen by hand is stored as `id:<number>`: it names the same person after a new login, in
every directory, and in every run.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.field_types.base import PersonLink
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.policies import listed
from lupweb.people.queries import BY_NUMBER, LARGEST_ID
from lupweb.people.states import SHOWN
from lupweb.texts import _

MOST_CHOICES = 8
MOST_TEXTS = 200
LONGEST_TEXT = 200
ADDRESS = "/people/"
BETWEEN = re.compile(r"[;\r\n]+")
LOGIN_BEHIND = re.compile(r"\(([^()]+)\)$")
"""As in “Ada Lovelace (ada)”."""

Find = Callable[[str], Sequence[int]]
"""Finds people by words, as the search does, among those whom the editor may know."""


@dataclass(frozen=True)
class PersonChoice:
    """Somebody who may have been meant; the login tells people of one name apart.

    :param value: what the form sends to choose them
    """

    value: str
    name: str
    login: str
    email: str


class SeveralMeant(InvalidValue):
    """What was typed may mean several people; `people` are they."""

    def __init__(self, text: str, people: Sequence[PersonChoice]) -> None:
        message = _("“%(text)s” may mean several people. Choose one.", text=text[:LONGEST_TEXT])
        super().__init__(message)
        self.people = people


@dataclass(frozen=True)
class Register:
    """Those people who may be meant by some texts, read in one query.

    Who is not in the people directory is nobody here, and so is who does not exist: the answer
    tells no difference (hostile-input.md B26).
    """

    by_id: Mapping[int, Person] = field(default_factory=dict)
    find: Find | None = None

    def stored(self, text: str) -> str:
        """Return how whoever `text` means is stored.

        :raises SeveralMeant: if it means more than one, or is no name but finds people by words
        :raises InvalidValue: if it means nobody
        """
        for found in self._people_meant(text):
            if len(found) == 1:
                return f"id:{found[0].id}"
            if found:
                raise SeveralMeant(text, [_choice(each) for each in found[:MOST_CHOICES]])
        self._ask_by_words(text)
        raise InvalidValue(
            _(
                "Nobody here is found by “%(text)s”. Type a name, a login or a mail address.",
                text=text[:LONGEST_TEXT],
            )
        )

    def settled(self, text: str, chosen: Collection[str]) -> str:
        """Return how whoever `text` means is stored, where one of several has been chosen.

        :param chosen: numbers of people that were sent beside the text, as in `id:7`
        :raises SeveralMeant: if none of those who may be meant is chosen, or more than one
        :raises InvalidValue: if it means nobody
        """
        try:
            return self.stored(text)
        except SeveralMeant as several:
            found = [each.value for each in several.people if each.value in chosen]
            if len(found) != 1:
                raise
            return found[0]

    def shown(self, item: str) -> str:
        """Return a person's number as people type it, “Ada Lovelace (ada)”; other texts as is."""
        number = BY_NUMBER.fullmatch(item)
        person = self.by_id.get(int(number[1])) if number else None
        return f"{person.name} ({person.login})" if person else item

    def _people_meant(self, text: str) -> Iterator[list[Person]]:
        """Yield whom `text` means: by number, by login, by mail address, by name."""
        number, behind = BY_NUMBER.fullmatch(text), LOGIN_BEHIND.search(text)
        folded = fold_login(text)
        login = fold_login(behind[1]) if behind else folded
        everybody = list(self.by_id.values())
        if number:
            yield [each for each in everybody if each.id == int(number[1])]
        yield [each for each in everybody if each.login_folded in {folded, login}]
        yield [each for each in everybody if fold_login(each.email) == folded]
        yield [each for each in everybody if _plain(each.name) == _plain(text)]

    def _ask_by_words(self, text: str) -> None:
        """Let the editor choose, also where one alone is found: a few letters are no name."""
        ids = list(self.find(text[:LONGEST_TEXT]))[:MOST_CHOICES] if self.find else []
        rows = (
            select(Person).where(Person.id.in_(ids), listed(options())).order_by(Person.sort_name)
        )
        people = db.session.scalars(rows).all() if ids else ()
        if people:
            raise SeveralMeant(text, [_choice(each) for each in people])


def register(texts: Iterable[str], find: Find | None = None) -> Register:
    """Read everybody whom one of `texts` names; two queries, none without a text.

    :param find: finds people by words, where a text is no whole name
    """
    wanted = list(dict.fromkeys(_parts(texts)))[:MOST_TEXTS]
    if not wanted:
        return Register(find=find)
    numbers = [int(each[1]) for each in map(BY_NUMBER.fullmatch, wanted) if each]
    lowered = {form for text in wanted for form in (text.lower(), text.casefold())}
    spelled = {form for text in wanted for form in (text, text.title())}
    named = or_(
        Person.id.in_([number for number in numbers if number <= LARGEST_ID]),
        Person.login_folded.in_({fold_login(text) for text in wanted}),
        func.lower(Person.email).in_(lowered),
        func.lower(Person.name).in_(lowered),
        Person.name.in_(spelled),
    )
    rows = select(Person).where(named, listed(options())).order_by(Person.sort_name, Person.id)
    return Register({each.id: each for each in db.session.scalars(rows)}, find)


def people_numbered(items: Iterable[str]) -> dict[str, PersonLink]:
    """Return whom those of `items` name that are numbers, as in `id:7`; one query at most.

    Who is not shown on the site is nobody. The number of a record that was merged names the one
    that it leads to.
    """
    found = {item: int(each[1]) for item in items if (each := BY_NUMBER.fullmatch(item))}
    ids = [number for number in found.values() if number <= LARGEST_ID]
    if not ids:
        return {}
    named = aliased(Person)
    rows = (
        select(named.id, Person)
        .join(Person, Person.id == func.coalesce(named.merged_into_id, named.id))
        .where(named.id.in_(ids), Person.state.in_(SHOWN))
    )
    links = {number: link_of(person) for number, person in db.session.execute(rows)}
    return {item: links[number] for item, number in found.items() if number in links}


def link_of(person: Person) -> PersonLink:
    """Return a person as values name them; the address holds whatever the login is."""
    return PersonLink(person.name, person.login, f"{ADDRESS}id:{person.id}")


def names_in(typed: Sequence[str]) -> list[str]:
    """Return the single names in what was typed into a field for several people: “Ada; Ben”."""
    parts = (" ".join(part.split()) for text in typed for part in BETWEEN.split(text))
    return [part for part in parts if part]


def _choice(person: Person) -> PersonChoice:
    return PersonChoice(f"id:{person.id}", person.name, person.login, person.email)


def _parts(texts: Iterable[str]) -> Iterator[str]:
    """Yield each single name in what was typed, and the login that stands behind it."""
    for plain in names_in(list(texts)):
        if len(plain) <= LONGEST_TEXT and plain.isprintable():
            yield plain
            login = LOGIN_BEHIND.search(plain)
            if login:
                yield login[1]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
