"""What every page is given, whatever it shows."""

from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf

from lupweb.config import Settings
from lupweb.texts import _, language, ngettext
from lupweb.web.access import signed_in_account
from lupweb.web.charts import first_chart
from lupweb.web.layouts import site_options
from lupweb.web.request_ids import request_id

THEMES = frozenset({"light", "dark"})


def init_app(app: Flask, settings: Settings) -> None:
    """Give the pages of `app` what all of them show."""
    app.jinja_env.globals.update(_=_, ngettext=ngettext, csrf_token=generate_csrf)
    app.jinja_env.globals.update(first_chart=first_chart)

    @app.context_processor
    def shell() -> dict[str, Any]:
        account = signed_in_account()
        return {
            "site_name": site_options()["site_name"],
            "viewer": account,
            "read_only": settings.read_only or site_options()["read_only"],
            "directory_read_at": account.presence.directory_read_at if account else None,
            "request_id": request_id(),
            "theme": theme(),
            "language": language(),
        }


def theme() -> str:
    """Return "light" or "dark" if the reader chose one, else ""."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""
