"""Markup that was made before, for the same people, the same class of viewers, the same words.

Nothing here is ever stale, or seen by somebody who may not: the key of a piece is all that it is
made of (`CardMaker.key`, `PeopleView.made_of`), and whoever has another key gets another piece.
What belongs to one account or session is kept with that as a part of its key (`context.py`), and
what belongs to a moment stands outside.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from functools import partial

from flask import Flask, request
from jinja2.environment import Template, TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from lupweb.profiles.card_lists import CardList
from lupweb.profiles.cards import PersonCard
from lupweb.search.recent import Recent
from lupweb.web.choices import Choice
from lupweb.web.filling import filled_card, filled_choices
from lupweb.web.result_page import FacetList

MOST_CARDS = 3_000
"""About 10 MB, of which a third is keys."""
LARGEST_PARTS = 16_000_000
"""Bytes of whole results, heads and the like: of some 300 pages. As text of other scripts than ours
each would be twice as large, and would have to be written as bytes for every answer."""
MOST_FRAMES = 1_000
"""Two for each session and part of the site, some 3 kB each."""
_frames: Recent[Markup] = Recent(MOST_FRAMES)
_cards: Recent[Markup] = Recent(MOST_CARDS)
_parts: Recent[bytes] = Recent(LARGEST_PARTS, len)


class OnceImported(Template):
    """A template whose macros are imported without asking what the page knows.

    They never use it (`tests/architecture/test_templates.py`), and to make sure that nothing is new
    for them takes as long as a query, in a page that imports from ten.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    """Let templates of `app` keep parts of pages."""
    app.jinja_env.globals.update(kept=kept, kept_frame=kept_frame)
    app.jinja_env.globals.update(kept_cards=kept_cards, kept_choices=kept_choices)
    app.jinja_env.template_class = OnceImported


def kept(name: str, *made_of: Hashable, caller: Callable[[], Markup]) -> Markup:
    """Return the body of a `call` block, from before if it was made of the same.

    :param name: of the part of a page
    :param made_of: all that it is made of; None among it: it is made anew
    """
    return Markup(_parts.get(_key(name, made_of), lambda: caller().encode()).decode())  # noqa: S704


def found_parts(names: Sequence[str], *made_of: Hashable) -> list[bytes] | None:
    """Return parts of a page as they are sent; None unless all of them are there from before."""
    found = [_parts.find(_key(name, made_of)) for name in names]
    there = [each for each in found if each is not None]
    return there if len(there) == len(names) else None


def kept_frame(name: str, *made_of: Hashable, caller: Callable[[], Markup]) -> Markup:
    """Return the body of a `call` block that shows who looks, from before if it was the same.

    :param made_of: all that it is made of, account and session among it; None: it is made anew
    """
    return _frames.get(_key(name, made_of), caller)


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


def kept_choices(facet: FacetList, show: Callable[[str, Choice], Markup]) -> Markup:
    """Return what the macro `show` makes of each choice of a facet."""
    return Markup("").join(filled_choices(facet.key, facet.choices, show))


def _key(name: str, made_of: tuple[Hashable, ...]) -> Hashable:
    return None if None in made_of else (request.script_root, name, made_of)


def _shown(
    cards: CardList, place: int, show: Callable[[PersonCard, bool], Markup], has_star: bool
) -> Markup:
    return filled_card(cards[place], show, has_star=has_star)
