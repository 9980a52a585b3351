"""Shared lists and start pages: read in the shape of the configuration file, and stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, delete, select

from lupweb.configfile.list_keys import start_label
from lupweb.database import db
from lupweb.lists.models import SavedList, SavedListGroup, StartPage
from lupweb.lists.service import a_key
from lupweb.people.models import Group
from lupweb.people.queries import groups_by_key

COLUMNS = ("name", "query", "address", "view", "sort")
"""What the file and `SavedList` call the same."""


def read_lists() -> dict[str, Any]:
    """Return the shared lists by key, in their order; two queries."""
    rows = db.session.execute(
        select(SavedListGroup.list_id, Group.key).join(Group, Group.id == SavedListGroup.group_id)
    )
    groups: Mapping[int, list[str]] = defaultdict(list)
    for list_id, key in rows:
        groups[list_id].append(key)
    in_order = _shared().order_by(SavedList.position, SavedList.id)
    return {
        saved.key: {
            "key": saved.key,
            **{name: getattr(saved, name) for name in COLUMNS},
            "columns": tuple(saved.columns),
            "groups": tuple(sorted(groups[saved.id])),
        }
        for saved in db.session.scalars(in_order)
    }


def read_start_pages() -> dict[str, Any]:
    """Return where people start, in the order in which it is looked at; one query."""
    rows = db.session.execute(
        select(Group.key, SavedList.key, StartPage.page)
        .select_from(StartPage)
        .outerjoin(Group, Group.id == StartPage.group_id)
        .outerjoin(SavedList, SavedList.id == StartPage.list_id)
        .order_by(StartPage.position, StartPage.id)
    )
    entries = [
        {"group": group or "", "list": saved or "", "page": page} for group, saved, page in rows
    ]
    return {start_label(entry): entry for entry in entries}


def store_list(key: str, entry: Mapping[str, Any]) -> None:
    """Add a shared list or change it; its groups are there already. Call inside a transaction."""
    saved = db.session.scalar(select(SavedList).where(SavedList.key == key))
    if saved is not None and saved.owner_id is not None:  # somebody's own gives way
        saved.key = a_key()
        db.session.flush()
        saved = None
    saved = saved or SavedList(key=key)
    for name in COLUMNS:
        setattr(saved, name, entry[name])
    saved.columns = list(entry["columns"])
    db.session.add(saved)
    db.session.flush()
    db.session.execute(delete(SavedListGroup).where(SavedListGroup.list_id == saved.id))
    ids = groups_by_key()
    db.session.add_all(
        SavedListGroup(list_id=saved.id, group_id=ids[group]) for group in entry["groups"]
    )
    db.session.flush()


def store_start_pages(entries: Iterable[Mapping[str, Any]]) -> None:
    """Let people start as these entries say, and nowhere else; call inside a transaction."""
    groups = groups_by_key()
    lists = {saved.key: saved.id for saved in db.session.scalars(_shared())}
    db.session.execute(delete(StartPage))
    db.session.add_all(
        StartPage(
            position=position,
            group_id=groups[entry["group"]] if entry["group"] else None,
            list_id=lists[entry["list"]] if entry["list"] else None,
            page=entry["page"],
        )
        for position, entry in enumerate(entries, start=1)
    )
    db.session.flush()


def remove_lists(keys: Collection[str]) -> None:
    """Take shared lists away that no start page leads to any more; call inside a transaction."""
    ids = [saved.id for saved in db.session.scalars(_shared().where(SavedList.key.in_(keys)))]
    db.session.execute(delete(SavedListGroup).where(SavedListGroup.list_id.in_(ids)))
    db.session.execute(delete(SavedList).where(SavedList.id.in_(ids)))


def put_lists_in_order(keys: Iterable[str]) -> None:
    """Let the shared lists stand in this order; call inside a transaction."""
    places = {key: position for position, key in enumerate(keys, start=1)}
    for saved in db.session.scalars(_shared()):
        saved.position = places.get(saved.key, len(places) + 1)
    db.session.flush()


def _shared() -> Select[SavedList]:
    return select(SavedList).where(SavedList.owner_id.is_(None))
