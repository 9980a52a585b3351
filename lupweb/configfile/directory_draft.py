"""A directory as its form shows it; of a password it says only whether there is one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lupweb.configfile.directory_rules import directory_rules, sync_date
from lupweb.configfile.field_draft import Draft, Posted
from lupweb.configfile.keys import Entry, Key
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.naming import name_problem
from lupweb.configfile.secrecy import Secret, refused_certificates
from lupweb.database import compact_json
from lupweb.errors import CredentialsRefused, InvalidForm, InvalidValue
from lupweb.ldap.connection import Tls, check_credentials
from lupweb.texts import Text, _

DIRECTORIES = "directories"
UNSEEN = "bind_password"
NESTED = "nested_groups"
"""What no page ever shows."""
SYNC_DATE = "last_sync_date"
LONGEST_NUMBER = 9
REQUIRED: Mapping[str, Text] = {
    "uri": _("Write the address of the server, such as ldaps://ldap.example.com."),
    "bind_dn": _("Name the account that reads."),
    "base_dn": _("Name the entry below which everything lies."),
}
OF_THE_QUESTION = (
    "base_dn", "additional_user_dn", "user_filter", "person_filter", "disabled_attribute",
    "disabled_value",
)  # fmt: skip
"""What decides who is shown of a directory."""
OF_A_SCHEDULE = ("schedule_full", "schedule_changes")
FIXED = frozenset({"key", "bind_password_env", "bind_password_file", *OF_A_SCHEDULE})
"""What the form does not ask: it never changes, or another page asks it."""


def new_directory(kind: str) -> Draft:
    """Return the form of a directory that is not there yet, with the defaults of its kind."""
    known = kind if kind in _choices("kind") else "generic"
    entry = {**KINDS[DIRECTORIES].complete({"kind": known, "name": ""}), UNSEEN: Secret()}
    return Draft(DIRECTORIES, "", entry)


def draft_of_directory(entry: Entry, shown_date: str) -> Draft:
    """Return the form of a stored directory.

    :param shown_date: the last sync date as it stands now, whoever set it
    """
    return Draft(
        DIRECTORIES, entry["key"], {**entry, SYNC_DATE: shown_date}, revision_of_directory(entry)
    )


def revision_of_directory(entry: Entry) -> str:
    """Return what differs as soon as anything in the entry does, the password left out.

    What stands in a page must not help anybody to guess a password.
    """
    plain = {name: value for name, value in entry.items() if name != UNSEEN}
    return hashlib.blake2b(compact_json(plain).encode(), digest_size=12).hexdigest()


def question_of(entry: Entry) -> str:
    """Return what differs as soon as another question decides who is shown of a directory."""
    asked = [entry[name] for name in OF_THE_QUESTION]
    return hashlib.blake2b(compact_json(asked).encode(), digest_size=12).hexdigest()


def directory_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form with what was posted; every other name in it is ignored.

    An empty password keeps the one that is stored.
    """
    entry = dict(draft.entry)
    for key in KINDS[DIRECTORIES].keys:
        if key.name not in FIXED:
            entry[key.name] = _value(key, posted)
    password = next(iter(posted.get(UNSEEN, ())), "")
    if password:
        entry |= {UNSEEN: Secret(password), "bind_password_env": "", "bind_password_file": ""}
        draft = replace(draft, typed={UNSEEN: "typed"})
    if not draft.key:
        entry["key"] = _first(posted, "key")
    return replace(draft, entry=entry, revision=_first(posted, "revision"))


def checked(draft: Draft, before: Entry | None) -> Draft:
    """Return the form if a directory can be asked by it.

    :param before: what is stored of it; None for one that is not there yet
    :raises InvalidForm: with the form, each sentence beside its input
    """
    problems = dict(_problems(draft, before))
    if problems:
        raise InvalidForm(next(iter(problems.values())), draft.with_problems(problems))
    return draft


def _problems(draft: Draft, before: Entry | None) -> Iterator[tuple[str, Text | str]]:
    entry = draft.entry
    if entry["kind"] not in _choices("kind") or entry["role"] not in _choices("role"):
        yield "kind", _("Choose what server it is, and what it is for.")
        return
    if entry["tls"] not in _choices("tls"):
        yield "tls", _("Choose how the connection is protected.")
        return
    if problem := name_problem(entry["name"]):
        yield "name", problem
    for name, sentence in REQUIRED.items():
        if not entry[name]:
            yield name, sentence
    if entry[NESTED] not in _choices(NESTED):
        yield NESTED, _("Choose how groups inside groups are read.")
    yield from directory_rules(entry)
    yield from _certificates(entry["ca_file"])
    yield from _password(entry, None if UNSEEN in draft.typed else before)


def _certificates(path: str) -> Iterator[tuple[str, Text | str]]:
    if path and not path.startswith("/"):
        yield "ca_file", _("Write the whole path of the file, from / on.")
        return
    sentence = refused_certificates(path)
    if sentence:
        yield "ca_file", sentence


def _password(entry: Entry, before: Entry | None) -> Iterator[tuple[str, Text | str]]:
    """Yield what is wrong with the password.

    :param before: what is stored, where its password is the one that counts. It goes to no other
        server than the one it was entered for: whoever could change the address would learn it.
    """
    text = entry[UNSEEN].text
    try:
        check_credentials(entry["bind_dn"] or "nobody", text or "none")
    except (CredentialsRefused, InvalidValue) as error:
        yield UNSEEN, error.message
    if not text:
        yield UNSEEN, _("Type the password of this account.")
    elif before is not None and _goes_elsewhere(entry, before):
        yield (
            UNSEEN,
            _(
                "The address or its protection is another one. Type the password too: the stored"
                " one is sent to no other server than the one it was entered for."
            ),
        )


def _goes_elsewhere(entry: Entry, before: Entry) -> bool:
    has_weaker_tls = entry["tls"] != before["tls"] and entry["tls"] == Tls.NONE
    trusts_others = entry["ca_file"] != before["ca_file"]
    return bool(set(entry["uri"]) - set(before["uri"])) or has_weaker_tls or trusts_others


def plain_date(text: str) -> str:
    """Return a last sync date in its usual form; "" stays."""
    return sync_date(text) if text else ""


def _choices(name: str) -> tuple[str, ...]:
    key = KINDS[DIRECTORIES].find_key(name)
    return key.choices if key else ()


def _value(key: Key, posted: Posted) -> Any:
    if isinstance(key.default, bool):
        return key.name in posted
    if isinstance(key.default, int):
        text = _first(posted, key.name) if key.name in posted else str(key.default)
        return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else text
    if isinstance(key.default, tuple):
        return tuple(dict.fromkeys(_first(posted, key.name).split()))
    text = _first(posted, key.name)
    return text or str(key.default) if key.name == NESTED else text


def _first(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "").strip()
