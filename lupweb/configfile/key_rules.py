"""What tells the people of a directory apart stays, once they are known by it (sync.md section 1).

With another attribute everybody would be somebody else; an assistant changes it and keeps who is
who (`lupweb.configfile.key_changing`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from lupweb.configfile.faults import Faults, Place
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.ldap.entry import folded_name
from lupweb.texts import Text, _

KIND, NAME = "directories", "id_attribute"


def other_keys(
    stored: Mapping[str, Mapping[str, Any]], setup: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Place, Text]]:
    """Yield what is wrong where people who are known would be told apart by something else.

    And where it would be a value that not everybody may see. A query for each directory of which
    it is to be changed.
    """
    for key, entry in setup[KIND].items():
        before = stored[KIND].get(key)
        if is_closed(setup, entry[NAME]):
            yield (KIND, key, NAME), told_closed(entry[NAME])
        if before is None or folded_name(before[NAME]) == folded_name(entry[NAME]):
            continue
        if knows_somebody(key):
            yield (
                (KIND, key, NAME),
                _(
                    "People of “%(key)s” are known already, and with another attribute everybody"
                    " would be somebody else. The assistant in the settings of the directory"
                    " changes it, and keeps who is who.",
                    key=key,
                ),
            )


def is_closed(setup: Mapping[str, Mapping[str, Any]], attribute: str) -> bool:
    """Return whether an attribute fills a field that not everybody may see."""
    return bool(attribute) and any(
        folded_name(field["attribute"]) == folded_name(attribute)
        and (field["visible_to"] or _is_narrow(setup["categories"].get(field["category"], {})))
        for field in setup["fields"].values()
    )


def told_closed(attribute: str) -> Text:
    """Return why such an attribute does not tell people apart."""
    return _(
        "Not everybody may see the field that %(name)s fills, and what tells people apart stands in"
        " records that all administrators read. Nothing was changed. Choose another attribute.",
        name=attribute,
    )


def refuse_other_keys(
    faults: Faults,
    stored: Mapping[str, Mapping[str, Any]],
    setup: Mapping[str, Mapping[str, Any]],
) -> None:
    """Let no file change what tells people apart who are known.

    :raises InvalidConfiguration: naming where it would
    """
    for place, sentence in other_keys(stored, setup):
        faults.add(place, sentence)
    faults.refuse()


def knows_somebody(key: str) -> bool:
    """Return whether anybody of a directory is known; one query."""
    rows = select(Identity.id).join(Directory, Directory.id == Identity.directory_id)
    return db.session.scalar(rows.where(Directory.key == key).limit(1)) is not None


def _is_narrow(category: Mapping[str, Any]) -> bool:
    return bool(category.get("visible_to") or category.get("applies_to"))
