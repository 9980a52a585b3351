"""What pages of an account's own share: where the site is, what day it is, who was looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from flask import current_app, request, url_for
from sqlalchemy.exc import OperationalError

from lupweb import clock
from lupweb.contacts import recent
from lupweb.database import transaction
from lupweb.errors import ReadOnlyMode
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import site_options, site_zone

log = structlog.get_logger()


@dataclass(frozen=True)
class Paging:
    """Which part of a list is shown, and where the others are.

    :param size: how many stand on a page
    :param values: what else stands in the addresses
    """

    number: int
    count: int
    total: int
    size: int
    endpoint: str
    values: Mapping[str, Any]

    @property
    def first(self) -> int:
        """Return the place of the first line of the page."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Return the place of the last line of the page."""
        return min(self.number * self.size, self.total)

    def page(self, number: int) -> str:
        """Return the address of a page."""
        return url_for(self.endpoint, page=number, **self.values)


def today() -> date:
    """Return the date where the site is."""
    return clock.now().astimezone(site_zone()).date()


def site_address() -> str:
    """Return the address of the site, without a slash at its end."""
    settings = current_app.extensions["lupweb"].settings
    return str(settings.base_url.rstrip("/") or request.host_url.rstrip("/"))


def is_read_only() -> bool:
    """Return whether nothing may be changed now."""
    settings = current_app.extensions["lupweb"].settings
    return bool(site_options()["read_only"] or settings.read_only)


def refuse_read_only() -> None:
    """Let nothing be changed in read-only mode.

    :raises ReadOnlyMode: while it is on
    """
    if is_read_only():
        raise ReadOnlyMode(_("This site is in read-only mode. Nothing was changed."))


def note_view(person_id: int, standing: recent.Standing) -> None:
    """Note that a profile was opened. A page never waits for it: where another one writes, it is
    left out.
    """
    if not standing.is_to_note or request.method != "GET" or is_read_only():
        return
    try:
        with transaction(waits=False):
            recent.note_view(viewer(), person_id)
    except OperationalError:
        log.info("view not noted", person=person_id)
