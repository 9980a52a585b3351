"""Ask a worker to do what a dry run found (sync.md section 17)."""

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.errors import ReadOnlyMode
from lupweb.options.service import options
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.sources import releasing
from lupweb.sync.holding import refuse_outdated
from lupweb.texts import _


def refuse_to_apply(planned: Run) -> None:
    """Refuse to apply what cannot be; a page asks it before it offers the button.

    :raises Forbidden: if it is no dry run that went well, or its plan is out of date
    """
    refuse_outdated(planned)
    releasing.refuse_to_apply(planned)


def request_plan(viewer: Viewer, run_id: int, *, trigger: str, read_only: bool = False) -> int:
    """Ask a worker to do what a dry run found, and nothing else; return the number of that run.

    Call inside a transaction. However often somebody asks, there is one run.

    :param trigger: who or what asks, in words
    :raises NotFound: if there is no such run
    :raises Forbidden: if `viewer` is no administrator, it is no dry run that went well, or its
        plan is out of date
    :raises ReadOnlyMode: in read-only mode
    """
    require_administrator(viewer)
    if read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was changed."))
    planned = runs.get_run(run_id)
    refuse_to_apply(planned)
    reason = _("the plan of run %(run)s is applied", run=run_id)
    subject, mode = planned.subject, planned.mode
    return runs.request(subject, trigger=trigger, mode=mode, reason=reason, about=run_id)
