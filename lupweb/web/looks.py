"""How the reader of a page likes to see people, as they kept it."""

from lupweb.web.search_address import CARDS, VIEWS, Look
from lupweb.web.sessions import current_presence


def usual_look() -> Look:
    """Return how people are laid out for this reader where an address does not say."""
    presence = current_presence()
    if presence is None or not presence.look:
        return Look()
    view = presence.look.get("view", CARDS)
    return Look(view if view in VIEWS else CARDS, tuple(presence.look.get("columns", ())))
