"""A person settles what the directory has changed meanwhile (writeback.md section 9).

Only the owner is told of a conflict, so only the owner settles it here; call inside a transaction.
"""

from collections.abc import Sequence

from lupweb.accounts.viewers import Viewer
from lupweb.errors import InvalidValue, NotFound, ProfileChanged
from lupweb.outbox.rows import place_of
from lupweb.outbox.service import cancel, promise
from lupweb.outbox.values import Wanted, unpacked
from lupweb.profiles.confirming import confirm_found
from lupweb.profiles.desk import open_desk
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.pending import PendingValue, pending_values
from lupweb.profiles.picture_writing import PICTURE_VALUES
from lupweb.texts import _


def keep_mine(
    viewer: Viewer, layout: Layout, handle: str, key: str, *, seen: str, read_only: bool = False
) -> None:
    """Send what the owner entered again, now that they have seen what the directory has.

    If the directory changes once more before, they are asked once more.

    :param key: of the field, or `@picture`
    :param seen: `PendingValue.seen`, as the page showed it
    :raises NotFound: if there is no such conflict of this viewer's own
    :raises Forbidden: if the viewer may not edit the profile, or the field is locked now
    :raises ProfileChanged: if it is no longer what the page showed; nothing was changed
    :raises ReadOnlyMode: in read-only mode
    """
    pending = _conflict(viewer, layout, handle, key, seen=seen, read_only=read_only)
    message = pending.message
    found = message.found_value
    wanted = Wanted(
        old_value=found,
        new_value=message.new_value,
        expected=_as_held(pending.field, found),
        desired=unpacked(message.desired),
        by=viewer.actor,
    )
    promise(place_of(message), wanted)


def take_theirs(
    viewer: Viewer, layout: Layout, handle: str, key: str, *, seen: str, read_only: bool = False
) -> None:
    """Give up what the owner entered: what the directory has is the value from now on.

    Raises what `keep_mine` does.
    """
    pending = _conflict(viewer, layout, handle, key, seen=seen, read_only=read_only)
    cancel(pending.message, "theirs")
    confirm_found(layout, pending.message)


def _conflict(
    viewer: Viewer, layout: Layout, handle: str, key: str, *, seen: str, read_only: bool
) -> PendingValue:
    desk = open_desk(viewer, layout, handle, to_write=True, read_only=read_only)
    found = [each for each in pending_values(viewer, layout, desk.person.id) if each.key == key]
    if not found:
        raise NotFound(_("There is nothing to choose any more."))
    pending = found[0]
    if not pending.is_conflict or pending.seen != seen:
        raise ProfileChanged(
            _("This has changed since the page was opened. Nothing was changed; look again."), None
        )
    return pending


def _as_held(field: FieldLayout | None, value: str) -> Sequence[bytes]:
    """Return what the directory holds for a value that was read there."""
    if field is None:
        return PICTURE_VALUES.write(value)
    try:
        return field.type.write(value)
    except InvalidValue:  # people are DNs in the directory, and stay so until somebody is chosen
        return [item.encode() for item in field.type.split(value)]
