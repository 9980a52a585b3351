"""Edit a profile: the form, and what becomes of it when it is saved (product.md section 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.errors import Forbidden, InvalidForm, ProfileChanged
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import tell
from lupweb.profiles.choosing import Find
from lupweb.profiles.clashes import changed_meanwhile, unsettled
from lupweb.profiles.confirming import confirm_found
from lupweb.profiles.desk import Desk, open_desk
from lupweb.profiles.edit_form import Answer, EditForm, Sent, Told, build_form
from lupweb.profiles.layout import Layout
from lupweb.profiles.merging import Outcome, Revision
from lupweb.profiles.promising import promise_values, refuse_unwritable, settle_troubles
from lupweb.profiles.replies import Refusals, Reply, find_refusals, read_replies
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand, store_values
from lupweb.texts import _, ngettext

log = structlog.get_logger()
MOST_LOGGED = 20


@dataclass(frozen=True)
class Saved:
    """What a save has done.

    :param changed: keys of the fields that have a new value; none: nothing had changed
    :param promised: those of them that are on their way to the directory
    :param told: what others changed while the form was open, and stays
    """

    changed: Sequence[str] = ()
    told: Sequence[Told] = ()
    promised: Sequence[str] = ()


@dataclass(frozen=True)
class _Save:
    """One save, while it is looked at."""

    viewer: Viewer
    layout: Layout
    desk: Desk
    refusals: Refusals
    replies: Mapping[str, Reply] = field(default_factory=dict)

    def answers(self) -> dict[str, Answer]:
        return {key: reply.answer for key, reply in self.replies.items()} | self.refusals.locked

    def problems(self) -> int:
        return sum(1 for each in self.answers().values() if each.problem) + len(self.refusals.lost)

    def entered(self) -> dict[str, str]:
        """Return the new values by field key."""
        mine = (each for each in self.replies.values() if each.outcome is Outcome.TAKE_MINE)
        return {each.open.key: each.value for each in mine}


def edit_form(viewer: Viewer, layout: Layout, handle: str, *, read_only: bool = False) -> EditForm:
    """Return the form in which `viewer` edits a profile; a constant number of queries.

    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    desk = open_desk(viewer, layout, handle, to_write=False, read_only=read_only)
    answers, clashes = unsettled(desk)
    return build_form(viewer, layout, desk, answers, clashes=clashes)


def typed_form(
    viewer: Viewer, layout: Layout, handle: str, sent: Sent, *, read_only: bool = False
) -> EditForm:
    """Return the form with what was typed, where it could not be looked at: nothing is stored.

    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    desk = open_desk(viewer, layout, handle, to_write=False, read_only=read_only)
    revision = Revision.decode(sent.revision, desk.person.id)
    answers = {
        key: Reply(each, revision.marks.get(key), sent.typed[key], Outcome.NOTHING).answer
        for key, each in desk.fields.items()
        if key in sent.typed and each.lock is None
    }
    return build_form(viewer, layout, desk, answers, lost=find_refusals(desk, sent, revision).lost)


def save_profile(
    viewer: Viewer,
    layout: Layout,
    handle: str,
    sent: Sent,
    *,
    find: Find | None = None,
    read_only: bool = False,
) -> Saved:
    """Store what `viewer` entered, all of it or nothing; call inside a transaction.

    Only what was touched is looked at and stored. What others changed meanwhile stays; where both
    changed the same field, nothing is stored until the person has chosen.

    :param find: finds people by words, for what was typed where a person is to be named
    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person, or one of the fields that were sent
    :raises ProfileChanged: if somebody else changed the same field; with the form
    :raises InvalidForm: if something cannot be stored; with the form and everything typed
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    desk = open_desk(viewer, layout, handle, to_write=True, read_only=read_only)
    revision = Revision.decode(sent.revision, desk.person.id)
    refusals = find_refusals(desk, sent, revision)
    _refuse_forbidden(viewer, desk, refusals)
    replies = refuse_unwritable(desk, read_replies(desk, sent, revision, find))
    save = _Save(viewer, layout, desk, refusals, replies)
    told = _settle(save, revision)
    changed, promised = _store(save)
    if changed and viewer.person_id != desk.person.id:
        about = {"by": viewer.actor, "fields": changed}
        tell(desk.person.id, NoticeKind.PROFILE_EDITED, about)
    return Saved(changed, told, promised)


def _store(save: _Save) -> tuple[list[str], list[str]]:
    """Store what is of this site, promise what goes to the directory.

    :returns: keys of all that is new, and of what is on its way
    """
    desk, entered = save.desk, save.entered()
    for message in settle_troubles(desk, save.replies).values():
        confirm_found(save.layout, message)
    promised = promise_values(desk, entered, save.viewer.actor)
    here = {key: new for key, new in entered.items() if not desk.fields[key].goes_to_directory}
    hand = Hand(str(Source.USER), save.viewer.actor, clock.now())
    stored = store_values(save.layout, desk.person, here, hand)
    is_new = {key for key in entered if key in stored or desk.fields[key].goes_to_directory}
    return [key for key in entered if key in is_new], promised


def _refuse_forbidden(viewer: Viewer, desk: Desk, refusals: Refusals) -> None:
    if refusals.forbidden:
        keys = [key[:64] for key in refusals.forbidden[:MOST_LOGGED]]
        log.warning("edit refused", person=desk.person.id, actor=viewer.actor, fields=keys)
        raise Forbidden(
            _("This form holds a field that you may not edit here. Nothing was changed.")
        )


def _settle(save: _Save, revision: Revision) -> Sequence[Told]:
    """Return what others changed besides.

    :raises ProfileChanged: where there is something to choose
    :raises InvalidForm: where something cannot be stored
    """
    clashes, told = changed_meanwhile(save.desk, save.replies, revision)
    problems = save.problems()
    if not clashes and not problems:
        return told
    form = build_form(
        save.viewer,
        save.layout,
        save.desk,
        save.answers(),
        clashes=clashes,
        told=told,
        lost=save.refusals.lost,
    )
    if clashes:
        message = ngettext(
            "%(n)s value is not the one you started from. Choose which to keep, then save."
            " Nothing has been saved yet.",
            "%(n)s values are not the ones you started from. Choose which to keep, then save."
            " Nothing has been saved yet.",
            len(clashes),
        )
        raise ProfileChanged(message, form)
    raise InvalidForm(_("Something cannot be stored as it is. Nothing has been saved yet."), form)
