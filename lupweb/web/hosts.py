"""Requests name the host they are for; names that are not ours are refused (B16)."""

from flask import Flask, abort, request
from werkzeug.sansio.utils import host_is_trusted

from lupweb.config import Settings
from lupweb.web import proxies


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests of `app` for other hosts, also where a proxy of ours passes them on.

    Flask's own TRUSTED_HOSTS would leave the error page without addresses, so it is not used.
    """
    proxies.init_app(app, settings)

    @app.before_request
    def refuse_others() -> None:
        if not host_is_trusted(request.host, settings.hosts):
            abort(400)
