"""The card of a person as administrators are about to set it, seen by whomever they choose."""

from dataclasses import dataclass, replace

from lupweb.accounts.viewers import Viewer, require_administrator, viewer_as
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.cards import PersonCard, cards
from lupweb.profiles.layout import CardLayout, Layout
from lupweb.texts import _


@dataclass(frozen=True)
class CardPreview:
    """A card, and the name of whoever sees it so; "" is the administrator."""

    card: PersonCard
    reader: str


def card_preview(
    viewer: Viewer, layout: Layout, chosen: CardLayout, person: Person, reader: Person | None
) -> CardPreview:
    """Return the card of `person`; what is kept from `viewer` is not on it, whoever reads.

    :param chosen: what would stand on cards
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if the person is not shown
    """
    require_administrator(viewer)
    if person.state not in SHOWN:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=person.login))
    reads = replace(viewer_as(reader.id), behind=viewer) if reader else viewer
    with_choice = replace(layout, card=chosen, version=None)
    (card,) = cards(reads, with_choice, [person], with_manager=True)
    return CardPreview(card, reader.name if reader else "")
