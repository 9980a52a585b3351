"""Cards and choices filled into forms: a template makes what stands between values once.

The template shows something whose values are marks; the text between the marks is the form of all
that have the same parts, in one language, below one address. Values are put into it escaped, as the
template does it. A card that the template would show otherwise, such as one with a name that is
written from right to left, is made by the template.

Macros stand in templates of their own: those are imported once, and are the same from page to page.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from flask import request
from markupsafe import Markup, escape

from lupweb.profiles.cards import PersonCard
from lupweb.search.recent import Recent
from lupweb.texts import language
from lupweb.web.choices import Choice
from lupweb.web.filters import isolate

ShowCard = Callable[[Any, bool], Markup]
ShowChoice = Callable[[str, Any], Markup]
ALWAYS = ("id", "name", "handle", "initials", "colour")
PARTS = (
    "picture", "subline", "department", "team", "location", "email", "phone_href", "chat_href",
)  # fmt: skip
"""What a card may lack. The template may ask for these and `ALWAYS`, and for nothing else."""
OF_CHOICE = ("id", "value", "label", "count")
MOST_FORMS = 300
"""Of a thousand that there may be, some 2 kB each; nearly all cards have one of ten."""
_parts_of = attrgetter(*PARTS)
_END = f"q{secrets.token_hex(6)}q"
"""Stands around the names of marks: nobody could write it into an address or the key of a field."""
_mark = re.compile(f"{_END}([a-z_]+){_END}")
_in_address = re.compile(r"[A-Za-z0-9_.@+:-]+")
_mail = re.compile(r"[A-Za-z0-9_.~@-]*")
_hash = re.compile("[0-9a-f]*")


@dataclass(frozen=True)
class Form:
    """What has the same text between its values.

    :param text: with a `%s` for each value
    :param values: returns those of a card or choice, in the order in which they stand in it
    """

    text: str
    values: Callable[[Any], Sequence[Any]]

    def filled(self, shown: PersonCard | Choice) -> Markup:
        """Return it as its template shows it."""
        return Markup(self.text % tuple(map(escape, self.values(shown))))  # noqa: S704


_forms: Recent[Form] = Recent(MOST_FORMS)


def filled_card(card: PersonCard, show: ShowCard, *, has_star: bool) -> Markup:
    """Return what the macro `show` makes of a card, and of whether its person is starred."""
    if not _is_plain(card):
        return show(card, has_star)
    has = tuple(map(bool, _parts_of(card)))
    key: Hashable = (show, request.script_root, language(), has, has_star)
    return _forms.get(key, partial(_form_of_cards, show, has, has_star)).filled(card)


def filled_choices(key: str, choices: Sequence[Choice], show: ShowChoice) -> list[Markup]:
    """Return what the macro `show` makes of each value to choose by.

    :param key: of their field
    """
    made_of = (show, language(), key)
    found = []
    for choice in choices:
        made = partial(_form_of_choices, show, key, choice)
        found.append(_forms.get((*made_of, choice.is_set, choice.is_chosen), made).filled(choice))
    return found


def _form_of_cards(show: ShowCard, has: Sequence[bool], has_star: bool) -> Form:
    parts = [name for name, is_there in zip(PARTS, has, strict=True) if is_there]
    values = {**dict.fromkeys(PARTS, ""), **_marks([*ALWAYS, *parts])}
    return _form(show(_Marked(values), has_star))


def _form_of_choices(show: ShowChoice, key: str, like: Choice) -> Form:
    others = {"is_set": like.is_set, "is_chosen": like.is_chosen}
    return _form(show(key, _Marked({**_marks(OF_CHOICE), **others})))


class _Marked:
    """Something whose values are marks."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def _marks(names: Sequence[str]) -> dict[str, Any]:
    return {name: f"{_END}{name}{_END}" for name in names}


def _form(made: Markup) -> Form:
    text = str(made)
    return Form(_mark.sub("%s", text.replace("%", "%%")), attrgetter(*_mark.findall(text)))


def _is_plain(card: PersonCard) -> bool:
    """Return whether the template shows the values of a card as they are, but for escaping."""
    return bool(
        _in_address.fullmatch(card.handle)
        and _mail.fullmatch(card.email)
        and _hash.fullmatch(card.picture)
        and (card.name.isascii() or isolate(card.name) == card.name)
    )
