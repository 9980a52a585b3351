"""The profile of one person, and what somebody may take along of it."""

import re
from collections.abc import Sequence

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from lupweb.blueprints.pending import pending_sentence
from lupweb.blueprints.viewing import note_view
from lupweb.contacts.recent import Standing, standing_of
from lupweb.errors import NotFound
from lupweb.exports.contacts import Contact, contact_of
from lupweb.exports.qr import qr_svg
from lupweb.exports.vcard import vcard
from lupweb.people.names import fold_login
from lupweb.people.queries import BY_NUMBER
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.owning import NOTHING_OFFERED, offer_of
from lupweb.profiles.queries import Profile, profile
from lupweb.profiles.readers import Asked
from lupweb.search.queries import people_page
from lupweb.search.request import SearchRequest
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.errors import error_page
from lupweb.web.files import as_file
from lupweb.web.filters import isolate
from lupweb.web.layouts import page_layout, site_options

MOST_NEAR = 3
LONGEST_NAME = 60
COLLEAGUE = "colleague"

bp = Blueprint("profiles", __name__, url_prefix="/people")


@bp.get("/<handle>")
def show(handle: str) -> ResponseReturnValue:
    """Show a profile as this viewer sees it."""
    found = profile(viewer(), page_layout(), handle, _asked())
    if _is_former(handle, found.card):
        return redirect(url_for(".show", handle=found.card.handle))
    return profile_page(found)


def profile_page(found: Profile) -> str:
    """Return the page of a profile, with what its viewer may do there."""
    offer = NOTHING_OFFERED
    if not found.is_preview:
        is_read_only = (
            site_options()["read_only"] or current_app.extensions["lupweb"].settings.read_only
        )
        offer = offer_of(viewer(), page_layout(), found.card.id, read_only=is_read_only)
    standing = Standing() if found.is_preview else standing_of(viewer(), found.card.id)
    page = render_template(
        "profiles/show.html",
        profile=found,
        offer=offer,
        pending_said=pending_sentence,
        is_starred=standing.is_contact,
    )
    if found.is_exported:
        note_view(found.card.id, standing)
    return page


@bp.get("/<handle>.vcf")
def take_along(handle: str) -> ResponseReturnValue:
    """Send the person as a vCard, as this viewer sees them."""
    contact = _contact(handle)
    name = f"{secure_filename(contact.login) or 'person'}.vcf"
    return as_file(vcard(contact), "text/vcard; charset=utf-8", name)


@bp.get("/<handle>/qr.svg")
def qr(handle: str) -> ResponseReturnValue:
    """Send a QR code that a phone takes as a contact."""
    return Response(qr_svg(_contact(handle)), content_type="image/svg+xml; charset=utf-8")


@bp.errorhandler(NotFound)
def nobody(error: NotFound) -> ResponseReturnValue:
    """Say that there is nobody, and who may have been meant; somebody hidden is nobody."""
    if request.endpoint != "profiles.show":
        return error_page(404)
    sought = (request.view_args or {})["handle"][:LONGEST_NAME]
    sentence = _(
        "The person may have left, or the link has a typing mistake."
        " You were looking for “%(handle)s”.",
        handle=isolate(sought),
    )
    return error_page(404, sentence, near=_nearest(sought))


def _is_former(handle: str, card: PersonCard) -> bool:
    """Return whether the address is that of a record that was merged into this one."""
    number = BY_NUMBER.fullmatch(handle)
    return int(number[1]) != card.id if number else fold_login(handle) != fold_login(card.login)


def _nearest(handle: str) -> Sequence[PersonCard]:
    """Return a few people whose names are near to what an address names."""
    words = re.findall(r"[^\W\d_]{2,}", handle)
    if not words or BY_NUMBER.fullmatch(handle):
        return ()
    wanted = SearchRequest(query=" ".join(words))
    return people_page(viewer(), page_layout(), site_options(), wanted).cards[:MOST_NEAR]


def _contact(handle: str) -> Contact:
    settings = current_app.extensions["lupweb"].settings
    site = settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    return contact_of(viewer(), page_layout(), handle, site, _asked())


def _asked() -> Asked:
    reader = request.args.get("as", "")
    return Asked(
        sources=request.args.get("sources") == "1",
        as_colleague=reader == COLLEAGUE,
        as_handle="" if reader == COLLEAGUE else reader,
    )
