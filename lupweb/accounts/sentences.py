"""Why a person is in a state, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lupweb.people.policies import VISIBLE, hides_unlicensed
from lupweb.texts import Text, _


@dataclass(frozen=True)
class Entry:
    """What a directory holds of a person, or held until `is_gone`.

    :param first_run_id: the run that made the person; None where it was there before
    """

    directory: str
    directory_key: str
    is_enabled: bool
    dn: str
    is_gone: bool
    disabled_reason: str
    first_run_id: int | None
    first_at: datetime | None


def active(entry: Entry) -> Text:
    """Return why somebody is active."""
    if not entry.is_enabled:
        return _(
            "%(directory)s holds the entry. That directory is switched off; its people stay as"
            " they were.",
            directory=entry.directory,
        )
    return _("%(directory)s holds the entry.", directory=entry.directory)


def missing(entries: Sequence[Entry]) -> Text:
    """Return why somebody is missing."""
    names = ", ".join(dict.fromkeys(each.directory for each in entries))
    if not names:
        return _("No directory holds an entry any more. Everything is kept.")
    return _(
        "No longer found in %(directories)s. Everything is kept, and is shown again when the entry"
        " is back.",
        directories=names,
    )


def disabled(entries: Sequence[Entry]) -> Text:
    """Return which directory switched an account off."""
    found = next((each for each in entries if each.disabled_reason and not each.is_gone), None)
    if found is None:
        return _("The account is switched off in the directory.")
    return _(
        "%(directory)s says that the account is switched off (%(attribute)s).",
        directory=found.directory,
        attribute=found.disabled_reason,
    )


def unlisted(entries: Sequence[Entry], options: Mapping[str, Any]) -> Text:
    """Return why somebody does not stand among people."""
    directory = entries[0].directory if entries else ""
    if options.get("active_users", VISIBLE) == VISIBLE:
        return _(
            "Does not pass the person filter of %(directory)s: a room, a device or a service"
            " account. Under the policy “visible users” it is neither shown nor exported.",
            directory=directory,
        )
    return _(
        "Does not pass the person filter of %(directory)s: a room, a device or a service account."
        " Not shown among people, but exported under the policy “all users”.",
        directory=directory,
    )


def unlicensed(licence: str, options: Mapping[str, Any], *, is_barred: bool) -> Text:
    """Return why somebody has no licence, and what follows."""
    is_hidden = hides_unlicensed(options)
    if is_barred:
        if is_hidden:
            return _("The sign-in is off. The policy hides people without a licence.")
        return _("The sign-in is off. The policy shows people without a licence.")
    if is_hidden:
        return _(
            "Not in the licence group “%(group)s”. The policy hides people without a licence.",
            group=licence,
        )
    return _(
        "Not in the licence group “%(group)s”. The policy shows people without a licence.",
        group=licence,
    )


def shadowed(present: Sequence[str]) -> Text:
    """Return which of several directories supplies somebody."""
    return _(
        "%(others)s holds an entry as well. %(first)s goes first and supplies the values.",
        others=", ".join(present[1:]),
        first=present[0],
    )
