"""One step of a connection test: what became of it, in our own words."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lupweb.errors import CredentialsRefused, EntryNotFound, LupwebError
from lupweb.ldap.results import server_text
from lupweb.texts import Text, _


@dataclass(frozen=True)
class Step:
    """What became of one step. `fix` is what to do, empty where nothing is."""

    id: str
    ok: bool
    text: Text | str
    seconds: float = 0.0
    fix: Text | str = ""


@dataclass(frozen=True)
class Expected:
    """What the set-up expects of a directory: attribute by field, DN by group."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


class Failure(LupwebError):
    """A step that went wrong, in words, and what to do."""

    def __init__(self, message: Text | str, fix: Text | str = "") -> None:
        super().__init__(message)
        self.fix = fix


def walked(name: str, walk: Callable[[], Text]) -> Step:
    """Return what became of a step, with its time."""
    began = time.monotonic()
    fix: Text | str = ""
    try:
        ok, text = True, walk()
    except Failure as failure:
        ok, text, fix = False, _("%(text)s", text=failure.message), failure.fix
    except LupwebError as error:
        ok, text = False, own_words(error)
    return Step(name, ok=ok, text=text, seconds=round(time.monotonic() - began, 3), fix=fix)


def own_words(error: LupwebError) -> Text:
    """Return what happened without the words of the server."""
    cause = error.__cause__
    if cause is None or not server_text(cause):
        return _("%(text)s", text=error.message)
    if isinstance(error, CredentialsRefused):
        return _("The server does not accept the bind DN and its password.")
    if isinstance(error, EntryNotFound):
        return _("There is no such entry, or this account may not see it.")
    return _("The server refuses this. Its log says more.")
