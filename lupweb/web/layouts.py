"""What pages read once per request: the profile's layout and the site's options."""

from typing import Any

from flask import g

from lupweb.options.service import options
from lupweb.profiles.layout import Layout, load_layout


def page_layout() -> Layout:
    """Return the profile's layout; read once per request."""
    if "layout" not in g:
        g.layout = load_layout(site_options()["phone_region"])
    found: Layout = g.layout
    return found


def site_options() -> dict[str, Any]:
    """Return the site's options; read once per request."""
    if "options" not in g:
        g.options = options()
    found: dict[str, Any] = g.options
    return found
