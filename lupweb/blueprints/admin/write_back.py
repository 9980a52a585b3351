"""Write-back: what waits for the directories, what they would not have, and what to do about it."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lupweb.accounts.viewers import require_administrator
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.pending import when_next
from lupweb.database import transaction
from lupweb.errors import InvalidValue
from lupweb.outbox.states import OutboxState
from lupweb.outbox.steering import drop_all, retry_all
from lupweb.people.queries import LARGEST_ID
from lupweb.texts import Text, _, ngettext
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout
from lupweb.writeback.backoff import Cause
from lupweb.writeback.overview import (
    Narrowed,
    attributes_waiting,
    count_of,
    ids_of,
    messages,
    queues,
)

page = admin_page("write-back", _("Write-back"), Section.DATA, icon="up", place=15)
STATE_NAMES: Mapping[OutboxState, Text] = {
    OutboxState.QUEUED: _("To be sent"),
    OutboxState.LEASED: _("Being sent"),
    OutboxState.WAITING: _("Waiting"),
    OutboxState.UNKNOWN: _("Being checked"),
    OutboxState.CONFLICT: _("In conflict"),
    OutboxState.REJECTED: _("Refused"),
    OutboxState.DEAD: _("Given up"),
}
CAUSE_NAMES: Mapping[Cause, Text] = {
    Cause.UNREACHABLE: _("It does not answer."),
    Cause.CREDENTIALS: _("It refuses the name and password of lupweb."),
    Cause.READ_ONLY: _("It takes no changes at the moment."),
}
BLOCK = 200
"""Messages of one transaction."""
RETRY, DROP = "retry", "drop"


@page.get("")
def index() -> ResponseReturnValue:
    """Show how each directory stands, and what is not in the directories."""
    narrowed = _narrowed(request.args)
    before = request.args.get("before", type=int)
    if before is not None:
        before = min(max(before, 1), LARGEST_ID)
    return render_template(
        "admin/write_back/index.html",
        queues=queues(viewer()),
        found=messages(viewer(), page_layout(), narrowed, before=before),
        attributes=attributes_waiting(),
        asked=narrowed,
        before=before,
        states=STATE_NAMES,
        causes=CAUSE_NAMES,
        when_next=when_next,
        is_queue_away=not current_app.extensions["lupweb"].readiness()["queue"],
    )


@page.post("")
def act() -> ResponseReturnValue:
    """Try values again, or give them up: one, several, or all that are like this."""
    require_administrator(viewer())
    form = request.form
    verb, _colon, one = form.get("act", "").partition(":")
    narrowed = _narrowed(form)
    if verb not in {RETRY, DROP}:
        raise InvalidValue(_("Choose what is to be done. Nothing was changed."))
    is_all = one == "all"
    chosen = _numbers([one]) if one and not is_all else _numbers(form.getlist("message"))
    if not is_all and not chosen:
        return _back(narrowed, _("Choose at least one value. Nothing was changed."), "warn")
    if verb == DROP and form.get("sure") != "1":
        return render_template(
            "admin/write_back/drop.html",
            count=count_of(narrowed) if is_all else len(chosen),
            is_all=is_all,
            chosen=chosen,
            asked=narrowed,
        )
    done = _all_like(verb, narrowed) if is_all else _done(verb, chosen)
    return _back(narrowed, _said(verb, done), "ok" if done else "warn")


def _all_like(verb: str, narrowed: Narrowed) -> int:
    """Act on all that are like this now, block by block; return how many that were."""
    done, after = 0, 0
    while block := ids_of(narrowed, after=after, limit=BLOCK):
        done += _done(verb, block)
        after = block[-1]
    return done


def _done(verb: str, ids: list[int]) -> int:
    with transaction():
        return (retry_all if verb == RETRY else drop_all)(viewer(), ids)


def _said(verb: str, done: int) -> Text:
    if verb == RETRY:
        return ngettext(
            "%(n)s value is tried again now.", "%(n)s values are tried again now.", done
        )
    return ngettext(
        "%(n)s value was dropped. The directory keeps what it has.",
        "%(n)s values were dropped. The directory keeps what it has.",
        done,
    )


def _narrowed(sent: MultiDict[str, str]) -> Narrowed:
    state = sent.get("state", "")
    return Narrowed(
        state=state if state in {str(each) for each in STATE_NAMES} else "",
        directory=sent.get("directory", "").replace("\0", ""),
        attribute=sent.get("attribute", "").replace("\0", ""),
    )


def _numbers(texts: list[str]) -> list[int]:
    found = [int(text) for text in texts if text.isdecimal() and len(text) <= len(str(LARGEST_ID))]
    return [number for number in found if number <= LARGEST_ID]


def _back(narrowed: Narrowed, said: Text, kind: str) -> ResponseReturnValue:
    flash(str(said), kind)
    query = {name: value for name, value in asdict(narrowed).items() if value}
    return redirect(url_for(".index", **query), 303)
