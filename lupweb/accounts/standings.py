"""Why a person is in a state: which directory, since when, which run, which policy."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import func, select

from lupweb.accounts import sentences
from lupweb.accounts.actors import actor_names
from lupweb.accounts.sentences import Entry
from lupweb.audit.models import History
from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.people.models import Group, Person
from lupweb.people.policies import licensed
from lupweb.people.states import PersonState
from lupweb.runs.models import Run
from lupweb.texts import Text, _


class Standing(StrEnum):
    """What a person is to an administrator; several may be true at once."""

    ACTIVE = "active"
    MISSING = "missing"
    DISABLED = "disabled"
    LOCAL = "local"
    UNLICENSED = "unlicensed"
    BARRED = "barred"
    UNLISTED = "unlisted"
    SHADOWED = "shadowed"
    MERGED = "merged"
    PURGED = "purged"


LABELS: Mapping[Standing, Text] = {
    Standing.ACTIVE: _("Active"),
    Standing.MISSING: _("Missing"),
    Standing.DISABLED: _("Disabled"),
    Standing.LOCAL: _("Local"),
    Standing.UNLICENSED: _("Without licence"),
    Standing.BARRED: _("Sign-in off"),
    Standing.UNLISTED: _("Rooms and devices"),
    Standing.SHADOWED: _("In several directories"),
    Standing.MERGED: _("Merged"),
    Standing.PURGED: _("Cleared"),
}


class Known(Protocol):
    """Somebody as far as their state needs it: a person, or a row of one."""

    @property
    def id(self) -> int:
        """Return the number."""

    @property
    def state(self) -> PersonState:
        """Return what the directories say."""

    @property
    def is_listed(self) -> bool:
        """Return whether the person filter lets this one through."""

    @property
    def barred_at(self) -> datetime | None:
        """Return since when an administrator keeps this person from signing in."""

    @property
    def barred_by(self) -> str | None:
        """Return who did that, as in the history."""

    @property
    def merged_into_id(self) -> int | None:
        """Return the record that this one leads to."""


@dataclass(frozen=True)
class Reason:
    """Why somebody is what they are, in a sentence.

    :param since: None where nobody knows
    :param by: name of the administrator who did it, ""
    """

    standing: Standing
    sentence: Text
    since: datetime | None = None
    run_id: int | None = None
    by: str = ""

    @property
    def label(self) -> Text:
        """Return the name of the state."""
        return LABELS[self.standing]


def reasons(people: Sequence[Known], options: Mapping[str, Any]) -> dict[int, list[Reason]]:
    """Return why each of these people is what they are, the state first; seven queries at most.

    :param options: of the site
    """
    ids = [each.id for each in people]
    facts = _Facts(
        options=options,
        entries=entries_of(ids),
        changes=_state_changes(ids),
        licensed=set(
            db.session.scalars(select(Person.id).where(Person.id.in_(ids), licensed(options)))
        ),
        actors=actor_names({each.barred_by for each in people if each.barred_by}),
        kept=_names([each.merged_into_id for each in people if each.merged_into_id]),
        licence=_licence_name(options),
    )
    return {each.id: list(_reasons(each, facts)) for each in people}


def entries_of(ids: Collection[int]) -> Mapping[int, list[Entry]]:
    """Return what directories hold of these people, the first directory first; one query."""
    rows = (
        select(
            Identity.person_id, Directory.name, Directory.key, Directory.is_enabled, Identity.dn,
            Identity.is_gone, Identity.disabled_reason, Identity.first_run_id, Run.started_at,
        )
        .join(Directory, Directory.id == Identity.directory_id)
        .outerjoin(Run, Run.id == Identity.first_run_id)
        .where(Identity.person_id.in_(ids), Directory.role != DirectoryRole.ALTERNATIVE)
        .order_by(Directory.position, Identity.is_gone, Identity.id.desc())
    )  # fmt: skip
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in db.session.execute(rows):
        found[row[0]].append(Entry(*row[1:]))
    return found


@dataclass(frozen=True)
class _Facts:
    """What is known about some people, each by id.

    :param changes: person and state -> when it began, and in which run
    :param kept: names of records that others lead to
    :param licence: name of the licence group, ""
    """

    options: Mapping[str, Any]
    entries: Mapping[int, list[Entry]]
    changes: Mapping[tuple[int, str], tuple[datetime, int | None]]
    licensed: Collection[int]
    actors: Mapping[str, str]
    kept: Mapping[int, str]
    licence: str
    nothing: tuple[None, None] = field(default=(None, None))

    def since(self, person: Known) -> tuple[datetime | None, int | None]:
        """Return when the state of a person began, and in which run."""
        return self.changes.get((person.id, str(person.state)), self.nothing)


def _reasons(person: Known, facts: _Facts) -> Iterator[Reason]:
    entries = facts.entries.get(person.id, [])
    yield _of_state(person, entries, facts)
    if person.state == PersonState.MERGED:
        return
    if person.barred_at is not None:
        yield Reason(
            Standing.BARRED,
            _("An administrator switched the sign-in off."),
            since=person.barred_at,
            by=facts.actors.get(person.barred_by or "", ""),
        )
    if person.state != PersonState.ACTIVE:
        return
    if not person.is_listed:
        yield Reason(Standing.UNLISTED, sentences.unlisted(entries, facts.options))
    if person.id not in facts.licensed:
        yield Reason(Standing.UNLICENSED, _unlicensed(person, facts))
    present = list(dict.fromkeys(each.directory for each in entries if not each.is_gone))
    if len(present) > 1:
        yield Reason(Standing.SHADOWED, sentences.shadowed(present))


def _of_state(person: Known, entries: Sequence[Entry], facts: _Facts) -> Reason:
    state = PersonState(person.state)
    since, run_id = facts.since(person)
    if state is PersonState.MERGED:
        name = facts.kept.get(person.merged_into_id or 0, "")
        said = _("Put together with %(name)s. Old addresses and logins lead there.", name=name)
        return Reason(Standing.MERGED, said, since)
    if state is PersonState.PURGED:
        said = _("Left long ago. What was known of them was cleared for good, as the policy says.")
        return Reason(Standing.PURGED, said, since, run_id)
    if state is PersonState.MISSING:
        return Reason(Standing.MISSING, sentences.missing(entries), since, run_id)
    if state is PersonState.DISABLED:
        return Reason(Standing.DISABLED, sentences.disabled(entries), since, run_id)
    if not entries:
        said = _("Kept here only: no directory holds an entry, and no run changes anything.")
        return Reason(Standing.LOCAL, said, since)
    first = next((each for each in entries if not each.is_gone), entries[0])
    if since is None:
        since, run_id = first.first_at, first.first_run_id
    return Reason(Standing.ACTIVE, sentences.active(first), since, run_id)


def _unlicensed(person: Known, facts: _Facts) -> Text:
    is_barred = person.barred_at is not None
    return sentences.unlicensed(facts.licence, facts.options, is_barred=is_barred)


def _state_changes(ids: Collection[int]) -> dict[tuple[int, str], tuple[datetime, int | None]]:
    newest = (
        select(func.max(History.id))
        .where(History.person_id.in_(ids), History.field_key == "@state")
        .group_by(History.person_id, History.new)
    )
    rows = select(History.person_id, History.new, History.at, History.run_id)
    return {
        (person_id, state): (at, run_id)
        for person_id, state, at, run_id in db.session.execute(rows.where(History.id.in_(newest)))
    }


def _names(ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def _licence_name(options: Mapping[str, Any]) -> str:
    key = options.get("licence_group", "")
    if not key:
        return ""
    return db.session.scalar(select(Group.name).where(Group.key == key)) or key
