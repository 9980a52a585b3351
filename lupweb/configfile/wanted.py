"""The set-up that shall be: what the file says, and what stays beside it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lupweb.configfile.directory_rules import sync_date
from lupweb.configfile.document import Document
from lupweb.configfile.faults import Faults
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.list_references import broken_starts, doubtful_starts, idle_lists
from lupweb.configfile.profile_keys import STANDARD
from lupweb.configfile.references import broken_references
from lupweb.configfile.secrecy import Secret
from lupweb.directories.models import DirectoryRole
from lupweb.profiles.standard import CATEGORIES
from lupweb.texts import Text, _

Entries = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the database is to be.

    :param kinds: those that the file decides
    :param notes: what whoever applies it should know
    """

    setup: Mapping[str, Entries]
    kinds: tuple[str, ...]
    notes: tuple[Text, ...]


def wanted_setup(document: Document, stored: Mapping[str, Entries]) -> Wanted:
    """Put together what the database is to be.

    :param stored: what it is now
    :raises InvalidConfiguration: with everything that is wrong with the file
    """
    setup = {**stored, **document.kinds}
    notes: list[Text] = []
    if "directories" in document.kinds:
        setup["directories"] = _directories(document, stored["directories"], notes)
    if "fields" in document.kinds:
        left_out = [key for key in STANDARD if key not in document.kinds["fields"]]
        kept = {key: stored["fields"].get(key) or _plain_field(key) for key in left_out}
        setup["fields"] = {**document.kinds["fields"], **kept}
    if "roles" in document.kinds:
        setup["roles"] = {
            key: entry
            for key, entry in document.kinds["roles"].items()
            if entry["groups"] or entry["people"]
        }
    setup["categories"] = _categories(setup, stored["categories"])
    for place, sentence in broken_references(setup, document.kinds):
        document.faults.add(place, sentence)
    document.faults.refuse()
    notes += _doubts(setup)
    decided = {*document.kinds}
    if setup["categories"] != stored["categories"]:
        decided.add("categories")
    return Wanted(setup, tuple(name for name in KINDS if name in decided), tuple(notes))


def _doubts(setup: Mapping[str, Entries]) -> list[Text]:
    """Return what can be stored, and is hardly what anybody wants."""
    lists = [
        _("The list “%(key)s” is offered to nobody. %(why)s", key=key, why=why)
        for key, why in idle_lists(setup).items()
    ]
    starts = [
        _("The start page of “%(row)s”: %(why)s", row=row, why=why)
        for row, why in [*doubtful_starts(setup).items(), *broken_starts(setup).items()]
    ]
    return lists + starts


def _directories(document: Document, stored: Entries, notes: list[Text]) -> Entries:
    wanted = {}
    for key, entry in document.kinds["directories"].items():
        old = stored.get(key, {})
        secret = _secret(key, entry, old, document.faults, notes)
        given = _taken_date(key, entry, old, document.faults)
        wanted[key] = {**entry, "bind_password": secret, "last_sync_date": given}
    alternative = [
        key for key, entry in wanted.items() if entry["role"] == DirectoryRole.ALTERNATIVE
    ]
    for key in alternative[1:]:
        document.faults.add(
            ("directories", key, "role"), _("There can be one alternative LDAP only.")
        )
    return wanted


def _secret(key: str, entry: Entries, old: Entries, faults: Faults, notes: list[Text]) -> Secret:
    """Return the bind password: the one that the file names, else the one that is stored.

    A stored one counts where the file names none, and where it names the same place as before but
    nothing is there now, as when an export is applied again in another shell.
    """
    secret: Secret = entry["bind_password"]
    if secret.text:
        return secret
    kept: Secret = old.get("bind_password", Secret())
    references = ("bind_password_env", "bind_password_file")
    named = next((name for name in references if entry[name]), "")
    is_same_place = all(entry[name] == old.get(name, "") for name in references)
    if kept.text and (not named or is_same_place):
        if secret.problem:
            notes.append(
                _(
                    "%(why)s The password that is stored for “%(key)s” stays.",
                    why=secret.problem,
                    key=key,
                )
            )
        return kept
    faults.add(
        ("directories", key, named or "bind_dn"),
        secret.problem
        or _("The password is missing: name it with bind_password_env or bind_password_file."),
    )
    return secret


def _taken_date(key: str, entry: Entries, old: Entries, faults: Faults) -> str:
    if not entry["last_sync_date"] or ("directories", key, "last_sync_date") in faults:
        return str(old.get("last_sync_date", ""))
    return sync_date(entry["last_sync_date"])


def _plain_field(key: str) -> dict[str, Any]:
    return KINDS["fields"].complete({"key": key})


def _categories(setup: Mapping[str, Entries], stored: Entries) -> Entries:
    """Return the categories; those of the standard fields are there as long as they are needed."""
    needed = {entry["category"] for entry in setup["fields"].values()}
    added = {
        key: stored.get(key)
        or KINDS["categories"].complete({"key": key, "name": str(CATEGORIES[key])})
        for key in CATEGORIES
        if key in needed and key not in setup["categories"]
    }
    return {**added, **setup["categories"]} if added else setup["categories"]
