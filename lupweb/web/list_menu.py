"""The lists that a page offers, and where somebody starts; read once for each change of the set-up.

What is kept is never stale: writing a list, a shared one or somebody's own, is a change of the
set-up (`lupweb.options.versions`), and every request reads its token before it looks here.
"""

from urllib.parse import urlsplit

from flask import g, url_for

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.errors import NotFound
from lupweb.lists.contents import may_ask
from lupweb.lists.queries import (
    ListLine,
    SharedLists,
    find_line,
    offered,
    own_lists,
    shared_lists,
    start_rows_for,
)
from lupweb.search.recent import Recent
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, set_up_token, site_zone
from lupweb.web.targets import HOME, safe_target

_shared: Recent[SharedLists] = Recent(4)
_asked: Recent[bool] = Recent(5_000)
_own: Recent[list[ListLine]] = Recent(2_000)


def lists_offered() -> list[ListLine]:
    """Return the lists that this viewer may open: their own, and those that are shared with them.

    A shared list that asks for a field which is not there for the viewer is not offered: it would
    show other people than its name says, and that it is there would tell about the field (B35).
    """
    if "lists_offered" not in g:
        looks = viewer()
        shared = offered(looks, _shared_lists().lists)
        g.lists_offered = [*_own_lists(looks), *(line for line in shared if may_open(looks, line))]
    found: list[ListLine] = g.lists_offered
    return found


def may_open(looks: Viewer, line: ListLine) -> bool:
    """Return whether a viewer may ask for all that a list asks for; known from before if it is."""
    layout = page_layout()
    key = None
    if layout.version is not None:  # of a viewer only the groups say what may be read
        key = (layout.version, looks.groups, line.content)
    today = clock.now().astimezone(site_zone()).date()
    return _asked.get(key, lambda: may_ask(looks, layout, line.content, today))


def list_offered(key: str) -> ListLine:
    """Return the list of this key.

    :raises NotFound: if there is none, or it is not offered to this viewer: both alike
    """
    found = find_line(lists_offered(), key)
    if found is None:
        raise NotFound(_("There is no such list, or it is not shared with you."))
    return found


def start_target() -> str:
    """Return the address of the page that this viewer starts on, "" for the people page.

    A row whose list is not offered to the viewer is passed over, and so is a page that is not here.
    """
    shared = _shared_lists()
    if not shared.starts:
        return ""
    keys = {line.id: line.key for line in lists_offered() if line.is_shared}
    for row in start_rows_for(viewer(), shared):
        if row.list_id is None:
            target = safe_target(row.page)
            if urlsplit(target).path != HOME:  # or it would lead to itself for ever
                return target
        elif row.list_id in keys:
            return url_for("lists.show", key=keys[row.list_id])
    return ""


def _shared_lists() -> SharedLists:
    return _shared.get(set_up_token(), shared_lists)


def _own_lists(looks: Viewer) -> list[ListLine]:
    account = looks.account_id
    return _own.get((set_up_token(), account), lambda: own_lists(account))
