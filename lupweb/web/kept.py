"""Markup that was made before, for the same people, the same class of viewers, the same words.

Nothing here is ever stale, or seen by somebody who may not: the key of a piece is all that it is
made of (`CardMaker.key`, `PeoplePage.version`), and whoever has another key gets another piece.
What belongs to one account, session or moment stands outside.
"""

from collections.abc import Callable, Collection, Hashable
from functools import partial

from flask import Flask, request
from jinja2.environment import Template, TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from lupweb.profiles.card_lists import CardList
from lupweb.profiles.cards import PersonCard
from lupweb.search.recent import Recent

MOST_CARDS = 3_000
"""About 10 MB, of which a third is keys."""
MOST_PARTS = 60
"""Facets and the like of whole pages, some 10 kB each."""
_cards: Recent[Markup] = Recent(MOST_CARDS)
_parts: Recent[Markup] = Recent(MOST_PARTS)


class OnceImported(Template):
    """A template whose macros are imported without asking what the page knows.

    They never use it (`tests/architecture/test_templates.py`), and to make sure that nothing is new
    for them takes as long as a query, in a page that imports from ten.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    """Let templates of `app` keep parts of pages."""
    app.jinja_env.globals.update(kept=kept, kept_cards=kept_cards)
    app.jinja_env.template_class = OnceImported


def kept(name: str, key: Hashable, caller: Callable[[], Markup]) -> Markup:
    """Return the body of a `call` block, from before if it was made of the same.

    :param name: of the part of a page
    :param key: all that it is made of; None: it is made anew
    """
    return _parts.get(None if key is None else (request.script_root, name, key), caller)


def kept_cards(
    cards: CardList, show: Callable[[PersonCard, bool], Markup], starred: Collection[int]
) -> Markup:
    """Return what the macro `show` makes of each card, and of whether its person is starred.

    :param starred: ids of the viewer's contacts
    """
    root, people = request.script_root, cards.people
    found = []
    for place, key in enumerate(cards.keys()):
        has_star = people[place].id in starred
        made_of = None if key is None else (root, has_star, key)
        found.append(_cards.get(made_of, partial(_shown, cards, place, show, has_star)))
    return Markup("\n").join(found)


def _shown(
    cards: CardList, place: int, show: Callable[[PersonCard, bool], Markup], has_star: bool
) -> Markup:
    return show(cards[place], has_star)
