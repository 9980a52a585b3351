"""What others changed while a form was open: told, or to be chosen from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupweb.accounts.actors import actor_names
from lupweb.audit.service import values_before
from lupweb.field_types.base import PersonLink
from lupweb.outbox.states import OutboxState
from lupweb.profiles.desk import Desk, DeskField
from lupweb.profiles.document import origin_of_value
from lupweb.profiles.edit_form import Answer, Clash, Told
from lupweb.profiles.merging import Mark, Outcome, Revision, controls_digest, digest
from lupweb.profiles.naming import people_meant
from lupweb.profiles.origins import read_instant
from lupweb.profiles.replies import Reply
from lupweb.profiles.sources import Source


def changed_meanwhile(
    desk: Desk, replies: Mapping[str, Reply], revision: Revision
) -> tuple[list[Clash], list[Told]]:
    """Return what is to be chosen from, and what others changed besides; three queries at most."""
    keys = list(_moved(desk, replies, revision))
    clashing = [key for key in keys if key in replies and replies[key].outcome is Outcome.CLASH]
    if not keys:
        return [], []
    told = [key for key in keys if key not in clashing]
    view = _view(desk, replies, revision, keys)
    return [view.clash(replies[key]) for key in clashing], [view.told(key) for key in told]


def unsettled(desk: Desk) -> tuple[dict[str, Answer], list[Clash]]:
    """Return how a form begins where the directory has not taken what the owner entered.

    A conflict is there to be chosen from; what was refused stands in its control again, and counts
    as untouched. Three queries at most, none where there is nothing of it.
    """
    waiting = {key: each for key, each in desk.fields.items() if each.entered is not None}
    clashing = {key: reply for key, each in waiting.items() if (reply := _clashing(each))}
    marks = {key: reply.base for key, reply in clashing.items() if reply.base}
    clashes, _told = changed_meanwhile(desk, clashing, Revision(desk.person.id, marks))
    answers = {key: reply.answer for key, reply in clashing.items()}
    answers |= {key: _refused(each) for key, each in waiting.items() if key not in clashing}
    return answers, clashes


def _clashing(each: DeskField) -> Reply | None:
    """Return what the owner of a conflict would have sent with a form of before."""
    message = each.message
    if message is None or message.state != OutboxState.CONFLICT:
        return None
    was = Mark(digest(message.old_value), controls_digest(each.controls_of(message.old_value)))
    typed = each.controls_of(message.new_value)
    return Reply(each, was, typed, Outcome.CLASH, message.new_value)


def _refused(each: DeskField) -> Answer:
    typed = each.controls_of(each.entered or "")
    return Answer(typed, Mark(each.now.stored, controls_digest(typed)))


@dataclass(frozen=True)
class _View:
    """What is needed to show values of now, of before, and of mine.

    :param was: field key -> what the form was made from, where somebody still knows it
    :param people: single values that are numbers -> whom they name
    :param names: who changed something -> the name
    """

    desk: Desk
    was: Mapping[str, str]
    people: Mapping[str, PersonLink]
    names: Mapping[str, str]

    def clash(self, reply: Reply) -> Clash:
        each = reply.open
        origin = self._origin(each)
        return Clash(
            key=each.key,
            label=each.field.name,
            mine=each.text(reply.value, self.people),
            theirs=each.text(each.stored),
            was=self._was(each),
            at=read_instant(origin.get("at", "")),
            by=self.names.get(origin.get("by", ""), ""),
            source=origin.get("source", ""),
            goes_to_directory=each.goes_to_directory,
        )

    def _origin(self, each: DeskField) -> Mapping[str, Any]:
        """Return where their value comes from: what was found is in the directory alone as yet."""
        if each.message is not None and each.stored != each.confirmed:
            return {"source": str(Source.LDAP)}
        return origin_of_value(self.desk.person.provenance, each.key)

    def told(self, key: str) -> Told:
        each = self.desk.fields[key]
        was = self._was(each)
        return Told(key, each.field.name, each.text(each.stored), was, each.lock is None)

    def _was(self, each: DeskField) -> str | None:
        return each.text(self.was[each.key], self.people) if each.key in self.was else None


def _view(
    desk: Desk, replies: Mapping[str, Reply], revision: Revision, keys: Sequence[str]
) -> _View:
    before = values_before(desk.person.id, keys)
    was = {
        key: value
        for key in keys
        for value in reversed(before[key])  # the latest of equal ones stays
        if key in revision.marks and digest(value) == revision.marks[key].stored
    }
    was |= {
        key: each.message.old_value
        for key in keys
        if (each := desk.fields[key]).message and each.entered is not None
    }
    mine = [replies[key].value for key in keys if key in replies]
    items = [item for value in (*was.values(), *mine) for item in value.split("\n")]
    origins = (origin_of_value(desk.person.provenance, key) for key in keys)
    names = actor_names({origin.get("by", "") for origin in origins})
    return _View(desk, was, people_meant(items), names)


def _moved(desk: Desk, replies: Mapping[str, Reply], revision: Revision) -> Iterable[str]:
    """Yield the keys of the fields that others changed, and of those that clash."""
    settled = {Outcome.NOTHING, Outcome.TAKE_MINE, Outcome.KEEP_THEIRS}
    for key, each in desk.fields.items():
        mark, reply = revision.marks.get(key), replies.get(key)
        if reply and reply.outcome in settled:
            continue
        if reply or (mark and mark.stored != each.now.stored):
            yield key
