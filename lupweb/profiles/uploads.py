"""Pictures that people choose themselves: uploaded, cut, taken away again."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.audit.service import Change, record
from lupweb.database import db, end_reading
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import tell
from lupweb.options.service import options
from lupweb.outbox.values import PICTURE
from lupweb.people.models import Person
from lupweb.profiles.desk import Desk, open_desk, standing_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.picture_maker import WHOLE, Crop, Limits, PictureMaker
from lupweb.profiles.picture_writing import pending_picture, promise_picture, refuse_unfit
from lupweb.profiles.pictures import PreparedPicture, drop_unused, store_pictures
from lupweb.profiles.sources import Source
from lupweb.profiles.supply import supply_of
from lupweb.texts import Text, _, ngettext

MB = 1024 * 1024
LIMITS = {"zoom_percent": (100, 300), "across": (0, 100), "down": (0, 100)}
ELSEWHERE = _("Pictures come from another system. The IT service knows which.")


@dataclass(frozen=True)
class PictureDesk:
    """The picture of a person, open for an editor.

    :param lock: why it cannot be changed here; None if it can
    :param goes_to_directory: what is chosen is saved to the directory as well
    :param can_be_cut: the whole picture is kept, so that another part of it can be shown
    :param most_mb: how large a file may be
    :param most_pixels: of a picture that is uploaded
    """

    person_id: int
    name: str
    handle: str
    is_own: bool
    hash: str
    lock: Text | None
    goes_to_directory: bool
    can_be_cut: bool
    most_mb: int
    most_pixels: int


def picture_desk(
    viewer: Viewer, handle: str, *, read_only: bool = False, to_write: bool = False
) -> PictureDesk:
    """Return what an editor can do with a picture; a constant number of queries.

    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    nothing = Layout(())
    desk = open_desk(viewer, nothing, handle, to_write=to_write, read_only=read_only)
    person, chosen = desk.person, options()
    goes = _goes_to_directory(desk, chosen)
    pending = pending_picture(viewer, person.id) if goes else None
    hash_ = pending.new_value if pending else person.picture_hash
    return PictureDesk(
        person_id=person.id,
        name=person.name,
        handle=desk.handle,
        is_own=viewer.person_id == person.id,
        hash=hash_,
        lock=None if goes else _lock_of(person, chosen),
        goes_to_directory=goes,
        can_be_cut=_is_kept_whole(hash_),
        most_mb=chosen["picture_max_mb"],
        most_pixels=chosen["picture_max_megapixels"] * 1_000_000,
    )


def read_crop(typed: Mapping[str, str]) -> Crop:
    """Return the crop that somebody typed; what is missing is the middle, as large as it goes.

    :param typed: `zoom_percent`, `across`, `down` -> a whole number
    :raises InvalidValue: if one is no number, or outside of its limits
    """
    found: dict[str, Any] = {}
    for name, (least, most) in LIMITS.items():
        text = typed.get(name, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and least <= int(text[:5]) <= most):
            raise InvalidValue(
                _("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
            )
        found[name] = int(text)
    return Crop(**found)


def prepare_upload(desk: PictureDesk, content: bytes, crop: Crop) -> PreparedPicture:
    """Return an uploaded picture made anew by a child process; call outside of transactions.

    :raises Forbidden: if the picture of this person is not changed here
    :raises InvalidValue: if it cannot be used; the sentence says why
    """
    _refuse_locked(desk)
    if len(content) > desk.most_mb * MB:
        raise InvalidValue(
            ngettext(
                "The picture has more than %(n)s MB. Choose a smaller one.",
                "The picture has more than %(n)s MB. Choose a smaller one.",
                desk.most_mb,
            )
        )
    with PictureMaker(Limits(most_pixels=desk.most_pixels)) as maker:
        sizes = maker.cut(content, crop)
    _refuse_unfit(desk, sizes)
    return PreparedPicture(_hash(desk.person_id, content, crop), sizes)


def whole_picture(desk: PictureDesk) -> bytes:
    """Return the whole picture as JPEG, for those who may cut it; one query.

    :raises NotFound: if it is not kept
    """
    rows = select(Picture.content).where(Picture.hash == desk.hash, Picture.size == WHOLE)
    whole = db.session.scalar(rows)
    if whole is None:
        raise NotFound(_("There is no picture that could be cut."))
    return whole


def cut(desk: PictureDesk, whole: bytes, crop: Crop) -> PreparedPicture:
    """Return another part of a picture that is kept whole; call outside of transactions.

    :raises Forbidden: if the picture of this person is not changed here
    :raises InvalidValue: if it cannot be read
    """
    _refuse_locked(desk)
    with PictureMaker() as maker:
        sizes = maker.cut(whole, crop)
    _refuse_unfit(desk, sizes)
    sizes[WHOLE] = whole  # each time it is made anew it would lose a little
    return PreparedPicture(_hash(desk.person_id, whole, crop), sizes)


def change_picture(
    viewer: Viewer, handle: str, picture: PreparedPicture | None, *, read_only: bool = False
) -> bool:
    """Store a picture as that of a person, or take it away; call inside a transaction.

    :param picture: None: the person is to have none
    :returns: whether it is another one now
    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person, or the picture is not changed here
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    desk = picture_desk(viewer, handle, read_only=read_only, to_write=True)
    _refuse_locked(desk)
    new = picture.hash if picture else ""
    if new == desk.hash:
        return False
    if picture:
        store_pictures([picture])
    person = db.session.get_one(Person, desk.person_id)
    if desk.goes_to_directory:
        _promise(person, new, viewer.actor)
    else:
        _keep(person, new, viewer.actor)
    if not desk.is_own:
        tell(person.id, NoticeKind.PROFILE_EDITED, {"by": viewer.actor, "fields": [PICTURE]})
    return True


def _refuse_unfit(desk: PictureDesk, sizes: Mapping[int, bytes]) -> None:
    """Refuse what the directory could not hold (hostile-input.md B105), before it is stored."""
    supplier = supply_of(desk.person_id).supplier if desk.goes_to_directory else None
    if supplier is not None:
        refuse_unfit(supplier, options()["picture_attribute"], sizes)
    end_reading()


def _promise(person: Person, new: str, by: str) -> None:
    supplier = supply_of(person.id).supplier
    if supplier is not None:
        promise_picture(person, supplier, options()["picture_attribute"], new, by)


def _keep(person: Person, new: str, by: str) -> None:
    change = Change(person.id, PICTURE, person.picture_hash, new)
    person.picture_hash = new
    person.rev += 1
    db.session.flush()
    drop_unused({change.old} - {""})
    # a directory that supplies pictures later begins anew with this person
    db.session.execute(delete(PictureSource).where(PictureSource.person_id == person.id))
    record([change], source=str(Source.USER), run_id=None, at=clock.now(), actor=by)


def _refuse_locked(desk: PictureDesk) -> None:
    if desk.lock is not None:
        raise Forbidden(desk.lock)


def _goes_to_directory(desk: Desk, chosen: Mapping[str, Any]) -> bool:
    """Return whether what is chosen is saved to the directory that supplies the person."""
    is_on = chosen["picture_source"] == "ldap" and chosen["picture_write_back"]
    return bool(is_on and desk.supplier and desk.supplier.takes_writes)


def _lock_of(person: Person, chosen: Mapping[str, Any]) -> Text | None:
    if chosen["picture_source"] == "url":
        return ELSEWHERE
    if chosen["picture_source"] == "ldap" and standing_of(person, ()).in_directory:
        return _(
            "Comes from LDAP (attribute %(attribute)s). The IT service changes it.",
            attribute=chosen["picture_attribute"],
        )
    return None


def _is_kept_whole(hash_: str) -> bool:
    rows = select(Picture.size).where(Picture.hash == hash_, Picture.size == WHOLE)
    return bool(hash_) and db.session.scalar(rows) is not None


def _hash(person_id: int, content: bytes, crop: Crop) -> str:
    """Return what names a picture. No two people share one: each may take theirs away."""
    found = blake2b(f"{person_id} {crop.text} ".encode(), digest_size=16)
    found.update(content)
    return found.hexdigest()
