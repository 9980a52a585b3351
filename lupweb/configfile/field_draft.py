"""A field or a category as a form shows it: what is stored, or what was typed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lupweb.configfile.keys import Entry
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.profile_rules import FROM_DIRECTORY
from lupweb.database import compact_json
from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.choosing import CHOICES
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.profiles.field_changes import Fit
from lupweb.texts import LANGUAGES, Text, _

FIRST, *OTHERS = LANGUAGES
OPTION = "option-"
SWITCHES = (
    "required", "searchable", "in_profile", "in_table", "on_card", "facet", "write_back",
    "in_vcard", "in_completeness",
)  # fmt: skip
TEXTS = ("category", "type", "source", "attribute", "default", "pattern")
NUMBERS = ("max_length", "confirm_days")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Draft:
    """One entry of the set-up in a form.

    :param kind: `fields` or `categories`
    :param key: "" for one that is not there yet
    :param typed: what was typed where a number was meant and none was read
    :param revision: says what the form was made from
    :param problems: name of an input -> what is wrong; "" for the whole
    :param fit: how values fit the new type; the form asks before they are left unfit
    """

    kind: str
    key: str
    entry: Entry
    revision: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Text | str] = field(default_factory=dict)
    confirmed_type: str = ""
    fit: Fit | None = None

    def with_problems(self, problems: Mapping[str, Text | str]) -> "Draft":
        """Return the same with what is wrong with it, beside what was known to be."""
        return replace(self, problems={**problems, **self.problems})

    def text(self, name: str, code: str = FIRST) -> str:
        """Return a text in one language, as the form shows it; "" if there is none."""
        if code == FIRST:
            return str(self.entry[name])
        return str(self.entry[f"{name}s"].get(code, ""))

    def number(self, name: str) -> str:
        """Return a number as the form shows it; "" where 0 means none."""
        return self.typed.get(name) or str(self.entry[name] or "")

    def option(self, option: TypeOption) -> Any:
        """Return an option of the type, as the form shows it."""
        if option.name in self.typed:
            return self.typed[option.name]
        if option.name == CHOICES:
            return "\n".join(self.entry["options"])
        value = self.entry["settings"].get(option.name, option.default)
        if option.kind is OptionKind.LINES:
            return "\n".join(value)
        return "" if value is None else value


def new_draft(kind: str, **settings: Any) -> Draft:
    """Return the form of an entry that is not there yet."""
    return Draft(kind, "", KINDS[kind].complete({"name": "", **settings}))


def draft_of(kind: str, entry: Entry) -> Draft:
    """Return the form of a stored entry."""
    return Draft(kind, entry["key"], entry, revision_of(entry))


def revision_of(entry: Entry) -> str:
    """Return what differs as soon as anything in the entry does."""
    return hashlib.blake2b(compact_json(dict(entry)).encode(), digest_size=12).hexdigest()


def field_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form of a field with what was posted; every other name in it is ignored."""
    typed: dict[str, str] = {}
    problems: dict[str, Text | str] = {}
    entry = {**draft.entry, **_texts_typed(posted, "name", "help_text")}
    entry |= {name: name in posted for name in SWITCHES}
    entry |= {name: _first(posted, name).strip() for name in TEXTS}
    entry["directory"] = _directory_typed(entry, posted)
    entry["fall_through"] = "fall_through" in posted and entry["source"] in FROM_DIRECTORY
    entry["on_conflict"] = _first(posted, "on_conflict") or draft.entry["on_conflict"]
    entry["visible_to"] = tuple(sorted(set(posted.get("visible_to", ()))))
    for name in NUMBERS:
        entry[name] = _number(name, _first(posted, name), typed, problems) or 0
    entry |= _options_typed(entry["type"], posted, typed, problems)
    return replace(
        draft,
        entry=entry,
        typed=typed,
        problems=problems,
        revision=_first(posted, "revision"),
        confirmed_type=_first(posted, "confirmed_type"),
    )


def _directory_typed(entry: Entry, posted: Posted) -> str:
    """Return the one directory that is to supply a field; the form asks only where it matters."""
    if entry["source"] not in FROM_DIRECTORY:
        return ""
    return _first(posted, "directory") if "directory" in posted else str(entry["directory"])


def category_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form of a category with what was posted.

    One list of groups counts for both, unless separate settings were chosen.
    """
    entry = {**draft.entry, **_texts_typed(posted, "name")}
    separate = _first(posted, "groups_are") == "separate"
    for name in ("applies_to", "visible_to"):
        entry[name] = tuple(sorted(set(posted.get(name if separate else "groups", ()))))
    entry["searchable_when_restricted"] = "searchable_when_restricted" in posted
    return replace(draft, entry=entry, revision=_first(posted, "revision"))


def _texts_typed(posted: Posted, *names: str) -> dict[str, Any]:
    """Return texts with their translations. What stands in another language alone counts first."""
    found: dict[str, Any] = {}
    for name in names:
        by_language = {code: _plain(_first(posted, f"{name}-{code}")) for code in LANGUAGES}
        other = {code: by_language[code] for code in OTHERS if by_language[code]}
        if not by_language[FIRST] and other:
            by_language[FIRST] = other.pop(next(iter(other)))
        found |= {name: by_language[FIRST], f"{name}s": other}
    return found


def _options_typed(
    type_key: str, posted: Posted, typed: dict[str, str], problems: dict[str, Text | str]
) -> dict[str, Any]:
    kind = FIELD_TYPES.get(type_key)
    settings: dict[str, Any] = {}
    lines: tuple[str, ...] = ()
    for option in kind.option_list if kind else ():
        raw = _first(posted, OPTION + option.name)
        if option.name == CHOICES:
            lines = tuple(line.strip() for line in raw.splitlines() if line.strip())
            continue
        value = _option_value(option, raw, posted, typed, problems)
        if value != option.default:
            settings[option.name] = value
    return {"options": lines, "settings": settings}


def _option_value(
    option: TypeOption,
    raw: str,
    posted: Posted,
    typed: dict[str, str],
    problems: dict[str, Text | str],
) -> Any:
    if option.kind is OptionKind.SWITCH:
        return OPTION + option.name in posted
    if OPTION + option.name not in posted:  # the form was made for another type
        return option.default
    if option.kind is OptionKind.LINES:
        return [line.strip() for line in raw.splitlines() if line.strip()]
    if option.kind is OptionKind.NUMBER:
        return _number(option.name, raw, typed, problems)
    try:
        return option.read(raw.strip())
    except InvalidValue as error:
        problems[OPTION + option.name] = error.message
        typed[option.name] = raw
        return option.default


def _number(
    name: str, raw: str, typed: dict[str, str], problems: dict[str, Text | str]
) -> int | float | None:
    text = raw.strip()
    if not text:
        return None
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    typed[name] = raw
    place = name if name in NUMBERS else OPTION + name
    problems[place] = _("“%(text)s” is no number.", text=text[:100])
    return None


def _first(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
