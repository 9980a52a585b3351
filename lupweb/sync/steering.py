"""What administrators do about runs in the browser; whoever has the shell is asked nothing."""

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import transaction
from lupweb.errors import Forbidden
from lupweb.runs import control
from lupweb.runs import service as runs
from lupweb.runs.decided import APPROVED, KEPT, note_decision
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.run_list import outdated_by
from lupweb.sync.service import approve, subject_of
from lupweb.texts import Text, _


def ask_for_run(
    viewer: Viewer, directory_key: str, mode: str, *, by: str, reason: Text, dry_run: bool = False
) -> int:
    """Ask a worker to read a directory; return the run's number. Call inside a transaction.

    :param by: who asks, in words
    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    subject = subject_of(directory_key)
    return runs.request(subject, trigger=by, mode=mode, reason=reason, dry_run=dry_run)


def pause_run(viewer: Viewer, run_id: int, *, by: str) -> RunState:
    """Let a run pause, as `lupweb.runs.control.pause` does; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, too
    """
    require_administrator(viewer)
    return control.pause(run_id, by=by)


def let_run_go_on(viewer: Viewer, run_id: int) -> None:
    """Let a paused run go on, as `lupweb.runs.control.go_on` does; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, too
    """
    require_administrator(viewer)
    control.go_on(run_id)


def stop_run(viewer: Viewer, run_id: int, *, by: str) -> RunState:
    """Stop a run, as `lupweb.runs.control.stop` does; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, too
    """
    require_administrator(viewer)
    return control.stop(run_id, by=by)


def approve_shown(viewer: Viewer, run_id: int, digest: str, *, read_only: bool = False) -> None:
    """Do what a run held: exactly the set that was shown. Call outside of transactions.

    :param digest: of the set that the page has shown
    :raises Forbidden: if `viewer` is no administrator, or another set is held by now
    :raises AlreadyRunning: if a run of the same is at work
    :raises ReadOnlyMode: in read-only mode
    """
    require_administrator(viewer)
    if not digest:
        raise Forbidden(_("The page does not say what was shown. Open it anew."))
    approve(run_id, digest, read_only=read_only)
    with transaction():
        note_decision(viewer.actor, APPROVED, get_run(run_id))


def keep_shown(viewer: Viewer, run_id: int, digest: str) -> None:
    """Decide that nothing of what a run holds is done; call inside a transaction.

    The set stays held. A later run that finds the same one holds it again, and asks nobody anew.

    :param digest: of the set that the page has shown
    :raises Forbidden: if `viewer` is no administrator, or another set is held by now
    """
    require_administrator(viewer)
    run = get_run(run_id)
    later = outdated_by([run]).get(run.id)
    if run.state is not RunState.HELD or not digest or digest != run.held_digest or later:
        raise Forbidden(
            _("What run %(number)s held has changed since. Read again first.", number=run_id)
        )
    note_decision(viewer.actor, KEPT, run)
