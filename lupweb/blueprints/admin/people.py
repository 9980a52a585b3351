"""Everybody who was ever known: why each is in which state, what they may do, who signs in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.barring import bar, let_in
from lupweb.accounts.giving import give_account_role, give_role, is_system_administrator
from lupweb.accounts.giving import local_accounts as accounts_without_person
from lupweb.accounts.overview import ROLE_NAMES, person_overview
from lupweb.accounts.roles import Role
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.people_address import ListAddress, number_in
from lupweb.database import transaction
from lupweb.duplicates.separating import merges_of
from lupweb.errors import InvalidValue
from lupweb.profiles.service import tell_changed
from lupweb.search.everybody import everybody
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.errors import error_page
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

page = admin_page("people", _("People"), Section.PROFILES, icon="user", place=20)


@page.get("")
def index() -> ResponseReturnValue:
    """Show everybody who was ever known, by state."""
    query = request.args.get("q", "").strip()
    asked = (request.args.get("state", ""), query, page_number(request.args.get("page", "")))
    found = everybody(viewer(), page_layout(), site_options(), asked)
    return render_template(
        "admin/people/index.html", found=found, address=ListAddress(found.state, query)
    )


@page.get("/<handle>")
def person(handle: str) -> ResponseReturnValue:
    """Show what administrators see of a person."""
    return _person_page(number_in(handle))


@page.post("/<handle>/role")
def role(handle: str) -> ResponseReturnValue:
    """Give a person a role, or take it."""
    with transaction():
        who = give_role(viewer(), number_in(handle), request.form.get("role", ""))
        name = who.name
    return _done(_("What %(name)s may do was changed. It counts at the next page.", name=name))


@page.post("/<handle>/sign-in")
def sign_in(handle: str) -> ResponseReturnValue:
    """Switch somebody's sign-in off, or on again."""
    is_on = request.form.get("signs_in") == "1"
    with transaction():
        who = (let_in if is_on else bar)(viewer(), number_in(handle))
        name = who.name
        tell_changed([who.id])  # whoever is barred has no licence, and may be hidden for it
    if is_on:
        return _done(_("%(name)s may sign in again.", name=name))
    return _done(_("%(name)s was signed out everywhere and cannot sign in.", name=name))


@page.get("/accounts")
def accounts() -> ResponseReturnValue:
    """Show the accounts that belong to no person."""
    return _accounts_page()


@page.post("/accounts/<account>/role")
def account_role(account: str) -> ResponseReturnValue:
    """Give a local account a role, or take it."""
    with transaction():
        user = give_account_role(viewer(), number_in(f"id:{account}"), request.form.get("role", ""))
        name = user.local_name
    flash(str(_("What %(name)s may do was changed. It counts at the next page.", name=name)), "ok")
    return redirect(url_for(".accounts"), 303)


@page.errorhandler(InvalidValue)
def refused(error: InvalidValue) -> ResponseReturnValue:
    """Show the page again, and why nothing was changed."""
    if request.endpoint == "admin_people.account_role":
        return _accounts_page(error.message), 422
    handle = (request.view_args or {}).get("handle", "")
    if not handle:
        return error_page(422, error.message)
    return _person_page(number_in(handle), error.message), 422


def _person_page(number: int, problem: Text | str = "") -> str:
    return render_template(
        "admin/people/person.html",
        about=person_overview(viewer(), number, site_options()),
        merges=merges_of(viewer(), number),
        role_names=ROLE_NAMES,
        problem=problem,
    )


def _accounts_page(problem: Text | str = "") -> str:
    is_system = is_system_administrator(viewer())
    return render_template(
        "admin/people/accounts.html",
        accounts=accounts_without_person(viewer()),
        may_give=[each for each in Role if is_system or each is not Role.SYSTEM_ADMINISTRATOR],
        is_system=is_system,
        role_names=ROLE_NAMES,
        problem=problem,
    )


def _done(said: Text) -> ResponseReturnValue:
    flash(str(said), "ok")
    return redirect(url_for(".person", handle=(request.view_args or {})["handle"]), 303)
