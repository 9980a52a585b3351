"""Which rule decided a value that a run changed, in words."""

from collections.abc import Mapping

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.people.states import PersonState
from lupweb.profiles.layout import Layout
from lupweb.profiles.writing import COMPUTED
from lupweb.runs.models import Run
from lupweb.runs.undone import UNDO
from lupweb.texts import Text, _

STATE = "@state"
OTHERS: Mapping[str, Text] = {
    "xml": _("XML file"), "pictures": _("Pictures"), "purge": _("People who left"),
}  # fmt: skip


class Rules:
    """What decided in one run; one query. Attributes are named as they are mapped now."""

    def __init__(self, layout: Layout, run: Run) -> None:
        self._attributes = {each.key: each.attribute for each in layout.fields()}
        self._falling = layout.falling()
        own = {
            each.key: each.directory
            for each in layout.fields()
            if each.directory and each.key not in self._falling
        }
        key = run.subject.partition(":")[2]
        rows = select(Directory).where(Directory.key.in_({key, *own.values()}))
        directories = {each.key: each for each in db.session.scalars(rows)}
        directory = directories.get(key)
        self._own = {
            name: directories[each].name for name, each in own.items() if each in directories
        }
        self._where = directory.name if directory else str(OTHERS.get(run.subject, run.subject))
        if directory:
            self._attributes |= {
                "@login": directory.login_attribute,
                "@name": directory.name_attribute,
                "@email": directory.email_attribute,
            }

    def rule(self, key: str, after: str, source: str = "") -> Text | str:
        """Return what decided that a value of field `key` is to be `after`.

        :param source: as in the history; "" in a plan
        """
        if source == COMPUTED:
            return _("follows from other fields")
        if source == UNDO:
            return _("as it was before the run that was taken back")
        if key == STATE:
            return _state(after, self._where)
        attribute = self._attributes.get(key, "")
        if not attribute:
            return self._where
        return self._fallen(attribute, after) if key in self._falling else self._read(key, after)

    def _read(self, key: str, after: str) -> Text:
        """Return what is said of a field that one directory supplies."""
        named = {"where": self._own.get(key, self._where), "name": self._attributes[key]}
        if not after:
            return _("%(where)s: the entry has no “%(name)s”", **named)
        return _("%(where)s: attribute “%(name)s”", **named)

    def _fallen(self, attribute: str, after: str) -> Text:
        """Return what is said of a field that falls through: any directory may have supplied it."""
        if not after:
            return _("no directory that has the person has “%(name)s”", name=attribute)
        return _(
            "%(where)s, or the next directory that has a value: attribute “%(name)s”",
            where=self._where,
            name=attribute,
        )


def _state(after: str, where: str) -> Text:
    if after == PersonState.MISSING:
        return _("%(where)s: not found by a complete reading", where=where)
    if after == PersonState.DISABLED:
        return _("%(where)s: the account is switched off there", where=where)
    return _("%(where)s: found, and not switched off", where=where)
