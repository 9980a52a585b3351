"""What pages read once per request: the profile's layout and the site's options."""

from datetime import UTC, tzinfo
from typing import Any

from flask import g

from lupweb.clock import zone_of
from lupweb.options.service import options
from lupweb.profiles.layout import CardLayout, Layout, load_layout


def page_layout() -> Layout:
    """Return the profile's layout; read once per request."""
    if "layout" not in g:
        g.layout = load_layout(site_options()["phone_region"], _card(site_options()))
    found: Layout = g.layout
    return found


def site_zone() -> tzinfo:
    """Return the time zone in which pages of this request tell the time."""
    return zone_of(site_options()["time_zone"]) or UTC


def site_options() -> dict[str, Any]:
    """Return the site's options; read once per request."""
    if "options" not in g:
        g.options = options()
    found: dict[str, Any] = g.options
    return found


def _card(chosen: dict[str, Any]) -> CardLayout:
    return CardLayout(
        subline=chosen["card_subline"],
        place=chosen["card_place"],
        pronouns=chosen["card_pronouns"],
        time_zone=chosen["card_time_zone"],
        extra=chosen["card_extra"],
    )
