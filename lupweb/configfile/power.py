"""Who may change what of the set-up: nobody makes a system administrator but one of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.errors import Forbidden
from lupweb.texts import Text, _

Setup = Mapping[str, Mapping[str, Any]]
SYSTEM = str(Role.SYSTEM_ADMINISTRATOR)
WHO_IS_IN_IT = ("directory", "dn", "members")
"""Keys of a group that decide who its people are."""


def refuse_more_power(viewer: Viewer, stored: Setup, wanted: Setup) -> None:
    """Refuse a change by which others would be system administrators, from those who are none.

    The role comes by groups too, so whoever could enter people there could give it to anybody.

    :raises Forbidden: nothing must be written then
    """
    if is_system_administrator(viewer):
        return
    if _system_role(stored) != _system_role(wanted) or any(_groups_otherwise(stored, wanted)):
        raise Forbidden(
            _(
                "This group makes system administrators. Only they decide who is in it."
                " Nothing was changed."
            )
        )


def why_closed(viewer: Viewer, stored: Setup, key: str) -> Text | None:
    """Return why this viewer does not decide who is in a group; None if they do.

    :param key: of a group of `stored`
    """
    if is_system_administrator(viewer) or key not in _system_role(stored)[0]:
        return None
    return _("This group makes system administrators. Only they decide who is in it.")


def _system_role(setup: Setup) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups and the logins that have it."""
    entry = setup["roles"].get(SYSTEM, {})
    return frozenset(entry.get("groups", ())), frozenset(entry.get("people", ()))


def _groups_otherwise(stored: Setup, wanted: Setup) -> Iterator[bool]:
    """Yield of each group that gives the role whether its people would be others."""
    for key in _system_role(stored)[0]:
        before, after = stored["groups"][key], wanted["groups"].get(key, {})
        yield any(before[name] != after.get(name) for name in WHO_IS_IN_IT)
