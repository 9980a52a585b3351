"""One invented person."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person.

    :param manager: the uid of the manager; nobody need have it
    :param portrait: which drawing is the picture; even: a woman's, odd: a man's
    :param rdn: the attributes that name the entry
    """

    uid: str
    given_name: str
    family_name: str
    display_name: str
    mail: str | None
    phone: str | None
    mobile: str | None
    emergency_phone: str
    title: str
    department: str
    team: str
    location: str
    room: str | None
    manager: str | None
    start: date
    birthday: date | None
    employee_number: str
    first_aid: str
    about: str
    chat: str
    language: str
    hours: str
    skills: tuple[str, ...]
    portrait: int | None
    rdn: tuple[str, ...] = ("uid",)
