"""Is it alive, is it ready: for whatever watches the site."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def live() -> ResponseReturnValue:
    """Say that this process answers; asks nothing else."""
    return {"ok": True}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether database, queue and schema version are as they must be; 503 if one is not."""
    parts = current_app.extensions["lupweb"].readiness()
    is_ready = all(parts.values())
    return {"ok": is_ready, **parts}, 200 if is_ready else 503
