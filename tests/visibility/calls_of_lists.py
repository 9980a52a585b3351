"""How the addresses of saved lists are called, by people who must learn nothing by it."""

from collections.abc import Mapping

from tests.visibility.asking import Call, asked, few, sent
from tests.visibility.twins import CANARY, TEXT

LISTS: Mapping[str, list[Call]] = {
    "admin_lists.edit": [
        Call("/admin/lists/nothing/edit"),
        *sent("/admin/lists/nothing/edit", {"name": "x"}),
    ],
    "admin_lists.hosts": sent("/admin/lists/hosts", {"embed_hosts": "*"}),
    "admin_lists.index": [Call("/admin/lists")],
    "admin_lists.move": sent("/admin/lists/move", {"kind": "lists", "row": CANARY, "step": "up"}),
    "admin_lists.new": [
        Call("/admin/lists/new"),
        *sent("/admin/lists/new", {"name": "", "query": f"{TEXT}:{CANARY}", "view": "table"}),
    ],
    "admin_lists.remove": [
        Call("/admin/lists/nothing/remove"),
        *sent("/admin/lists/nothing/remove", {}),
    ],
    "admin_lists.start": sent("/admin/lists/start-pages", {"list": CANARY}),
    "admin_lists.stop": sent("/admin/lists/start-pages/remove", {"row": CANARY}),
    "lists.change": sent("/lists/nothing/change", {"state": f"f.{TEXT}={CANARY}"}),
    "lists.edit": [Call("/lists/nothing/edit"), *sent("/lists/nothing/edit", {"name": "x"})],
    "lists.embed": [Call("/embed/lists/nothing")],
    "lists.index": [Call("/lists")],
    "lists.look": sent("/lists/look", {"state": f"view=cards&column={TEXT}"}),
    "lists.new": [
        *(Call(path) for path in few("/lists/new")),
        *sent("/lists/new", {"name": "", "state": f"f.{TEXT}={CANARY}&column={TEXT}"}),
    ],
    "lists.remove": sent("/lists/nothing/remove", {}),
    "lists.show": [
        Call("/lists/nothing"),
        Call(asked("/lists/nothing", filter=f"{TEXT}:{CANARY}", column=TEXT, view="table")),
    ],
}
"""Endpoint -> its calls, as in `calls.py`."""
