"""Birthdays and anniversaries: everybody's by months, and one's contacts' as a calendar."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb import clock
from lupweb.activity import feeds
from lupweb.activity.anniversaries import day_and_month
from lupweb.activity.calendars import calendar
from lupweb.activity.queries import PAGE, Month, events, month_of_everybody
from lupweb.blueprints.viewing import Paging, refuse_read_only, site_address, today
from lupweb.contacts.queries import contact_ids, starred
from lupweb.database import transaction
from lupweb.field_types.days import MONTHS
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

bp = Blueprint("calendar", __name__)
MAKE, REVOKE = "make", "revoke"


@bp.get("/contacts/anniversaries")
def anniversaries() -> ResponseReturnValue:
    """Show the days that everybody has in a month."""
    return _page()


@bp.post("/contacts/anniversaries")
def change() -> ResponseReturnValue:
    """Give the calendar an address, which is shown this once, or take it back."""
    refuse_read_only()
    if request.form.get("act") != MAKE:
        with transaction():
            feeds.revoke_feed(viewer())
        flash(str(_("The address is worth nothing any more. Calendars that use it find nothing.")))
        return redirect(url_for(".anniversaries", _anchor="calendar"), 303)
    with transaction():
        token = feeds.make_feed(viewer())
    path = url_for(".feed", token=token).removeprefix(request.script_root)
    return _page(f"{site_address()}{path}")


@bp.get("/contacts/anniversaries/address")
def ask() -> ResponseReturnValue:
    """Ask before the address of the calendar is worth nothing; without one there is no question."""
    since = feeds.made_at(viewer())
    if since is None:
        return redirect(url_for(".anniversaries", _anchor="calendar"))
    act = MAKE if request.args.get("act") == MAKE else REVOKE
    return render_template("contacts/address.html", made_at=since, act=act)


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """Send the days of somebody's contacts, to whoever knows the secret address of it."""
    reader = feeds.reader_of(token)
    ids = contact_ids(reader, site_options())
    found = events(reader, page_layout(), ids, site_address())
    name = str(_("%(site)s: birthdays and anniversaries", site=site_options()["site_name"]))
    content = calendar(name, found, clock.now())
    return Response(content, content_type="text/calendar; charset=utf-8")


def _page(address: str = "") -> str:
    month = month_of_everybody(
        viewer(),
        page_layout(),
        site_options(),
        _month(request.args.get("month", "")),
        page_number(request.args.get("page", "")),
    )
    return render_template(
        "contacts/anniversaries.html",
        month=month,
        address=address,
        made_at=feeds.made_at(viewer()),
        starred=starred(viewer()),
        paging=_paging(month),
        told=day_and_month,
        named=_named,
    )


def _paging(month: Month) -> Paging:
    values = {"month": f"{month.first:%Y-%m}"}
    return Paging(month.number, month.pages, month.total, PAGE, ".anniversaries", values)


def _named(first: date) -> Text:
    """Return a month in words: “November 2026”."""
    return _("%(month)s %(year)s", month=MONTHS[first.month - 1], year=first.year)


def _month(text: str) -> date:
    """Return the first day of the month that is asked for, such as "2026-11"; else of this one.

    Days come back every year: the year before and the next one are far enough.
    """
    now = today()
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = now
    return (found if abs(found.year - now.year) <= 1 else now).replace(day=1)
