"""Edit a profile: the form and what becomes of it; beside it history, notices, “still correct”."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from lupweb.blueprints.pending import pending_sentence
from lupweb.blueprints.profiles import profile_page
from lupweb.blueprints.viewing import refuse_read_only
from lupweb.database import transaction
from lupweb.errors import InvalidForm, InvalidValue, LupwebError, ProfileChanged
from lupweb.notices.service import mark_read
from lupweb.outbox.values import PICTURE
from lupweb.people.queries import LARGEST_ID
from lupweb.profiles.cards import cards
from lupweb.profiles.completeness import confirm as confirm_value
from lupweb.profiles.edit_form import EditForm, Sent
from lupweb.profiles.editing import Saved, edit_form, save_profile, typed_form
from lupweb.profiles.history import history as history_of
from lupweb.profiles.pending import card_with_pending, pending_values
from lupweb.profiles.pictures import PreparedPicture
from lupweb.profiles.queries import profile
from lupweb.profiles.readers import get_shown
from lupweb.profiles.uploads import change_picture, picture_desk, prepare_upload, read_crop
from lupweb.search.suggestions import suggestions
from lupweb.sync.refresh import Freshness, refresh
from lupweb.texts import Text, _, ngettext
from lupweb.web.access import viewer
from lupweb.web.errors import error_page
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.limits import make_room_for_a_picture
from lupweb.web.sessions import check_role
from lupweb.writeback.conflicts import keep_mine, take_theirs

bp = Blueprint("editing", __name__, url_prefix="/people")
CROP = {"zoom_percent": "crop-zoom", "across": "crop-across", "down": "crop-down"}
"""Number of a crop -> name of its control."""
_CHOICES = {
    "mine": (keep_mine, _("Yours goes to LDAP now.")),
    "theirs": (take_theirs, _("What LDAP has stays, and is in your profile.")),
}
"""What a button of a conflict sends -> what it does, and what is said then."""
REMOVE = "picture-remove"


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Take a picture with this form, before anybody looks into it."""
    if endpoint == "editing.save":
        make_room_for_a_picture()


@bp.get("/<handle>/edit")
def edit(handle: str) -> ResponseReturnValue:
    """Show the form, with the newest values that the directory has."""
    person_id = picture_desk(viewer(), handle, read_only=is_read_only()).person_id
    parts = current_app.extensions["lupweb"]
    freshness = refresh(person_id, page_layout(), parts.settings.secret_key, parts.connect)
    form = edit_form(viewer(), page_layout(), handle, read_only=is_read_only())
    return _page(form, freshness=freshness)


@bp.post("/<handle>/edit")
def save(handle: str) -> ResponseReturnValue:
    """Store what was entered, all of it or nothing."""
    is_sent = bool(_file_name()) or REMOVE in request.form
    try:
        picture = _picture(handle)
    except InvalidValue as error:
        form = typed_form(viewer(), page_layout(), handle, _sent(), read_only=is_read_only())
        return _page(form, picture_problem=error.message), 422
    with transaction():
        saved = save_profile(
            viewer(), page_layout(), handle, _sent(), find=_find, read_only=is_read_only()
        )
        is_new = is_sent and change_picture(viewer(), handle, picture, read_only=is_read_only())
    _tell(saved, is_new_picture=is_new)
    has_to_be_cut = is_new and picture is not None and not any(map(request.form.get, CROP.values()))
    return redirect(
        url_for("cropping.crop" if has_to_be_cut else "profiles.show", handle=handle), 303
    )


@bp.get("/<handle>/edit/people")
def people(handle: str) -> ResponseReturnValue:
    """Show whom a few letters may mean, as the options of a list box."""
    found = suggestions(viewer(), page_layout(), site_options(), request.args.get("q", ""))
    return render_template("profiles/_people_options.html", people=found.people, query=found.query)


@bp.post("/<handle>/confirm")
def confirm(handle: str) -> ResponseReturnValue:
    """Note that the owner says a value is still right."""
    with transaction():
        confirm_value(viewer(), page_layout(), handle, request.form.get("field", ""))
    flash(str(_("Noted: it is still right.")), "ok")
    return redirect(url_for("profiles.show", handle=handle), 303)


@bp.post("/<handle>/notices")
def read_notices(handle: str) -> ResponseReturnValue:
    """Note that the owner has read what others changed."""
    refuse_read_only()
    up_to = request.form.get("up_to", 0, type=int)
    with transaction():
        mark_read(viewer(), min(max(up_to, 0), LARGEST_ID))
    return redirect(url_for("profiles.show", handle=handle), 303)


@bp.post("/<handle>/conflict")
def settle(handle: str) -> ResponseReturnValue:
    """Keep what the owner entered, or take what the directory has instead."""
    form = request.form
    if form.get("choice") not in _CHOICES:
        flash(str(_("Choose one of the two values. Nothing was changed.")), "warn")
        return redirect(url_for("profiles.show", handle=handle), 303)
    act, said = _CHOICES[form["choice"]]
    try:
        with transaction():
            key, seen = form.get("field", ""), form.get("seen", "")
            act(viewer(), page_layout(), handle, key, seen=seen, read_only=is_read_only())
    except ProfileChanged as error:
        flash(str(error.message), "warn")
        return profile_page(profile(viewer(), page_layout(), handle)), 409
    flash(str(said), "ok")
    return redirect(url_for("profiles.show", handle=handle), 303)


@bp.get("/<handle>/history")
def history(handle: str) -> ResponseReturnValue:
    """Show what was changed in a profile, the newest first."""
    before = request.args.get("before", type=int)
    if before is not None:
        before = min(max(before, 1), LARGEST_ID)
    found = history_of(viewer(), page_layout(), handle, before=before)
    return render_template("profiles/history.html", history=found, handle=handle)


@bp.errorhandler(InvalidForm)
def invalid(error: InvalidForm) -> ResponseReturnValue:
    """Show the form again, with everything typed and what is wrong beside it."""
    return _page(error.form, message=error.message), 422


@bp.errorhandler(ProfileChanged)
def changed(error: ProfileChanged) -> ResponseReturnValue:
    """Show the form again, with both values of what others changed meanwhile."""
    return _page(error.form, message=error.message), 409


@bp.errorhandler(CSRFError)
def out_of_date(_error: CSRFError) -> ResponseReturnValue:
    """Show a form again whose token is of a session that ended: nothing typed is lost."""
    if request.endpoint != "editing.save":
        return error_page(400)
    handle = (request.view_args or {})["handle"]
    if not current_user.is_authenticated:
        return render_template("profiles/kept.html", handle=handle, typed=_typed()), 400
    check_role()
    try:
        form = typed_form(viewer(), page_layout(), handle, _sent(), read_only=is_read_only())
    except LupwebError:
        return error_page(400)
    message = _(
        "You signed in anew since this form was opened. Nothing is saved yet, and what you typed is"
        " below. Look at it, then save."
    )
    return _page(form, message=message, is_out_of_date=True), 400


def is_read_only() -> bool:
    """Return whether the installation is in read-only mode."""
    found: bool = current_app.extensions["lupweb"].settings.read_only
    return found


def _page(
    form: EditForm,
    *,
    freshness: Freshness | None = None,
    message: Text | str = "",
    picture_problem: Text | str = "",
    is_out_of_date: bool = False,
) -> str:
    person = get_shown(viewer(), form.handle)
    pending = {each.key: each for each in pending_values(viewer(), page_layout(), person.id)}
    if form.clashes and not message:
        message = ngettext(
            "%(n)s value is different in the directory by now. Choose which to keep, then save."
            " Nothing is overwritten until then. Only you see this.",
            "%(n)s values are different in the directory by now. Choose which to keep, then save."
            " Nothing is overwritten until then. Only you see this.",
            len(form.clashes),
        )
    return render_template(
        "profiles/edit.html",
        form=form,
        card=card_with_pending(cards(viewer(), page_layout(), [person])[0], pending.get(PICTURE)),
        picture=picture_desk(viewer(), form.handle, read_only=is_read_only()),
        picture_problem=picture_problem,
        lost_picture=bool(_file_name()),
        freshness=freshness,
        message=str(message),
        is_out_of_date=is_out_of_date,
        pending=pending,
        pending_said=pending_sentence,
    )


def _sent() -> Sent:
    return Sent.read(request.form.to_dict(flat=False))


def _typed() -> list[tuple[str, str]]:
    """Return what was typed, for a form that only keeps it."""
    mine = ("field-", "choice-", "revision")
    return [(name, text) for name, text in request.form.items(multi=True) if name.startswith(mine)]


def _find(words: str) -> Sequence[int]:
    found = suggestions(viewer(), page_layout(), site_options(), words)
    return [card.id for card in found.people]


def _file_name() -> str:
    """Return what the browser calls the picture; "" if none was chosen. It is used for nothing."""
    sent = request.files.get("picture")
    return (sent.filename or "") if sent else ""


def _picture(handle: str) -> PreparedPicture | None:
    """Return the picture that was sent, made anew; None if there is none, or it is to go.

    :raises InvalidValue: if it cannot be used; the sentence says why
    """
    if not _file_name() or REMOVE in request.form:
        return None
    crop = read_crop({number: request.form.get(name, "") for number, name in CROP.items()})
    desk = picture_desk(viewer(), handle, read_only=is_read_only())
    return prepare_upload(desk, request.files["picture"].read(), crop)


def _tell(saved: Saved, *, is_new_picture: bool) -> None:
    """Say on the next page what a save has done."""
    here = [key for key in saved.changed if key not in saved.promised]
    if here:
        text = ngettext("Saved. %(n)s value is new.", "Saved. %(n)s values are new.", len(here))
        flash(str(text), "ok")
    if saved.promised:
        names = {each.key: each.name for each in page_layout().fields()}
        labels = ", ".join(names[key] for key in saved.promised if key in names)
        text = ngettext(
            "Saved. %(labels)s goes to LDAP now; others see it as soon as LDAP has it.",
            "Saved. %(labels)s go to LDAP now; others see them as soon as LDAP has them.",
            len(saved.promised),
            labels=labels,
        )
        flash(str(text), "ok")
    if is_new_picture:
        flash(str(_("Saved. The picture is another one now.")), "ok")
    if not saved.changed and not is_new_picture:
        flash(str(_("Nothing changed: everything here was saved already.")), "info")
    if saved.told:
        labels = ", ".join(each.label for each in saved.told)
        flash(
            str(_("Changed by others meanwhile, and left so: %(labels)s.", labels=labels)), "info"
        )
