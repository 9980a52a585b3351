"""What pages read of the set-up: the profile's layout and the site's options."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any

from flask import g, request

from lupweb.clock import zone_of
from lupweb.options.service import options
from lupweb.options.versions import setup_token
from lupweb.orgchart.queries import manager_key
from lupweb.profiles.layout import CardLayout, Layout, load_layout
from lupweb.texts import language
from lupweb.web.sessions import current_presence

READS_ONLY = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class _SetUp:
    """The set-up as it was read at a token.

    :param layouts: by the language that they speak
    """

    token: str
    options: Mapping[str, Any]
    layouts: dict[str, Layout] = field(default_factory=dict)


class _Latest:
    """The last set-up of this process.

    It is never stale: every change writes another token into its own transaction, every request
    asks for the token before it looks here, and nothing is kept if the token changed while it was
    read.
    """

    def __init__(self) -> None:
        self._kept = _SetUp("", {})

    def set_up(self, token: str) -> _SetUp:
        """Return the set-up of this token, read now unless it was before."""
        if self._kept.options and self._kept.token == token:
            return self._kept
        found = _SetUp(token, options())
        if setup_token() == token:
            self._kept = found
        return found

    def layout(self, set_up: _SetUp) -> Layout:
        """Return the profile of a set-up in the language that is spoken."""
        known = set_up.layouts.get(language())
        if known is not None:
            return known
        version = (set_up.token, language())
        found = load_layout(set_up.options["phone_region"], _card(set_up.options), version)
        found = replace(found, manager=manager_key())
        if setup_token() == set_up.token:
            set_up.layouts[language()] = found
        return found


_latest = _Latest()


def page_layout() -> Layout:
    """Return the profile's layout; the same one during a request."""
    found: Layout | None = g.get("layout")
    if found is None:
        found = g.layout = _latest.layout(_set_up())
    return found


def site_zone() -> tzinfo:
    """Return the time zone in which pages of this request tell the time."""
    return zone_of(site_options()["time_zone"]) or UTC


def site_options() -> Mapping[str, Any]:
    """Return the site's options; the same ones during a request."""
    return _set_up().options


def set_up_token() -> str:
    """Return the token of the set-up that this request reads (`lupweb.options.versions`)."""
    return _set_up().token


def people_token() -> str:
    """Return the token of the people that this request reads (`lupweb.people.versions`).

    "": nobody can say, since it is no session that only reads.
    """
    presence = current_presence() if request.method in READS_ONLY else None
    return "" if presence is None else presence.people_token


def _set_up() -> _SetUp:
    found: _SetUp | None = g.get("set_up")
    if found is None:
        found = g.set_up = _latest.set_up(_token())
    return found


def _token() -> str:
    """Return the token of the set-up; a request that only reads has it from its session."""
    presence = current_presence() if request.method in READS_ONLY else None
    return setup_token() if presence is None else presence.setup_token


def _card(chosen: Mapping[str, Any]) -> CardLayout:
    return CardLayout(
        subline=chosen["card_subline"],
        place=chosen["card_place"],
        pronouns=chosen["card_pronouns"],
        time_zone=chosen["card_time_zone"],
        extra=chosen["card_extra"],
    )
