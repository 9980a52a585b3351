"""Put two records of one person together: choose, compare, look at the result, merge; undo."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.overview import person_overview
from lupweb.blueprints.admin.people import page
from lupweb.blueprints.admin.people_address import number_in
from lupweb.database import transaction
from lupweb.duplicates.comparing import Comparison, compare
from lupweb.duplicates.merging import MergeRequest, merge
from lupweb.duplicates.separating import separate
from lupweb.duplicates.sides import better_first
from lupweb.errors import InvalidValue, ProfileChanged
from lupweb.search.everybody import everybody
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options

TAKES = "take-"


@page.get("/merge")
def merge_two() -> ResponseReturnValue:
    """Ask for the second record; with both, show them side by side."""
    first = number_in(request.args.get("first", ""))
    if "second" not in request.args:
        return _choice(first)
    ids = (first, number_in(request.args["second"]))
    if "kept" in request.args:
        kept = number_in(request.args["kept"])
        ids = ids if kept == ids[0] else (ids[1], ids[0])
    else:
        ids = better_first(ids)
    try:
        found = compare(viewer(), page_layout(), site_options(), ids)
    except InvalidValue as error:
        return _choice(first, error.message), 422
    return _side_by_side(found)


@page.post("/merge/preview")
def merge_preview() -> ResponseReturnValue:
    """Show what becomes of the record that stays; nothing is stored."""
    wanted = _wanted()
    ids = (wanted.kept_id, wanted.other_id)
    found = compare(viewer(), page_layout(), site_options(), ids, wanted.chosen)
    if found.revision != wanted.revision:
        message = _("One of the two records has changed since. Look again. Nothing was changed.")
        return _side_by_side(found, message), 409
    return render_template("admin/people/merge_preview.html", found=found, chosen=wanted.chosen)


@page.post("/merge/done")
def merge_done() -> ResponseReturnValue:
    """Merge."""
    wanted = _wanted()
    with transaction():
        merge(viewer(), page_layout(), site_options(), wanted)
    said = _("The two records are one now. Old addresses and logins lead here.")
    flash(str(said), "ok")
    return redirect(url_for(".person", handle=f"id:{wanted.kept_id}"), 303)


@page.post("/<handle>/separate")
def take_apart(handle: str) -> ResponseReturnValue:
    """Undo a merge."""
    number = number_in(f"id:{request.form.get('merge', '')}")
    with transaction():
        record = separate(viewer(), page_layout(), number)
        kept_id = record.kept_id
    flash(str(_("The two records are apart again.")), "ok")
    return redirect(url_for(".person", handle=f"id:{kept_id}"), 303)


@page.errorhandler(ProfileChanged)
def changed(error: ProfileChanged) -> ResponseReturnValue:
    """Show both records as they are now, and that nothing was done."""
    return _side_by_side(error.form, error.message), 409


def _choice(first: int, problem: Text | str = "") -> str:
    about = person_overview(viewer(), first, site_options())
    query = request.args.get("q", about.person.name).strip()
    found = everybody(viewer(), page_layout(), site_options(), ("", query, 1))
    return render_template(
        "admin/people/merge_choice.html", about=about, found=found, query=query, problem=problem
    )


def _side_by_side(found: Comparison, problem: Text | str = "") -> str:
    return render_template("admin/people/merge.html", found=found, problem=problem)


def _wanted() -> MergeRequest:
    return MergeRequest(
        kept_id=number_in(request.form.get("kept", "")),
        other_id=number_in(request.form.get("other", "")),
        chosen=_chosen(),
        revision=request.form.get("revision", ""),
    )


def _chosen() -> Mapping[str, str]:
    return {
        name.removeprefix(TAKES): value
        for name, value in request.form.items()
        if name.startswith(TAKES)
    }
