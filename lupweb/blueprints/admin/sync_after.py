"""What may follow a run: its plan is applied, or what it changed is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from lupweb.blueprints.admin.sync_names import MODES, known_names
from lupweb.errors import Forbidden
from lupweb.runs.models import Run
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.runs.undone import UNDO
from lupweb.sync.applying import refuse_to_apply
from lupweb.sync.dashboard import name_of
from lupweb.sync.run_list import runs_about
from lupweb.texts import Text, _
from lupweb.undo.service import refuse


@dataclass(frozen=True)
class After:
    """What may follow a run, and what has followed already.

    :param why_not: why it cannot be taken back, or its plan cannot be applied; "" if it can
    :param followers: the runs that took it back, or applied its plan
    """

    why_not: Text | str
    followers: Sequence[Run]


def after(run: Run) -> After | None:
    """Return what may follow a run; None while it has not ended."""
    if run.state.is_active:
        return None
    followers = runs_about(run.id)
    try:
        if run.dry_run:
            refuse_to_apply(run)
        else:
            refuse_undo(run, followers)
    except Forbidden as error:
        return After(error.message, followers)
    return After("", followers)


def refuse_undo(run: Run, followers: Sequence[Run]) -> None:
    """Refuse to take back what was taken back, or has nothing in it that can be.

    Whether the run changed anybody is not asked: a button that is missing would tell that a value
    was changed, also to those who may not see it.

    :param followers: the runs that were about this one
    :raises Forbidden: saying why
    """
    refuse(run)
    if any(each.mode == UNDO and each.state == RunState.DONE for each in followers):
        raise Forbidden(_("Run %(run)s has been taken back already.", run=run.id))


def undo_page(number: int) -> str:
    """Return the page that asks once before a run is taken back.

    :raises NotFound: if there is no such run
    """
    run = get_run(number)
    return render_template(
        "admin/sync/undo.html",
        run=run,
        name=name_of(run.subject, known_names()),
        modes=MODES,
        after=after(run),
    )
