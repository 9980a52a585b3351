"""Lists of one's own: saved, renamed, changed and taken away by whom they belong to.

Lists that are shared are part of the set-up: `lupweb.configfile.list_editing`.
"""

import secrets
from collections.abc import Collection

from sqlalchemy import func, select, update

from lupweb.accounts.models import User
from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.ldap.cleaning import clean_text
from lupweb.lists.contents import MOST_COLUMNS, VIEWS, ListContent, check_address
from lupweb.lists.models import SavedList
from lupweb.texts import _

LONGEST_NAME = 200
MOST_OWN = 200
KEY_BYTES = 8
"""A key is drawn by lot: it tells nothing, and nobody finds out what others call their lists."""


def save_list(viewer: Viewer, name: str, content: ListContent) -> str:
    """Save a list for oneself; return its key. Call inside a transaction.

    :raises Forbidden: if nobody signed in
    :raises InvalidValue: if the name is none, or there are too many lists
    """
    if viewer.account_id is None:
        raise Forbidden(_("Sign in to keep a list."))
    mine = select(func.count()).where(SavedList.owner_id == viewer.account_id)
    if (db.session.scalar(mine) or 0) >= MOST_OWN:
        raise InvalidValue(_("You have %(most)s lists already. Remove one first.", most=MOST_OWN))
    name = checked_list_name(name)
    check_address(content.address)
    saved = SavedList(key=a_key(), name=name, owner_id=viewer.account_id)
    _fill(saved, content)
    db.session.add(saved)
    db.session.flush()
    return saved.key


def rename_list(viewer: Viewer, key: str, name: str) -> None:
    """Call one's own list otherwise; call inside a transaction.

    :raises NotFound: if the viewer has no such list
    :raises InvalidValue: if the name is none
    """
    _own(viewer, key).name = checked_list_name(name)


def change_list(viewer: Viewer, key: str, content: ListContent) -> None:
    """Let one's own list ask for something else; call inside a transaction.

    :raises NotFound: if the viewer has no such list
    :raises InvalidValue: if it is too long to be kept
    """
    check_address(content.address)
    _fill(_own(viewer, key), content)


def remove_list(viewer: Viewer, key: str) -> str:
    """Take one's own list away, and return its name; call inside a transaction.

    :raises NotFound: if the viewer has no such list
    """
    saved = _own(viewer, key)
    db.session.delete(saved)
    db.session.flush()
    return saved.name


def hand_over(from_id: int, to_id: int, ids: Collection[int] | None = None) -> list[int]:
    """Let the own lists of one account be those of another; return which went.

    Call inside a transaction.

    :param ids: only these lists; None: all of them
    """
    theirs = select(SavedList.id).where(SavedList.owner_id == from_id)
    found = list(db.session.scalars(theirs if ids is None else theirs.where(SavedList.id.in_(ids))))
    db.session.execute(update(SavedList).where(SavedList.id.in_(found)).values(owner_id=to_id))
    return found


def keep_look(viewer: Viewer, view: str, columns: Collection[str]) -> None:
    """Remember how an account likes to see people; call inside a transaction.

    :raises InvalidValue: if there is no such view
    """
    if view not in VIEWS:
        raise InvalidValue(_("There is no such view."))
    look = {"view": view, "columns": list(columns)[:MOST_COLUMNS]}
    statement = update(User).where(User.id == viewer.account_id)
    db.session.execute(statement.values(look=look))


def checked_list_name(name: str) -> str:
    """Return the name as it is kept: trimmed, in one line.

    :raises InvalidValue: if nothing is left, or it is too long
    """
    name = clean_text(name.replace("\0", ""))
    if not name:
        raise InvalidValue(_("Give it a name."))
    if len(name) > LONGEST_NAME:
        raise InvalidValue(_("Use at most %(most)s characters.", most=LONGEST_NAME))
    return name


def a_key() -> str:
    """Return a key that nothing has."""
    return f"list-{secrets.token_hex(KEY_BYTES)}"


def _own(viewer: Viewer, key: str) -> SavedList:
    mine = SavedList.owner_id == viewer.account_id
    found = db.session.scalar(select(SavedList).where(SavedList.key == key, mine))
    if found is None or viewer.account_id is None:
        raise NotFound(_("There is no such list."))
    return found


def _fill(saved: SavedList, content: ListContent) -> None:
    saved.query = content.query
    saved.address = content.address
    saved.view = content.view
    saved.sort = content.sort
    saved.columns = list(content.columns)
    db.session.flush()
