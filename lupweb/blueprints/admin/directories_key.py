"""The page that changes what tells people of a directory apart; it shows first what follows."""

from collections.abc import Mapping

from flask import current_app, render_template, request

from lupweb.accounts.giving import is_system_administrator
from lupweb.blueprints.admin.parts import connect, secret_key
from lupweb.configfile.key_changing import change_key, read_for_rekeying
from lupweb.configfile.key_rules import knows_somebody
from lupweb.database import transaction
from lupweb.directories.service import get_directory
from lupweb.errors import AlreadyRunning, DirectoryError, InvalidValue, ReadOnlyMode
from lupweb.sync.rekeying import BY_DN, BY_KEY, BY_LOGIN, Rekeying, plan_rekeying
from lupweb.sync.retying import RekeyingChanged
from lupweb.texts import Text, _
from lupweb.web.access import signed_in_account, viewer

HOW: Mapping[str, Text] = {
    BY_KEY: _("found by what told them apart so far"),
    BY_DN: _("found by their place in the tree (DN)"),
    BY_LOGIN: _("found by their login"),
}
FOUND_BY: Mapping[str, Text] = {BY_KEY: _("old id"), BY_DN: _("DN"), BY_LOGIN: _("login")}
SAMPLES = 10


def key_page(key: str) -> str:
    """Return the page before anything was looked at.

    :raises NotFound: if there is no such directory
    """
    return _page(key, get_directory(key).id_attribute)


def shown_key(key: str) -> tuple[str, int]:
    """Return the page with what would become of everybody, and its status.

    :raises Forbidden: if the viewer is no system administrator
    """
    typed = request.form.get("attribute", "").strip()
    try:
        read = read_for_rekeying(viewer(), key, typed, secret_key(), connect())
        found = plan_rekeying(read)
    except (InvalidValue, DirectoryError) as error:
        return _page(key, typed, problem=error.message), 422
    return _page(key, typed, found), 200


def changed_key(key: str) -> int | tuple[str, int]:
    """Do what was shown; return the number of its record, or the page with why not.

    :raises Forbidden: if the viewer is no system administrator
    """
    typed, account = request.form.get("attribute", "").strip(), signed_in_account()
    try:
        read = read_for_rekeying(viewer(), key, typed, secret_key(), connect())
        with transaction():
            return change_key(
                viewer(),
                read,
                request.form.get("digest", ""),
                trigger=account.name if account else "",
                read_only=bool(current_app.extensions["lupweb"].settings.read_only),
            )
    except RekeyingChanged as error:
        return _page(key, typed, error.now, problem=error.message), 409
    except (AlreadyRunning, ReadOnlyMode) as error:
        return _page(key, typed, problem=error.message), 409
    except (InvalidValue, DirectoryError) as error:
        return _page(key, typed, problem=error.message), 422


def _page(key: str, typed: str, found: Rekeying | None = None, *, problem: Text | str = "") -> str:
    return render_template(
        "admin/directories/key.html",
        directory=get_directory(key),
        typed=typed,
        found=found,
        problem=problem,
        counts=[(HOW[how], found.counts[how]) for how in HOW] if found else [],
        found_by=FOUND_BY,
        tied=_samples(found) if found else [],
        most=SAMPLES,
        is_known=knows_somebody(key),
        may_change=is_system_administrator(viewer()),
    )


def _samples(found: Rekeying) -> list[tuple[str, str, str, str]]:
    """Return name, old and new id, and how, of some: the least sure first."""
    order = [BY_LOGIN, BY_DN, BY_KEY]
    tied = sorted(found.tied, key=lambda each: (order.index(each[2]), each[0].name))
    return [(known.name, known.unique_id, met.new, how) for known, met, how in tied[:SAMPLES]]
