"""The administration: each page is a module here, found by being there.

A module begins with `page = admin_page(...)`: that makes its blueprint, its address, its guard and
its line in the menu.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.viewers import require_administrator
from lupweb.notices.machine import MachineTrouble, machine_troubles
from lupweb.notices.troubles import Trouble, troubles
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.writeback.troubles import ValueTrouble, value_troubles


class Section(StrEnum):
    """A heading of the menu, in its order."""

    PROFILES = "profiles"
    DATA = "data"
    SITE = "site"


HEADINGS = {Section.PROFILES: _("Profiles"), Section.DATA: _("Data"), Section.SITE: _("Site")}


@dataclass(frozen=True)
class MenuLine:
    """A page in the menu; `place` orders the pages of a section."""

    section: Section
    place: int
    name: str
    label: Text
    icon: str

    @property
    def endpoint(self) -> str:
        """Return the endpoint of its first page."""
        return f"admin_{self.name}.index"


_lines: dict[str, MenuLine] = {}
_pages: dict[str, Blueprint] = {}

home = Blueprint("admin", __name__, url_prefix="/admin")


def admin_page(
    name: str, label: Text, section: Section, *, icon: str = "gear", place: int = 50
) -> Blueprint:
    """Return the blueprint of a page of the administration, below `/admin/<name>`.

    It has a view called `index`, which the menu leads to.

    :param place: the lower, the further up in its section
    """
    _lines[name] = MenuLine(section, place, name, label, icon)
    return _page(name, name)


def admin_part(name: str, under: str) -> Blueprint:
    """Return a blueprint below `/admin/<name>` that belongs to another page of the menu.

    :param under: name of that page
    """
    return _page(name, under)


def init_app(app: Flask) -> None:
    """Find the pages, and put them into `app`."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    app.register_blueprint(home)
    for page in _pages.values():
        app.register_blueprint(page)


@home.get("")
def index() -> ResponseReturnValue:
    """Go to the first page of the administration."""
    return redirect(url_for(_menu()[0][1][0].endpoint))


def _page(name: str, current: str) -> Blueprint:
    page = Blueprint(f"admin_{name}", __name__, url_prefix=f"/admin/{name}")
    page.before_request(_refuse_others)

    @page.context_processor
    def frame() -> dict[str, Any]:
        return {
            "admin_menu": _menu(),
            "admin_current": current,
            "admin_troubles": _troubles,
            "admin_values": _value_troubles,
            "admin_machine": _machine_troubles,
        }

    _pages[name] = page
    return page


def _menu() -> list[tuple[Text, list[MenuLine]]]:
    """Return the headings with their pages; none without a page."""
    lines = sorted(_lines.values(), key=lambda line: (line.place, line.name))
    by_section = [
        (section, [line for line in lines if line.section is section]) for section in Section
    ]
    return [(HEADINGS[section], found) for section, found in by_section if found]


def _troubles() -> Sequence[Trouble]:
    """Return what administrators must know of runs; asked once for each request that shows it."""
    if "admin_troubles" not in g:
        g.admin_troubles = troubles()
    found: Sequence[Trouble] = g.admin_troubles
    return found


def _machine_troubles() -> Sequence[MachineTrouble]:
    """Return what administrators must know of this machine; asked once, as above."""
    if "admin_machine" not in g:
        g.admin_machine = machine_troubles(current_app.extensions["lupweb"].settings.instance)
    found: Sequence[MachineTrouble] = g.admin_machine
    return found


def _value_troubles() -> Sequence[ValueTrouble]:
    """Return what administrators must know of values on their way; asked once, as above."""
    if "admin_values" not in g:
        g.admin_values = value_troubles()
    found: Sequence[ValueTrouble] = g.admin_values
    return found


def _refuse_others() -> None:
    require_administrator(viewer())


home.before_request(_refuse_others)
