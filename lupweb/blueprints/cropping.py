"""Which part of a picture is shown: a page of its own, which works without script."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.editing import CROP, is_read_only
from lupweb.database import end_reading, transaction
from lupweb.errors import InvalidValue, NotFound
from lupweb.profiles.uploads import (
    PictureDesk,
    change_picture,
    cut,
    picture_desk,
    read_crop,
    whole_picture,
)
from lupweb.texts import Text, _
from lupweb.web.access import viewer

bp = Blueprint("cropping", __name__, url_prefix="/people")
MIDDLE = {"zoom_percent": "100", "across": "50", "down": "50"}


@bp.get("/<handle>/crop")
def crop(handle: str) -> ResponseReturnValue:
    """Ask which part is to be shown."""
    desk = _desk(handle)
    if not desk.can_be_cut:
        raise NotFound(_("There is no picture that could be cut."))
    return _page(desk, MIDDLE)


@bp.post("/<handle>/crop")
def use(handle: str) -> ResponseReturnValue:
    """Show this part from now on."""
    desk = _desk(handle)
    whole = whole_picture(desk)
    end_reading()
    typed = {number: request.form.get(name, "") for number, name in CROP.items()}
    try:
        picture = cut(desk, whole, read_crop(typed))
    except InvalidValue as error:
        return _page(desk, typed, error.message), 422
    with transaction():
        change_picture(viewer(), handle, picture, read_only=is_read_only())
    flash(str(_("Saved. The picture is shown so from now on.")), "ok")
    return redirect(url_for("profiles.show", handle=handle), 303)


@bp.get("/<handle>/crop/whole")
def whole(handle: str) -> ResponseReturnValue:
    """Send the whole picture to those who may cut it."""
    content = whole_picture(_desk(handle))
    return send_file(BytesIO(content), mimetype="image/jpeg", download_name="picture.jpg")


def _desk(handle: str) -> PictureDesk:
    return picture_desk(viewer(), handle, read_only=is_read_only())


def _page(desk: PictureDesk, typed: dict[str, str], problem: Text | str = "") -> str:
    return render_template("profiles/crop.html", desk=desk, typed=typed, problem=str(problem))
